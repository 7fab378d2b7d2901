// SPDX-License-Identifier: MIT
/// @file
/// What localize and evaluate share: describing database and queries, searching, reporting.
#pragma once

#include "options.hpp"

#include <vpr/dataset/dataset.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/index/concept.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cli {

/// The first `k` database photos for each query, and what it took.
struct SearchResult {
  std::vector<vpr::Matches> matches;
  vpr::Timing timing;
};

SearchResult search(const ModelOptions& options, const vpr::Dataset& dataset, std::int64_t k);

/// Writes a search as one HTML page, with the first `shown` of each query's `k` answers and, where it was measured, the recall.
void write_report(const std::string& path, const ModelOptions& options, const vpr::Dataset& dataset, const SearchResult& result, std::int64_t k, std::int64_t shown,
                  const std::optional<vpr::Recall>& recall = std::nullopt);

}  // namespace cli
