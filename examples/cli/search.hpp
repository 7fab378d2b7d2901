// SPDX-License-Identifier: MIT
/// @file
/// What localize and evaluate share: describing database and queries, searching, reporting.
#pragma once

#include "options.hpp"
#include "rerank.hpp"

#include <vpr/dataset/dataset.hpp>
#include <vpr/eval/match_lines.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/index/concept.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cli {

/// What the second look found in one of a query's answers.
struct SecondLook {
  float score = 0;
  std::vector<vpr::MatchLine> lines;  // the best, for drawing
};

/// The first `k` database photos for each query, and what it took.
struct SearchResult {
  std::vector<vpr::Matches> matches;
  std::vector<std::vector<SecondLook>> second_looks;  // of each query's first answers; empty without re-ranking
  vpr::Timing timing;
};

inline constexpr std::int64_t drawn_answers = 3;  // of a query in a report

/// @param drawn  answers of each query whose lines are kept
SearchResult search(const ModelOptions& options, const RerankOptions& rerank, const vpr::Dataset& dataset, std::int64_t k,
                    std::int64_t drawn);

/// Writes a search as one HTML page, with the first `shown` of each query's `k` answers and, where it was measured, the recall.
void write_report(const std::string& path, const ModelOptions& options, const RerankOptions& rerank, const vpr::Dataset& dataset,
                  const SearchResult& result, std::int64_t k, std::int64_t shown, const std::optional<vpr::Recall>& recall = std::nullopt);

}  // namespace cli
