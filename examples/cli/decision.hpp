// SPDX-License-Identifier: MIT
/// @file
/// Rules of decision as the commands measure, keep and apply them.
#pragma once

#include "answers.hpp"

#include <vpr/dataset/photo.hpp>
#include <vpr/index/concept.hpp>
#include <vpr/loop/decision.hpp>
#include <vpr/model/record.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {
class MapSnapshot;
}

namespace cli {

/// A rule, and what the descriptors that it was measured on are made by.
struct MeasuredRule {
  vpr::DecisionRule rule;
  vpr::ModelRecord record;
};

/// As JSON, which `vpr::decision_of` reads, too.
std::string rule_text(const MeasuredRule& measured);
/// What `rule_text` wrote. @param name  of what it is read from, for messages. @throws vpr::FormatError
MeasuredRule rule_of(std::string_view text, const std::string& name);
/// The rule of a file.
/// @param record  of the descriptors whose scores it is to be applied to
/// @throws vpr::IoError, vpr::FormatError; vpr::ConfigError  for a rule of other descriptors, which names the difference
vpr::DecisionRule load_rule(const std::string& path, const vpr::ModelRecord& record);

/// The rule that a map keeps; nothing where it keeps none. @param path  of the map, for messages. @throws vpr::FormatError
std::optional<vpr::DecisionRule> rule_in(const vpr::MapSnapshot& map, const std::string& path);

/// Which of two scores of that name is better.
vpr::BetterScore better_of(const std::string& score);
/// @param of  the file or map that the rule is of, for messages
/// @throws vpr::ConfigError  for a rule that takes scores of that name in the other direction, as one of cosines those of Hamming distances
void require_score(const vpr::DecisionRule& rule, const std::string& score, const std::string& of);

/// Whether two places are one: the same, or at known positions within 25 metres of each other.
using PositionOf = std::function<std::optional<vpr::Position>(std::int64_t id)>;
bool same_place(const PositionOf& position_of, std::int64_t a, std::int64_t b, double metres = 25);

/// Says of each query whether its best answer is accepted.
void decide(const vpr::DecisionRule& rule, const std::vector<vpr::Matches>& matches, const PositionOf& position_of,
            std::vector<AnsweredQuery>& queries);

}  // namespace cli
