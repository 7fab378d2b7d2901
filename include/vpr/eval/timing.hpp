// SPDX-License-Identifier: MIT
/// @file
/// How long each stage of a run took.
#pragma once

#include <vpr/core/requirements.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// One stage: its name, its wall-clock seconds, and how many things (photos, queries) it went through; 0 where that says nothing.
struct StageTime {
  std::string stage;
  double seconds = 0;
  std::int64_t count = 0;
};

/// The stages of a run, in order.
struct Timing {
  std::vector<StageTime> stages;

  /// Runs `work` as a stage and returns what it returns. A stage measured again under the same name adds up. One that throws is not
  /// recorded.
  template <class Work>
  decltype(auto) measure(std::string stage, std::int64_t count, Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    const auto record = [&] {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      const auto known = std::find_if(stages.begin(), stages.end(), [&](const StageTime& other) { return other.stage == stage; });
      StageTime& time = known == stages.end() ? stages.emplace_back(StageTime{std::move(stage)}) : *known;
      time.seconds += elapsed.count();
      time.count += count;
    };
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      std::invoke(std::forward<Work>(work));
      record();
    } else {
      decltype(auto) result = std::invoke(std::forward<Work>(work));
      record();
      return result;
    }
  }
};

}  // namespace vpr
