// SPDX-License-Identifier: MIT
/// @file
/// Exact search.
#pragma once

#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/index/top_k.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace vpr {

/// Exact search through all descriptors: the reference for every other index, and fast enough below some hundred thousand.
///
/// `InnerProduct` scores by the inner product, the cosine of descriptors of unit length. `L2` scores by the squared distance, as
/// FAISS does; equal vectors are at exactly 0. Between descriptors of unit length both rank alike, but for rounding; choose
/// `InnerProduct`, which is cheaper in large batches. Any other type with `add` and `better` like theirs is a metric too.
///
/// A score's bits depend on its two vectors alone: not on the batch, the number of threads, or when the descriptor was added.
/// So equal descriptors tie exactly, and their ids decide.
///
/// Memory: 4 bytes a number, each descriptor once; sizes round up to 64 descriptors. A search of one query reads all of it once,
/// and up to 256 queries read it together: few queries take the time that the memory takes, many the processor's.
template <class Metric = InnerProduct>
class FlatIndex {
 public:
  /// @param execution  where it searches
  /// @throws ConfigError for a dim below 1 or above 2^24.
  explicit FlatIndex(std::int64_t dim, Execution execution = {}) : descriptors_(validated(dim)), execution_(std::move(execution)) {}

  std::int64_t dim() const { return descriptors_.dim(); }
  std::int64_t size() const { return descriptors_.size(); }

  /// Appends descriptors N×D under the ids size(), size() + 1, ...; all of them or, on an error, none.
  /// @throws ShapeError, FormatError as `Index` says.
  void add(RowsArgument descriptors) {
    require_finite(descriptors, dim(), "FlatIndex: descriptor");
    descriptors_.append(descriptors);
  }

  /// The descriptor of that id, as it was added.
  /// @throws ConfigError for an id that is not here.
  std::vector<float> descriptor(std::int64_t id) const {
    VPR_REQUIRE(ConfigError, id >= 0 && id < size(), "FlatIndex: got id ", id, ", ids are 0 to ", size() - 1);
    std::vector<float> numbers(static_cast<std::size_t>(dim()));
    descriptors_.copy_row(id, numbers.data());
    return numbers;
  }

  /// The best min(k, size()) descriptors for each of Q×D queries, in the order that `Index` fixes.
  /// @throws ShapeError, FormatError, ConfigError as `Index` says.
  std::vector<Matches> search(RowsArgument queries, std::int64_t k) const {
    VPR_REQUIRE(ConfigError, k >= 0, "FlatIndex: got k = ", k, ", expected at least 0");
    require_finite(queries, dim(), "FlatIndex: query");
    const ExecutionScope scope(execution_);
    constexpr std::int64_t batch = 256;
    std::vector<Matches> found;
    found.reserve(static_cast<std::size_t>(queries.size()));
    for (std::int64_t begin = 0; begin < queries.size(); begin += batch) {
      search_batch(queries.slice(begin, std::min(batch, queries.size() - begin)), std::min(k, size()), found);
    }
    return found;
  }

 private:
  using Best = std::vector<TopK<Metric>>;  // of each query

  static std::int64_t validated(std::int64_t dim) {
    constexpr std::int64_t most = 1 << 24;
    VPR_REQUIRE(ConfigError, dim >= 1 && dim <= most, "FlatIndex: got dim ", dim, ", expected at least 1 and at most ", most);
    return dim;
  }

  void search_batch(Rows queries, std::int64_t k, std::vector<Matches>& found) const {
    // More slices than threads even out threads of different speed; how many there are changes no result.
    const std::int64_t slices = thread_count() == 1 ? 1 : std::clamp<std::int64_t>(descriptors_.panels(), 1, 8 * thread_count());
    const Best none(static_cast<std::size_t>(queries.size()), TopK<Metric>(k));
    std::vector<Best> best(static_cast<std::size_t>(slices), none);
    const PackedQueries packed(queries);
    parallel_for(slices, [&](std::int64_t s) {
      const std::int64_t begin = descriptors_.panels() * s / slices, end = descriptors_.panels() * (s + 1) / slices;
      scan(begin, end, packed, best[static_cast<std::size_t>(s)]);
    });
    for (std::size_t q = 0; q < none.size(); ++q) {
      for (std::size_t s = 1; s < best.size(); ++s) {
        for (const Match& match : best[s][q].take()) best[0][q].offer(match);
      }
      found.push_back(best[0][q].take());
    }
  }

  void scan(std::int64_t begin, std::int64_t end, const PackedQueries& queries, Best& best) const {
    constexpr std::int64_t panel_rows = PackedRows::panel_rows;
    std::vector<float> scores(best.size() * static_cast<std::size_t>(panel_rows));
    for (std::int64_t panel = begin; panel < end; ++panel) {
      descriptors_.template score<Metric>(panel, queries, scores.data());
      const std::int64_t first = panel * panel_rows;
      const std::uint64_t used = detail::first_bits(size() - first);
      for (std::size_t q = 0; q < best.size(); ++q) {
        const float* const row = &scores[q * panel_rows];
        if (const std::optional<float> bound = best[q].bound()) {
          best[q].offer(first, row, detail::rows_reaching<Metric>(row, *bound) & used);
        } else {
          best[q].offer(first, row, used);
        }
      }
    }
  }

  PackedRows descriptors_;
  Execution execution_;
};

static_assert(Index<FlatIndex<InnerProduct>> && Index<FlatIndex<L2>>);

}  // namespace vpr
