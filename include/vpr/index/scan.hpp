// SPDX-License-Identifier: MIT
/// @file
/// Scans of panels wherever they lie, in memory of an index or in a mapped file.
#pragma once

#include <vpr/backend/cpu/hamming.hpp>
#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/index/top_k.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace vpr::detail {

/// Panels of 64 rows of `T`: `panel(p)` is where one begins, `rows(p)` has a bit for each of its rows that is to be found. Row r of panel p has
/// the id 64 p + r. A panel of which no row is to be found is not read.
template <class S, class T>
concept PanelSource = requires(const S source, std::int64_t panel) {
  { source.panels() } -> std::same_as<std::int64_t>;
  { source.panel(panel) } -> std::same_as<const T*>;
  { source.rows(panel) } -> std::same_as<std::uint64_t>;
};

/// Queries that are scanned for together.
inline constexpr std::int64_t scan_batch = 256;

/// How many slices a scan is cut into. More slices than threads even out threads of different speed; how many there are changes no result.
inline std::int64_t scan_slices(std::int64_t panels) {
  return thread_count() == 1 ? 1 : std::clamp<std::int64_t>(panels, 1, 8 * thread_count());
}

/// Calls `scan(begin, end, part)` for slices of the panels, a part for each thread that works: a slice goes on with what an earlier one left, so that
/// what was found bounds what is looked for, and rows come to one part in ascending order.
/// @param empty  what a part begins as
template <class Part, class Scan>
std::vector<Part> scan_in_parts(std::int64_t panels, const Part& empty, const Scan& scan) {
  const std::int64_t slices = scan_slices(panels);
  struct Left {
    std::int64_t slice;
    Part part;
  };
  std::vector<Left> left;  // that no thread works on
  std::mutex mutex;
  parallel_for(slices, [&](std::int64_t s) {
    std::optional<Part> part;
    {
      const std::lock_guard lock(mutex);
      const auto earlier = std::find_if(left.begin(), left.end(), [s](const Left& other) { return other.slice < s; });
      if (earlier != left.end()) {
        std::swap(*earlier, left.back());
        part = std::move(left.back().part);
        left.pop_back();
      }
    }
    if (!part) part = empty;
    scan(panels * s / slices, panels * (s + 1) / slices, *part);
    const std::lock_guard lock(mutex);
    left.push_back({s, std::move(*part)});
  });
  std::vector<Part> parts;
  for (Left& one : left) parts.push_back(std::move(one.part));
  return parts;
}

template <class Order>
using BestOfQueries = std::vector<TopK<Order>>;

/// The best k for each query of a batch, `scan(begin, end, best)` offering the rows of the panels [begin, end).
template <class Order, class Scan>
void best_of_panels(std::int64_t panels, std::int64_t queries, std::int64_t k, const Scan& scan, Matches* found) {
  std::vector<BestOfQueries<Order>> parts =
      scan_in_parts(panels, BestOfQueries<Order>(static_cast<std::size_t>(queries), TopK<Order>(k)), scan);
  for (std::int64_t q = 0; q < queries; ++q) {
    TopK<Order> best(k);
    for (BestOfQueries<Order>& part : parts) {
      for (const Match& match : part[static_cast<std::size_t>(q)].take()) best.offer(match);
    }
    found[q] = best.take();
  }
}

/// The best k of `source`, panels of floats, for each query; as many as there are where they are fewer.
template <class Metric, PanelSource<float> Source>
std::vector<Matches> scan_floats(const Source& source, Rows queries, std::int64_t k) {
  std::vector<Matches> found(static_cast<std::size_t>(queries.size()));
  for (std::int64_t first = 0; first < queries.size(); first += scan_batch) {
    const PackedQueries packed(queries.slice(first, std::min(scan_batch, queries.size() - first)));
    const auto scan = [&](std::int64_t begin, std::int64_t end, BestOfQueries<Metric>& best) {
      std::vector<float> scores(best.size() * panel_rows);
      for (std::int64_t panel = begin; panel < end; ++panel) {
        const std::uint64_t used = source.rows(panel);
        if (used == 0) continue;
        score_rows<Metric>(source.panel(panel), queries.dim(), packed, scores.data());
        for (std::size_t q = 0; q < best.size(); ++q) {
          const float* const row = &scores[q * panel_rows];
          const std::optional<float> bound = best[q].bound();
          best[q].offer(panel * panel_rows, row, bound ? rows_reaching<Metric>(row, *bound) & used : used);
        }
      }
    };
    best_of_panels<Metric>(source.panels(), packed.rows().size(), k, scan, &found[static_cast<std::size_t>(first)]);
  }
  return found;
}

/// Of two Hamming distances the lower one is better.
struct LowerDistance {
  static bool better(float a, float b) { return a < b; }
};

/// The k codes at the least Hamming distance from each of `count` queries, of `words` words each.
template <PanelSource<std::uint64_t> Source>
std::vector<Matches> scan_codes(const Source& source, std::int64_t words, const std::uint64_t* queries, std::int64_t count,
                                std::int64_t k) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  std::vector<Matches> found(static_cast<std::size_t>(count));
  for (std::int64_t first = 0; first < count; first += scan_batch) {
    const auto scan = [&](std::int64_t begin, std::int64_t end, BestOfQueries<LowerDistance>& best) {
      std::uint64_t distances[panel_rows];
      for (std::int64_t panel = begin; panel < end; ++panel) {
        const std::uint64_t used = source.rows(panel);
        if (used == 0) continue;
        const std::uint64_t* const codes = source.panel(panel);
        for (std::size_t q = 0; q < best.size(); ++q) {
          // Ids ascend, so that one at the distance of the last one kept comes too late.
          const std::optional<float> bound = best[q].bound();
          std::uint64_t chosen = used & hamming_kernels().closer(codes, words, queries + (first + static_cast<std::int64_t>(q)) * words,
                                                                 bound ? static_cast<std::uint64_t>(*bound) : most, q == 0, distances);
          for (; chosen != 0; chosen &= chosen - 1) {
            const int lane = std::countr_zero(chosen);
            best[q].offer({panel * panel_rows + lane, static_cast<float>(distances[lane])});
          }
        }
      }
    };
    best_of_panels<LowerDistance>(source.panels(), std::min(scan_batch, count - first), k, scan, &found[static_cast<std::size_t>(first)]);
  }
  return found;
}

}  // namespace vpr::detail
