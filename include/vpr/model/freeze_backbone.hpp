// SPDX-License-Identifier: MIT
/// @file
/// Which of a system's parameters are trained.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/model/first_stage.hpp>
#include <vpr/train/parameters.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace vpr {
namespace detail {

/// Which of a system's parameters the backbone had before it was adapted.
template <class FirstStage>
class PlainBackbone {
 public:
  explicit PlainBackbone(const FirstStage& pipeline)
      : backbone_(pipeline.backbone), prefix_(pipeline.names.backbone), names_(backbone_.plain_names()) {}

  bool has(const std::string& name) const { return name.starts_with(prefix_) && names_.contains(name.substr(prefix_.size())); }
  /// Whether it is of the last `tuned` parts, or, with `end`, behind them.
  bool is_tuned(const std::string& name, std::int64_t tuned, bool end) const {
    if (tuned == 0 || !has(name)) return false;
    const std::int64_t part = backbone_.part_of(name.substr(prefix_.size()));
    return part >= backbone_.depth() - tuned && (end || part < backbone_.depth());
  }

 private:
  const decltype(FirstStage::backbone)& backbone_;
  const std::string& prefix_;
  std::set<std::string> names_;
};

}  // namespace detail

/// Freezes all of a recorded system but its heads, its adapters and the last `tuned_blocks` parts of its backbone.
/// @param tuned_end  whether what stands behind those parts is trained with them
/// @param trained    of heads and adapters, those whose names hold one of these; empty: all
/// @throws ConfigError  where that leaves nothing to train
template <class System>
void freeze_backbone(System& system, std::int64_t tuned_blocks, bool tuned_end = true, const std::vector<std::string>& trained = {}) {
  const detail::PlainBackbone plain(first_stage_of(system));
  const auto is_trained = [&](const std::string& name) {
    const bool statistic = name.ends_with("running_mean") || name.ends_with("running_var");
    const bool chosen = trained.empty() || std::any_of(trained.begin(), trained.end(),
                                                       [&](const std::string& part) { return name.find(part) != std::string::npos; });
    return !statistic && (plain.is_tuned(name, tuned_blocks, tuned_end) || (!plain.has(name) && chosen));
  };
  bool some = false;
  visit_const(system, [&](const std::string& name, const auto&) { some = some || is_trained(name); });
  VPR_REQUIRE(ConfigError, some,
              "nothing is left to train: the system has no adapter and no head with parameters; train the backbone's last blocks");
  freeze(system, "");
  unfreeze(system, is_trained);
}

}  // namespace vpr
