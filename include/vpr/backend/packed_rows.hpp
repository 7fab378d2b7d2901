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

}  // namespace detail

/// Vectors of one length, held once, in the order in which scoring reads them: in panels of 64 vectors, each with the first
/// numbers of all 64, then their second numbers, and so on. The last panel is filled up with zeros.
///
/// A score is summed number by number within runs of 256, and run by run, in the lane of its held vector. So its bits do not
/// depend on what else is scored with it. They do depend on whether the compiler may fuse multiplication and addition.
/// Nothing is checked here: see `require_finite`.
class PackedRows {
 public:
  static constexpr std::int64_t panel_rows = 64;

  explicit PackedRows(std::int64_t dim) : dim_(dim) {}

  std::int64_t dim() const { return dim_; }
  std::int64_t size() const { return size_; }
  std::int64_t panels() const { return static_cast<std::int64_t>(panels_.size()); }

  /// Copies `rows`, each of `dim()` numbers, behind those held.
  void append(Rows rows) {
    for (std::int64_t r = 0; r < rows.size(); ++r, ++size_) {
      const std::int64_t lane = size_ % panel_rows;
      if (lane == 0) panels_.emplace_back(static_cast<std::size_t>(dim_));
      std::vector<Numbers>& panel = panels_.back();
      for (std::int64_t k = 0; k < dim_; ++k) panel[static_cast<std::size_t>(k)].of[lane] = rows[r][k];
    }
  }

  /// Writes the `dim()` numbers of a held vector to `out`.
  void copy_row(std::int64_t row, float* out) const {
    for (const Numbers& numbers : panels_[static_cast<std::size_t>(row / panel_rows)]) *out++ = numbers.of[row % panel_rows];
  }

  /// Scores the 64 vectors of `panel` for each query: `out[q * 64 + lane]`.
  template <class Metric>
  void score(std::int64_t panel, Rows queries, float* out) const {
    std::fill_n(out, queries.size() * panel_rows, 0.0F);
    const Numbers* const numbers = panels_[static_cast<std::size_t>(panel)].data();
    constexpr std::int64_t run = 256;
    for (std::int64_t begin = 0; begin < dim_; begin += run) {
      const std::int64_t depth = std::min(run, dim_ - begin);
      std::int64_t q = 0;
      const auto tiles_of = [&]<int Queries>() {
        for (; q + Queries <= queries.size(); q += Queries) {
          const float* tile[Queries];
          for (int i = 0; i < Queries; ++i) tile[i] = queries[q + i] + begin;
          add_tile<Metric>(numbers + begin, tile, depth, out + q * panel_rows);
        }
      };
      tiles_of.template operator()<6>();
      tiles_of.template operator()<4>();
      tiles_of.template operator()<2>();
      tiles_of.template operator()<1>();
    }
  }

 private:
  /// The k-th number of each vector of a panel.
  struct alignas(64) Numbers {
    float of[panel_rows];
  };

  /// Adds the sums over `depth` numbers, for as many held vectors at a time as there are registers for.
  template <class Metric, int Queries>
  static void add_tile(const Numbers* numbers, const float* const (&queries)[Queries], std::int64_t depth, float* out) {
    constexpr int vectors = std::min(static_cast<int>(std::bit_floor(unsigned{detail::accumulators / Queries})),
                                     static_cast<int>(panel_rows) / detail::vector_floats);
    for (std::int64_t lane = 0; lane < panel_rows; lane += vectors * detail::vector_floats) {
      add_sums<Metric, vectors>(numbers, lane, queries, depth, out + lane, std::make_integer_sequence<int, Queries * vectors>());
    }
  }

  template <class Metric, int Vectors, int Queries, int... I>
  static void add_sums(const Numbers* numbers, std::int64_t lane, const float* const (&queries)[Queries], std::int64_t depth, float* out,
                       std::integer_sequence<int, I...>) {
    constexpr int width = detail::vector_floats;
    constexpr std::int64_t ahead = 16;  // numbers to prefetch ahead: hides memory behind the sums of few queries
    detail::FloatVector sums[Queries * Vectors] = {};
    for (std::int64_t k = 0; k < depth; ++k) {
      const float* const rows = numbers[k].of + lane;
      for (int i = 0; i < Vectors * width; i += 16) __builtin_prefetch(rows + ahead * panel_rows + i);
      ((sums[I] = Metric::add(sums[I], detail::load(rows + I % Vectors * width), queries[I / Vectors][k])), ...);
    }
    (detail::add_to(out + I / Vectors * panel_rows + I % Vectors * width, sums[I]), ...);
  }

  std::int64_t dim_;
  std::int64_t size_ = 0;
  std::vector<std::vector<Numbers>> panels_;
};

}  // namespace vpr
