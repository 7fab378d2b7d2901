// SPDX-License-Identifier: MIT
/// @file
/// What localize and evaluate share: describing database and queries, searching, reporting.
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

/// The HTML report of a search; green and red frames where right answers are known.
void write_report(const std::string& path, const ModelOptions& options, const vpr::Dataset& dataset, const SearchResult& result, std::int64_t shown,
                  const std::vector<std::int64_t>& recall_at);

}  // namespace cli
