// SPDX-License-Identifier: MIT
/// @file
/// Recall over N as a drawing.
#pragma once

#include <vpr/dataset/text.hpp>
#include <vpr/eval/chart_svg.hpp>
#include <vpr/eval/recall.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The share of all queries that have a right answer among the first N, for N from 1 to the largest one asked for, as an `<svg>` element that
/// takes its colours from the page: `currentColor` and the custom property `--accent`. Empty where nothing was asked for.
inline std::string recall_svg(const Recall& recall) {
  using detail::fixed, std::to_string;
  if (recall.at.empty()) return {};
  const std::int64_t most = std::max<std::int64_t>(*std::max_element(recall.at.begin(), recall.at.end()), 2);
  detail::Chart chart{{1, static_cast<double>(most)}, {0, 1, {{0, "0%"}, {0.25, "25%"}, {0.5, "50%"}, {0.75, "75%"}, {1, "100%"}}}};

  // A point where the curve begins, two around each rise, and one where it ends.
  std::vector<std::int64_t> ranks = recall.rank;
  std::sort(ranks.begin(), ranks.end());
  std::vector<detail::ChartPoint> line;
  std::int64_t drawn = 0;
  const auto draw = [&](std::int64_t n) {
    if (n <= drawn || n > most) return;
    const auto found = std::lower_bound(ranks.begin(), ranks.end(), n) - std::lower_bound(ranks.begin(), ranks.end(), 0);
    line.push_back({static_cast<double>(n), static_cast<double>(found) / static_cast<double>(std::max<std::size_t>(ranks.size(), 1))});
    drawn = n;
  };
  draw(1);
  for (const std::int64_t rank : ranks) {
    draw(rank);
    draw(rank + 1);
  }
  draw(most);
  std::string drawing =
      text_of(R"(<path d=")", chart.line(line), R"(" fill="none" stroke='var(--accent)' stroke-width="2.5" stroke-linejoin="round"/>)");

  std::vector<std::pair<std::int64_t, double>> points;
  for (std::size_t i = 0; i < recall.at.size(); ++i) points.emplace_back(recall.at[i], recall.of_all[i]);
  std::sort(points.begin(), points.end());
  for (const auto& [n, share] : points) {
    const auto at = static_cast<double>(n);
    drawing += text_of(R"(<circle cx=")", chart.x(at), R"(" cy=")", chart.y(share), R"(" r="4" fill='var(--accent)'><title>recall@)",
                       to_string(n), ": ", fixed(100 * share, 1), "%</title></circle>");
    const double room = chart.across.ticks.empty() ? 1 : chart.across.share(at) - chart.across.share(chart.across.ticks.back().value);
    if (room >= 0.043) chart.across.ticks.push_back({at, to_string(n)});
  }
  return chart.svg("Recall over N", drawing, "N, the answers looked at");
}

}  // namespace vpr
