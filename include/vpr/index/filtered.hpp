// SPDX-License-Identifier: MIT
/// @file
/// Exact search that reads a rounded copy of the descriptors first.
#pragma once

#include <vpr/backend/rounded_rows.hpp>
#include <vpr/index/filtered_scan.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace vpr {

/// Exact search, filtered: the answer is that of `FlatIndex<Metric>`, in ids, order and every bit of the scores, whatever the descriptors.
///
/// A first pass reads a rounded copy of all descriptors, half or a quarter of the memory, and estimates each score within a bound that is
/// proven. Only descriptors that may be among the best k by it are scored again in float. That takes half the time or less of `FlatIndex`
/// where few stand out, as of photos of places; and more, where nearly all scores are closer to each other than what rounding
/// loses: bytes suit hundreds of dimensions, bfloat16 thousands.
///
/// @tparam Metric    `InnerProduct` or `L2`
/// @tparam Rounding  of the copy: `BfloatRounding`, 6 bytes a number in all, or `ByteRounding`, 5 bytes
template <class Metric = InnerProduct, class Rounding = BfloatRounding>
class FilteredIndex {
 public:
  using metric = Metric;

  /// @param execution  where it searches
  /// @throws ConfigError for a dim below 1, or above 2^24, of bytes 2^17.
  explicit FilteredIndex(std::int64_t dim, Execution execution = {})
      : dim_(validated(dim)), rounded_(dim), execution_(std::move(execution)) {}

  std::int64_t dim() const { return dim_; }
  std::int64_t size() const { return rounded_.size(); }

  /// Appends descriptors N×D under the ids size(), size() + 1, ...; all of them or, on an error, none.
  /// @throws ShapeError, FormatError as `Index` says.
  void add(RowsArgument descriptors) {
    require_finite(descriptors, dim_, "FilteredIndex: descriptor");
    exact_.grow(size() + descriptors.size(), dim_);
    for (std::int64_t r = 0; r < descriptors.size(); ++r) std::copy_n(descriptors[r], dim_, exact_[size() + r]);
    rounded_.append(descriptors);
  }

  /// The descriptor of that id, as it was added.
  /// @throws ConfigError for an id that is not here.
  std::vector<float> descriptor(std::int64_t id) const {
    VPR_REQUIRE(ConfigError, id >= 0 && id < size(), "FilteredIndex: got id ", id, ", ids are 0 to ", size() - 1);
    return {exact_[id], exact_[id] + dim_};
  }

  /// The best min(k, size()) descriptors for each of Q×D queries, in the order that `Index` fixes.
  /// @throws ShapeError, FormatError, ConfigError as `Index` says.
  std::vector<Matches> search(RowsArgument queries, std::int64_t k) const {
    VPR_REQUIRE(ConfigError, k >= 0, "FilteredIndex: got k = ", k, ", expected at least 0");
    require_finite(queries, dim_, "FilteredIndex: query");
    const ExecutionScope scope(execution_);
    return detail::FilteredScan<Metric, Rounding, Panels>(Panels{*this}, queries, std::min(k, size()))();
  }

 private:
  static std::int64_t validated(std::int64_t dim) {
    VPR_REQUIRE(ConfigError, dim >= 1 && dim <= Rounding::longest, "FilteredIndex: got dim ", dim, ", expected at least 1 and at most ",
                Rounding::longest);
    return dim;
  }

  struct Panels {
    static constexpr bool needs_scratch = false;
    const FilteredIndex& index;
    std::int64_t panels() const { return index.rounded_.panels(); }
    detail::RoundedPanel panel(std::int64_t panel, detail::RowBounds&) const { return index.rounded_.panel(panel); }
    std::uint64_t rows(std::int64_t panel) const { return detail::first_bits(index.size() - panel * detail::panel_rows); }
    const float* exact(std::int64_t id, float*) const { return index.exact_[id]; }
  };

  std::int64_t dim_;
  RoundedRows<Metric, Rounding> rounded_;
  detail::Blocks<float> exact_;  // one block each
  Execution execution_;
};

static_assert(Index<FilteredIndex<InnerProduct>> && Index<FilteredIndex<L2, ByteRounding>>);

}  // namespace vpr
