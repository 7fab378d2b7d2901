// SPDX-License-Identifier: MIT
/// @file
/// Many vectors against many others on this processor, with scores whose bits depend on nothing but the two vectors.
#pragma once

#include <vpr/backend/blocks.hpp>
#include <vpr/backend/cpu/row_scores.hpp>
#include <vpr/backend/vector.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/rows.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace vpr {

/// The score of two vectors is their inner product; more is better.
struct InnerProduct {
  template <class V>
  static V add(V sum, V row, float query) {
    return sum + row * query;
  }
  static bool better(float a, float b) { return a > b; }
};

/// The score of two vectors is their squared Euclidean distance; less is better. The differences themselves are squared:
/// |a|² + |b|² - 2ab costs one operation less for each number, but what is small beside the norms drowns in it.
struct L2 {
  template <class V>
  static V add(V sum, V row, float query) {
    const V difference = row - query;
    return sum + difference * difference;
  }
  static bool better(float a, float b) { return a < b; }
};

namespace detail {

inline namespace VPR_TARGET {

/// Scores the rows of a panel for each query by a metric of the user's: see `score_rows`.
template <class Metric>
void score_panel(const float* rows, std::int64_t dim, Rows queries, float* out) {
  typedef float Vector __attribute__((vector_size(vector_bytes)));
  constexpr int lanes = vector_bytes / static_cast<int>(sizeof(float)), vectors = 4;
  static_assert(panel_rows % (vectors * lanes) == 0);
  for (std::int64_t q = 0; q < queries.size(); ++q) {
    for (int lane = 0; lane < panel_rows; lane += vectors * lanes) {
      Vector sums[vectors] = {};
      for (std::int64_t k = 0; k < dim; ++k) {
        for (int i = 0; i < vectors; ++i) {
          Vector row;
          std::memcpy(&row, rows + k * panel_rows + lane + i * lanes, sizeof row);
          sums[i] = Metric::add(sums[i], row, queries[q][k]);
        }
      }
      for (int i = 0; i < vectors; ++i) std::memcpy(out + q * panel_rows + lane + i * lanes, &sums[i], sizeof sums[i]);
    }
  }
}

/// Which of the 64 scores of a panel are as good as `bound` or better, the row's number being that of the bit.
template <class Metric>
std::uint64_t rows_reaching(const float* scores, float bound) {
  if constexpr (std::is_same_v<Metric, InnerProduct>) return row_score_kernels().at_least(scores, bound);
  if constexpr (std::is_same_v<Metric, L2>) return row_score_kernels().at_most(scores, bound);
  std::uint64_t bits = 0;
  for (int i = 0; i < panel_rows; ++i) bits |= std::uint64_t{!Metric::better(bound, scores[i])} << i;
  return bits;
}

}  // namespace VPR_TARGET

/// The scores of `count` pairs of rows, the bits being those of `PackedRows::score`.
template <class Metric>
void score_pairs(const float* const* rows, const float* const* queries, std::int64_t count, std::int64_t dim, float* out) {
  static_assert(std::is_same_v<Metric, InnerProduct> || std::is_same_v<Metric, L2>);
  const RowScoreKernels& kernels = row_score_kernels();
  (std::is_same_v<Metric, L2> ? kernels.pair_distances : kernels.pair_products)(rows, queries, count, dim, out);
}

/// Packs `count` rows of `length` elements as `RowScoreKernels` says, row q being `rows(q)`.
template <class T, class RowOf>
void pack_queries(std::int64_t count, std::int64_t length, const RowOf& row_of, T* to) {
  for (std::int64_t begin = 0; begin < length; begin += row_run) {
    const std::int64_t depth = std::min(row_run, length - begin);
    for (std::int64_t q = 0, tile = 0; q < count; q += tile, to += tile * depth) {
      tile = query_tile(count - q);
      for (std::int64_t i = 0; i < tile; ++i) {
        const T* const from = row_of(q + i) + begin;
        for (std::int64_t k = 0; k < depth; ++k) to[k * tile + i] = from[k];
      }
    }
  }
}

}  // namespace detail

/// Queries in the order in which scoring reads them, packed once for all panels. Borrows the rows.
class PackedQueries {
 public:
  explicit PackedQueries(Rows rows) : rows_(rows) {
    if (rows.size() < 2) return;  // packed as it is
    packed_ = Buffer<float>(static_cast<std::size_t>(rows.size() * rows.dim()));
    detail::pack_queries(
        rows.size(), rows.dim(), [&](std::int64_t q) { return rows[q]; }, packed_.data());
  }

  Rows rows() const { return rows_; }
  const float* data() const { return rows_.size() < 2 ? rows_[0] : packed_.data(); }

 private:
  Rows rows_;
  Buffer<float> packed_;
};

namespace detail {

/// Scores the 64 rows of a panel, of `dim` numbers each, for each query: `out[q * 64 + lane]`.
template <class Metric>
void score_rows(const float* rows, std::int64_t dim, const PackedQueries& queries, float* out) {
  if constexpr (std::is_same_v<Metric, InnerProduct>) {
    row_score_kernels().inner_products(rows, dim, queries.data(), queries.rows().size(), out);
  } else if constexpr (std::is_same_v<Metric, L2>) {
    row_score_kernels().squared_distances(rows, dim, queries.data(), queries.rows().size(), out);
  } else {
    score_panel<Metric>(rows, dim, queries.rows(), out);
  }
}

}  // namespace detail

/// Vectors of one length, held once, in the order in which scoring reads them: in panels of 64 vectors, each with the first
/// numbers of all 64, then their second numbers, and so on. The last panel is filled up with zeros.
///
/// A score is summed number by number within runs of 128, and run by run, in the lane of its held vector (in one run by a metric of
/// your own). So within one instruction set its bits do not depend on what else is scored with it.
/// Nothing is checked here: see `require_finite`.
class PackedRows {
 public:
  static constexpr std::int64_t panel_rows = detail::panel_rows;

  explicit PackedRows(std::int64_t dim) : dim_(dim) {}

  std::int64_t dim() const { return dim_; }
  std::int64_t size() const { return size_; }
  std::int64_t panels() const { return panels_.size(); }

  /// Copies `rows`, each of `dim()` numbers, behind those held; all of them or, where there is no memory, none.
  void append(Rows rows) {
    panels_.grow((size_ + rows.size() + panel_rows - 1) / panel_rows, dim_ * panel_rows);
    for (std::int64_t r = 0, used = 0; r < rows.size(); r += used, size_ += used) {
      const std::int64_t lane = size_ % panel_rows;
      used = std::min(panel_rows - lane, rows.size() - r);
      // A few elements of all rows at a time: what is written stays in the first cache.
      constexpr std::int64_t few = 16;
      for (std::int64_t begin = 0; begin < dim_; begin += few) {
        float* const to = panels_[size_ / panel_rows] + begin * panel_rows + lane;
        for (std::int64_t i = 0; i < used; ++i) {
          const float* const row = rows[r + i] + begin;
          for (std::int64_t k = 0; k < std::min(few, dim_ - begin); ++k) to[k * panel_rows + i] = row[k];
        }
      }
    }
  }

  /// Writes the `dim()` numbers of a held vector to `out`.
  void copy_row(std::int64_t row, float* out) const {
    const float* const panel = panels_[row / panel_rows] + row % panel_rows;
    for (std::int64_t k = 0; k < dim_; ++k) out[k] = panel[k * panel_rows];
  }

  /// The numbers of a panel.
  const float* panel(std::int64_t panel) const { return panels_[panel]; }

  /// Scores the 64 vectors of `panel` for each query: `out[q * 64 + lane]`.
  template <class Metric>
  void score(std::int64_t panel, const PackedQueries& queries, float* out) const {
    detail::score_rows<Metric>(panels_[panel], dim_, queries, out);
  }

 private:
  std::int64_t dim_;
  std::int64_t size_ = 0;
  detail::Blocks<float> panels_;
};

}  // namespace vpr
