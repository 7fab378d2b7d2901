// SPDX-License-Identifier: MIT
/// @file
/// Rules of decision as JSON text, for a file or a map. Needs the component vpr::io.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/loop/decision_file.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/dataset/text.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/loop/decision.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <string_view>

namespace vpr {

/// The name under which a map keeps its rule: `map.attach(decision_name, decision_text(rule))`.
inline constexpr std::string_view decision_name = "decision";

/// A rule as JSON: `{"vpr_decision": 1, "better": "larger", "threshold": 0.71, "margin": null, "logistic": [-9.1, 14.2, 3.3], "measured": {"on": "…",
/// "answers": 812, "right": 640, "accepted": 512, "accepted_right": 512, "wanted_precision": 1.0}}`.
inline std::string decision_text(const DecisionRule& rule) {
  const auto value = [](const auto& optional) { return optional ? nlohmann::ordered_json(*optional) : nlohmann::ordered_json(); };
  const DecisionEvidence& m = rule.measured;
  const nlohmann::ordered_json json{{"vpr_decision", 1},
                                    {"better", rule.better == BetterScore::larger ? "larger" : "lesser"},
                                    {"threshold", value(rule.threshold)},
                                    {"margin", value(rule.margin)},
                                    {"logistic", value(rule.logistic)},
                                    {"measured",
                                     {{"on", escaped(m.on)},
                                      {"answers", m.answers},
                                      {"right", m.right},
                                      {"accepted", m.accepted},
                                      {"accepted_right", m.accepted_right},
                                      {"wanted_precision", m.wanted_precision}}}};
  return json.dump(2) + '\n';
}

/// The rule that `decision_text` wrote.
/// @param name  of what it is read from, for messages
/// @throws FormatError  for text that is none, or of a newer version
inline DecisionRule decision_of(std::string_view text, const std::string& name) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    VPR_REQUIRE(FormatError, json.is_object() && json.contains("vpr_decision"), name, ": holds no rule of decision");
    VPR_REQUIRE(FormatError, json.at("vpr_decision") == 1, name, ": holds a rule of decision of version ", json.at("vpr_decision").dump(),
                ", this library reads version 1");
    DecisionRule rule;
    const std::string better = json.at("better");
    VPR_REQUIRE(FormatError, better == "larger" || better == "lesser", name, ": better is '", better, "', expected larger or lesser");
    rule.better = better == "larger" ? BetterScore::larger : BetterScore::lesser;
    const auto read = [&](const char* key, auto& into) {
      if (!json.at(key).is_null()) into.emplace(json.at(key).get<std::decay_t<decltype(*into)>>());
    };
    read("threshold", rule.threshold);
    read("margin", rule.margin);
    read("logistic", rule.logistic);
    const nlohmann::json& m = json.at("measured");
    rule.measured = {unescaped(m.at("on").get<std::string>()),
                     m.at("answers"),
                     m.at("right"),
                     m.at("accepted"),
                     m.at("accepted_right"),
                     m.at("wanted_precision")};
    const DecisionEvidence& e = rule.measured;
    VPR_REQUIRE(FormatError,
                e.accepted_right >= 0 && e.accepted_right <= e.accepted && e.accepted_right <= e.right && e.accepted <= e.answers &&
                    e.right <= e.answers,
                name, ": was measured on ", e.answers, " answers, ", e.right, " right, ", e.accepted, " accepted, ", e.accepted_right,
                " both: these numbers do not go together");
    return rule;
  } catch (const nlohmann::json::exception& error) {
    fail<FormatError>(name, ": holds no rule of decision that can be read: ", error.what());
  }
}

/// Writes a rule as `AtomicFile` does. @throws IoError
inline void save_decision(const std::string& path, const DecisionRule& rule) {
  AtomicFile file(path);
  file.write(decision_text(rule));
  file.commit();
}

/// Reads what `save_decision` wrote. @throws IoError, FormatError
inline DecisionRule load_decision(const std::string& path) { return decision_of(detail::read_text(path), path); }

}  // namespace vpr
