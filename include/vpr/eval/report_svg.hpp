// SPDX-License-Identifier: MIT
/// @file
/// Recall over N as a drawing.
#pragma once

#include <vpr/dataset/text.hpp>
#include <vpr/eval/recall.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The share of all queries that have a right answer among the first N, for N from 1 to the largest one asked for, as an `<svg>` element that
/// takes its colours from the page: `currentColor` and the custom property `--accent`. Empty where nothing was asked for.
inline std::string recall_svg(const Recall& recall) {
  using detail::fixed, detail::joined, std::to_string;
  if (recall.at.empty()) return {};
  const std::int64_t most = std::max<std::int64_t>(*std::max_element(recall.at.begin(), recall.at.end()), 2);
  const double left = 44, right = 466, top = 14, bottom = 206;
  const auto x = [&](std::int64_t n) { return left + (right - left) * static_cast<double>(n - 1) / static_cast<double>(most - 1); };
  const auto y = [&](double share) { return fixed(bottom - (bottom - top) * share, 1); };

  std::string svg = R"(<svg viewBox="0 0 480 244" role="img" aria-label="Recall over N" font-size="12" fill="currentColor">)";
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    svg +=
        joined(R"(<path d="M)", fixed(left, 0), " ", y(share), "H", fixed(right, 0), R"(" stroke="currentColor" stroke-opacity=".18"/>)");
    svg += joined(R"(<text x=")", fixed(left - 8, 0), R"(" y=")", y(share), R"(" text-anchor="end" dominant-baseline="middle">)",
                  fixed(100 * share, 0), "%</text>");
  }

  // A point where the curve begins, two around each rise, and one where it ends.
  std::vector<std::int64_t> ranks = recall.rank;
  std::sort(ranks.begin(), ranks.end());
  std::string line;
  std::int64_t drawn = 0;
  const auto draw = [&](std::int64_t n) {
    if (n <= drawn || n > most) return;
    const auto found = std::lower_bound(ranks.begin(), ranks.end(), n) - std::lower_bound(ranks.begin(), ranks.end(), 0);
    const double share = static_cast<double>(found) / static_cast<double>(std::max<std::size_t>(ranks.size(), 1));
    line += joined(drawn == 0 ? "M" : "L", fixed(x(n), 1), " ", y(share));
    drawn = n;
  };
  draw(1);
  for (const std::int64_t rank : ranks) {
    draw(rank);
    draw(rank + 1);
  }
  draw(most);
  svg += joined(R"(<path d=")", line, R"(" fill="none" stroke='var(--accent)' stroke-width="2.5" stroke-linejoin="round"/>)");

  std::vector<std::pair<std::int64_t, double>> points;
  for (std::size_t i = 0; i < recall.at.size(); ++i) points.emplace_back(recall.at[i], recall.of_all[i]);
  std::sort(points.begin(), points.end());
  double last = -1e9;
  for (const auto& [n, share] : points) {
    const std::string at = fixed(x(n), 1);
    svg += joined(R"(<circle cx=")", at, R"(" cy=")", y(share), R"(" r="4" fill='var(--accent)'><title>recall@)", to_string(n), ": ",
                  fixed(100 * share, 1), "%</title></circle>");
    if (x(n) - last < 18) continue;  // no room for its number
    last = x(n);
    svg += joined(R"(<text x=")", at, R"(" y="224" text-anchor="middle">)", to_string(n), "</text>");
  }
  return svg + R"(<text x="255" y="240" text-anchor="middle" fill-opacity=".7">N, the answers looked at</text></svg>)";
}

}  // namespace vpr
