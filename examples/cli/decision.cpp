// SPDX-License-Identifier: MIT
#include "decision.hpp"

#include <vpr/dataset/utm.hpp>
#include <vpr/loop/decision_file.hpp>
#include <vpr/model/descriptors_file.hpp>
#ifdef VPR_WITH_MAP
#include <vpr/map/snapshot.hpp>
#endif

#include <nlohmann/json.hpp>

namespace cli {

std::string rule_text(const MeasuredRule& measured) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(vpr::decision_text(measured.rule));
  json["record"] = vpr::record_json(measured.record);
  return json.dump(2) + '\n';
}

MeasuredRule rule_of(std::string_view text, const std::string& name) {
  MeasuredRule measured{vpr::decision_of(text, name), {}};
  std::map<std::string, std::string> entries;
  const nlohmann::json json = nlohmann::json::parse(text);
  if (!json.contains("record")) return measured;
  for (const auto& [key, value] : json.at("record").items()) {
    if (value.is_string()) entries[key] = value.get<std::string>();
  }
  measured.record = vpr::record_in(entries).value_or(vpr::ModelRecord());
  return measured;
}

vpr::DecisionRule load_rule(const std::string& path, const vpr::ModelRecord& record) {
  const MeasuredRule measured = rule_of(vpr::detail::read_text(path), path);
  vpr::require_same(measured.record, record, "descriptors that " + path + " was measured on and those that it is to decide about");
  return measured.rule;
}

#ifdef VPR_WITH_MAP
std::optional<vpr::DecisionRule> rule_in(const vpr::MapSnapshot& map, const std::string& path) {
  const std::optional<std::string> text = map.attachment(vpr::decision_name);
  return text ? std::optional(vpr::decision_of(*text, path)) : std::nullopt;
}
#endif

vpr::BetterScore better_of(const std::string& score) { return score == "cosine" ? vpr::BetterScore::larger : vpr::BetterScore::lesser; }

void require_score(const vpr::DecisionRule& rule, const std::string& score, const std::string& of) {
  const char* const better = rule.better == vpr::BetterScore::larger ? "larger" : "lesser";
  VPR_REQUIRE(vpr::ConfigError, rule.better == better_of(score), of, ": its rule of decision takes the ", better,
              " of two scores to be better, and these answers' score is the ", score,
              ": measure a rule on such answers (`vpr evaluate --save-decision`)");
}

bool same_place(const PositionOf& position_of, std::int64_t a, std::int64_t b, double metres) {
  if (a == b) return true;
  const std::optional<vpr::Position> first = position_of(a), second = position_of(b);
  return first && second && vpr::squared_distance(*first, *second) <= metres * metres;
}

void decide(const vpr::DecisionRule& rule, const std::vector<vpr::Matches>& matches, const PositionOf& position_of,
            std::vector<AnsweredQuery>& queries) {
  const auto same = [&](std::int64_t a, std::int64_t b) { return same_place(position_of, a, b); };
  for (std::size_t q = 0; q < queries.size(); ++q) queries[q].decided = vpr::decide(rule, matches[q], same);
}

}  // namespace cli
