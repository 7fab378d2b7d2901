// SPDX-License-Identifier: MIT
/// @file
/// Exact search.
#pragma once

#include <vpr/backend/packed_rows.hpp>
#include <vpr/index/scan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
  using metric = Metric;

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
    return detail::scan_floats<Metric>(Panels{descriptors_}, queries, std::min(k, size()));
  }

  /// The score of every descriptor for each of Q×D queries: Q×size() floats, a row a query. The bits are those of `search`.
  /// @throws ShapeError, FormatError as `Index` says.
  std::vector<float> scores(RowsArgument queries) const {
    require_finite(queries, dim(), "FlatIndex: query");
    const ExecutionScope scope(execution_);
    const std::int64_t panel_rows = detail::panel_rows, rows = queries.size();
    const PackedQueries packed(queries);
    std::vector<float> all(static_cast<std::size_t>(rows * size()));
    parallel_for(rows == 0 ? 0 : Panels{descriptors_}.panels(), [&](std::int64_t panel) {
      const std::int64_t first = panel * panel_rows, count = std::min(panel_rows, size() - first);
      std::vector<float> of_panel(static_cast<std::size_t>(rows * panel_rows));
      descriptors_.template score<Metric>(panel, packed, of_panel.data());
      for (std::int64_t q = 0; q < rows; ++q)
        std::copy_n(&of_panel[static_cast<std::size_t>(q * panel_rows)], count, &all[static_cast<std::size_t>(q * size() + first)]);
    });
    return all;
  }

 private:
  struct Panels {
    const PackedRows& all;
    std::int64_t panels() const { return (all.size() + detail::panel_rows - 1) / detail::panel_rows; }
    const float* panel(std::int64_t panel) const { return all.panel(panel); }
    std::uint64_t rows(std::int64_t panel) const { return detail::first_bits(all.size() - panel * detail::panel_rows); }
  };

  static std::int64_t validated(std::int64_t dim) {
    constexpr std::int64_t most = 1 << 24;
    VPR_REQUIRE(ConfigError, dim >= 1 && dim <= most, "FlatIndex: got dim ", dim, ", expected at least 1 and at most ", most);
    return dim;
  }

  PackedRows descriptors_;
  Execution execution_;
};

static_assert(Index<FlatIndex<InnerProduct>> && Index<FlatIndex<L2>>);

}  // namespace vpr
