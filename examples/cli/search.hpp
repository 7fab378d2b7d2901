// SPDX-License-Identifier: MIT
/// @file
/// What localize and evaluate share: describing database and queries, and searching.
#pragma once

#include "options.hpp"

#include <vpr/dataset/dataset.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/index/concept.hpp>

#include <string>
#include <vector>

namespace cli {

/// The first `k` database photos for each query, and what it took.
struct SearchResult {
  std::vector<vpr::Matches> matches;
  vpr::Timing timing;
};

SearchResult search(const ModelOptions& options, const vpr::Dataset& dataset, std::int64_t k);

}  // namespace cli
