// SPDX-License-Identifier: MIT
/// @file
/// Many vectors against many others on this processor, with scores whose bits depend on nothing but the two vectors.
#pragma once

#include <vpr/backend/vector.hpp>
#include <vpr/core/rows.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

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

/// The k-th number of each vector of a panel.
struct alignas(64) PanelNumbers {
  static constexpr std::int64_t rows = 64;
  float of[rows];
};

inline namespace VPR_TARGET {

inline constexpr int vector_floats = vector_bytes / static_cast<int>(sizeof(float));
typedef float FloatVector __attribute__((vector_size(vector_bytes)));

inline FloatVector load(const float* from) {
  FloatVector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

inline void add_to(float* to, FloatVector sum) {
  sum += load(to);
  std::memcpy(to, &sum, sizeof sum);
}

template <class Metric, int Vectors, int Queries, int... I>
void add_sums(const PanelNumbers* numbers, std::int64_t lane, const float* const (&queries)[Queries], std::int64_t depth, float* out,
              std::integer_sequence<int, I...>) {
  constexpr std::int64_t ahead = 16;  // numbers to prefetch ahead: hides memory behind the sums of few queries
  FloatVector sums[Queries * Vectors] = {};
  for (std::int64_t k = 0; k < depth; ++k) {
    const float* const rows = numbers[k].of + lane;
    for (int i = 0; i < Vectors * vector_floats; i += 16) __builtin_prefetch(rows + ahead * PanelNumbers::rows + i);
    ((sums[I] = Metric::add(sums[I], load(rows + I % Vectors * vector_floats), queries[I / Vectors][k])), ...);
  }
  (add_to(out + I / Vectors * PanelNumbers::rows + I % Vectors * vector_floats, sums[I]), ...);
}

/// Adds the sums over `depth` numbers, for as many held vectors at a time as there are registers for.
template <class Metric, int Queries>
void add_tile(const PanelNumbers* numbers, const float* const (&queries)[Queries], std::int64_t depth, float* out) {
  constexpr int vectors =
      std::min(static_cast<int>(std::bit_floor(unsigned{accumulators / Queries})), static_cast<int>(PanelNumbers::rows) / vector_floats);
  for (std::int64_t lane = 0; lane < PanelNumbers::rows; lane += vectors * vector_floats) {
    add_sums<Metric, vectors>(numbers, lane, queries, depth, out + lane, std::make_integer_sequence<int, Queries * vectors>());
  }
}

/// Scores a panel of vectors of `dim` numbers: see `PackedRows::score`.
template <class Metric>
void score_panel(const PanelNumbers* numbers, std::int64_t dim, Rows queries, float* out) {
  std::fill_n(out, queries.size() * PanelNumbers::rows, 0.0F);
  constexpr std::int64_t run = 256;
  for (std::int64_t begin = 0; begin < dim; begin += run) {
    const std::int64_t depth = std::min(run, dim - begin);
    std::int64_t q = 0;
    const auto tiles_of = [&]<int Queries>() {
      for (; q + Queries <= queries.size(); q += Queries) {
        const float* tile[Queries];
        for (int i = 0; i < Queries; ++i) tile[i] = queries[q + i] + begin;
        add_tile<Metric>(numbers + begin, tile, depth, out + q * PanelNumbers::rows);
      }
    };
    tiles_of.template operator()<6>();
    tiles_of.template operator()<4>();
    tiles_of.template operator()<2>();
    tiles_of.template operator()<1>();
  }
}

}  // namespace VPR_TARGET
}  // namespace detail

/// Vectors of one length, held once, in the order in which scoring reads them: in panels of 64 vectors, each with the first
/// numbers of all 64, then their second numbers, and so on. The last panel is filled up with zeros.
///
/// A score is summed number by number within runs of 256, and run by run, in the lane of its held vector. So its bits do not
/// depend on what else is scored with it. They do depend on whether the compiler may fuse multiplication and addition.
/// Nothing is checked here: see `require_finite`.
class PackedRows {
 public:
  static constexpr std::int64_t panel_rows = detail::PanelNumbers::rows;

  explicit PackedRows(std::int64_t dim) : dim_(dim) {}

  std::int64_t dim() const { return dim_; }
  std::int64_t size() const { return size_; }
  std::int64_t panels() const { return static_cast<std::int64_t>(panels_.size()); }

  /// Copies `rows`, each of `dim()` numbers, behind those held.
  void append(Rows rows) {
    for (std::int64_t r = 0; r < rows.size(); ++r, ++size_) {
      const std::int64_t lane = size_ % panel_rows;
      if (lane == 0) panels_.emplace_back(static_cast<std::size_t>(dim_));
      std::vector<detail::PanelNumbers>& panel = panels_.back();
      for (std::int64_t k = 0; k < dim_; ++k) panel[static_cast<std::size_t>(k)].of[lane] = rows[r][k];
    }
  }

  /// Writes the `dim()` numbers of a held vector to `out`.
  void copy_row(std::int64_t row, float* out) const {
    for (const detail::PanelNumbers& numbers : panels_[static_cast<std::size_t>(row / panel_rows)]) *out++ = numbers.of[row % panel_rows];
  }

  /// Scores the 64 vectors of `panel` for each query: `out[q * 64 + lane]`.
  template <class Metric>
  void score(std::int64_t panel, Rows queries, float* out) const {
    detail::score_panel<Metric>(panels_[static_cast<std::size_t>(panel)].data(), dim_, queries, out);
  }

 private:
  std::int64_t dim_;
  std::int64_t size_ = 0;
  std::vector<std::vector<detail::PanelNumbers>> panels_;
};

}  // namespace vpr
