// SPDX-License-Identifier: MIT
/// @file
/// Vectors rounded to fewer bits, with bounds on how far the scores of the rounded ones are from the exact ones.
#pragma once

#include <vpr/backend/cpu/filter_scores.hpp>
#include <vpr/backend/packed_rows.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace vpr {

/// Rounded to bfloat16: 2 bytes a number. An inner product is off by about 0.3 % of the product of the norms at most.
struct BfloatRounding {
  static constexpr std::int64_t word_elements = 2, longest = std::int64_t{1} << 24;

  /// Writes the words of a row; its scale is 1.
  static float round(const float* row, std::int64_t dim, std::uint32_t* words, float* rounded) {
    std::fill_n(words, (dim + 1) / 2, 0U);
    for (std::int64_t k = 0; k < dim; ++k) {
      const float value = static_cast<float>(bf16(row[k]));
      // What products of bfloat16 take for zero is zero here, too.
      rounded[k] = std::abs(value) < 0x1p-126F ? 0.0F : value;
      words[k / 2] |= std::bit_cast<std::uint32_t>(rounded[k]) >> 16 << 16 * (k % 2);
    }
    return 1;
  }
};

/// Rounded to bytes, each row with a step of its own: 1 byte a number. An inner product is off by about 2 % of the product of the norms at
/// most, of 500 dimensions.
struct ByteRounding {
  static constexpr std::int64_t word_elements = 4, longest = std::int64_t{1} << 17;  // sums of products fit in 32 bits

  /// Writes the words of a row, and gives its step.
  static float round(const float* row, std::int64_t dim, std::uint32_t* words, float* rounded) {
    float most = 0;
    for (std::int64_t k = 0; k < dim; ++k) most = std::max(most, std::abs(row[k]));
    const float step = std::max(most / 127, 0x1p-100F), inverse = 1 / step;
    std::fill_n(words, (dim + 3) / 4, 0U);
    for (std::int64_t k = 0; k < dim; ++k) {
      // Adding 1.5·2²³ rounds to a whole number, in the lowest bits.
      const auto code = static_cast<std::int8_t>(std::bit_cast<std::uint32_t>(row[k] * inverse + 0x1.8p23F) & 0xffU);
      rounded[k] = static_cast<float>(code) * step;
      words[k / 4] |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(code)) << 8 * (k % 4);
    }
    return step;
  }
};

namespace detail {

/// A row's words beside what is known of it.
struct RoundedRow {
  float scale, error, norm;
};

/// What is known of a row that `values` stand for.
inline RoundedRow known_of(float scale, const float* row, const float* values, std::int64_t dim) {
  const auto norm = [dim](auto square) {
    // Upwards: for the rounding of the sums, and for squares that underflow.
    const double n = static_cast<double>(dim);
    return static_cast<float>(std::sqrt(static_cast<double>(sum(dim, square))) * (1 + (n + 64) * 0x1p-24) + std::sqrt(n) * 0x1p-62);
  };
  RoundedRow known{scale, 0, norm([row](std::int64_t k) { return row[k] * row[k]; })};
  known.error = norm([row, values](std::int64_t k) { return (row[k] - values[k]) * (row[k] - values[k]); }) + 0x1p-22F * known.norm;
  return known;
}

template <class Rounding>
RoundedRow round_row(const float* row, std::int64_t dim, std::uint32_t* words, std::vector<float>& rounded) {
  rounded.resize(static_cast<std::size_t>(dim));
  const float scale = Rounding::round(row, dim, words, rounded.data());
  return known_of(scale, row, rounded.data(), dim);
}

/// The sum of a row's bytes, which have signs.
inline std::int32_t byte_sum(std::span<const std::uint32_t> words) {
  std::int32_t sum = 0;
  for (const std::uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) sum += static_cast<std::int8_t>(word >> shift & 0xffU);
  }
  return sum;
}

/// What an estimate has beside the product, by the row's norm.
template <class Metric>
float offset_of(float norm) {
  return std::is_same_v<Metric, L2> ? -norm * norm : 0.0F;
}

}  // namespace detail

/// Queries rounded as the rows that they are compared with.
template <class Metric, class Rounding>
class RoundedQueries {
 public:
  explicit RoundedQueries(Rows rows) : bounds_(static_cast<std::size_t>(rows.size())) {
    const std::int64_t dim = rows.dim(), words = (dim + Rounding::word_elements - 1) / Rounding::word_elements;
    Buffer<std::uint32_t> plain(static_cast<std::size_t>(rows.size() * words));
    std::vector<float> rounded;
    for (std::int64_t q = 0; q < rows.size(); ++q)
      bounds_[static_cast<std::size_t>(q)] = bound_of(detail::round_row<Rounding>(rows[q], dim, plain.data() + q * words, rounded), dim);
    if (std::is_same_v<Rounding, ByteRounding> && detail::filter_kernels().byte_shift != 0) {
      for (std::int64_t i = 0; i < rows.size() * words; ++i) plain.data()[i] ^= 0x80808080U;  // adds 128 to each byte
    }
    packed_ = Buffer<std::uint32_t>(plain.size());
    detail::pack_queries(
        rows.size(), words, [&](std::int64_t q) { return plain.data() + q * words; }, packed_.data());
  }

  std::int64_t size() const { return static_cast<std::int64_t>(bounds_.size()); }
  const std::uint32_t* data() const { return packed_.data(); }
  const detail::QueryBound& bound(std::int64_t query) const { return bounds_[static_cast<std::size_t>(query)]; }

 private:
  /// With rounded x' = x - e and q' = q - f, |q'·x' - q·x| ≤ |q'||e| + |f||x| by Cauchy and Schwarz. Each sum of n terms in float, in
  /// whatever order, is off by at most n·2⁻²⁴ / (1 - n·2⁻²⁴) of the sum of magnitudes, and those are at most the product of the norms; so are
  /// the scores in float that the bound is for. A distance |q|² + |x|² - 2q·x has twice the error of the product, and the norms' rounding.
  static detail::QueryBound bound_of(const detail::RoundedRow& query, std::int64_t dim) {
    constexpr bool distance = std::is_same_v<Metric, L2>;
    constexpr double factor = distance ? 2 : 1, upwards = 1 + 0x1p-10;
    const double n = static_cast<double>(dim), terms = (1024 + n / 8) * 0x1p-24, rounding = terms / (1 - terms);
    const double error = query.error, norm = static_cast<double>(query.norm) + error;
    detail::QueryBound bound;
    bound.scale = static_cast<float>(factor) * query.scale;
    bound.offset = distance ? -query.norm * query.norm : 0.0F;
    bound.by_error = static_cast<float>(upwards * factor * norm * (1 + rounding));
    bound.by_norm = static_cast<float>(upwards * factor * (error + 2 * rounding * norm));
    bound.by_square = distance ? static_cast<float>(upwards * 3 * rounding) : 0.0F;
    // The last term is for what underflows.
    bound.constant = static_cast<float>(upwards * (distance ? 3 * rounding * norm * norm : 0) + n * 0x1p-118);
    return bound;
  }

  std::vector<detail::QueryBound> bounds_;
  Buffer<std::uint32_t> packed_;
};

namespace detail {

/// 64 rounded rows of `words` words each, wherever they lie.
struct RoundedPanel {
  const std::uint32_t* rows;
  std::int64_t words;
  const RowBounds* bounds;

  /// The products of all rows with all queries: `products[q * 64 + lane]`.
  template <class Metric, class Rounding>
  void multiply(const RoundedQueries<Metric, Rounding>& queries, float* products) const {
    const FilterKernels& kernels = filter_kernels();
    const auto multiply = std::is_same_v<Rounding, ByteRounding> ? kernels.byte_products : kernels.bfloat_products;
    multiply(rows, words, queries.data(), queries.size(), bounds->start, products);
  }
};

}  // namespace detail

/// Vectors of one length, rounded, in panels as `PackedRows` has them. Estimates of their scores are made so that more is better:
/// inner products, and the negatives of squared distances.
///
/// @tparam Metric    `InnerProduct` or `L2`
/// @tparam Rounding  `BfloatRounding` or `ByteRounding`
template <class Metric, class Rounding>
class RoundedRows {
 public:
  static_assert(std::is_same_v<Metric, InnerProduct> || std::is_same_v<Metric, L2>,
                "vpr::RoundedRows: scores by a metric of your own cannot be bounded; use InnerProduct or L2");
  static constexpr std::int64_t panel_rows = detail::panel_rows;
  using Queries = RoundedQueries<Metric, Rounding>;

  explicit RoundedRows(std::int64_t dim) : dim_(dim), words_((dim + Rounding::word_elements - 1) / Rounding::word_elements) {}

  std::int64_t size() const { return size_; }
  std::int64_t panels() const { return panels_.size(); }

  /// Rounds `rows`, each of `dim` finite numbers, behind those held; all of them or, where there is no memory, none.
  void append(Rows rows) {
    const std::int64_t needed = (size_ + rows.size() + panel_rows - 1) / panel_rows;
    panels_.grow(needed, words_ * panel_rows);
    bounds_.grow(needed, 1);
    std::vector<float> rounded;
    std::vector<std::uint32_t> words(static_cast<std::size_t>(words_));
    for (std::int64_t r = 0; r < rows.size(); ++r, ++size_) {
      const std::int64_t lane = size_ % panel_rows;
      std::uint32_t* const panel = panels_[size_ / panel_rows] + lane;
      const detail::RoundedRow row = detail::round_row<Rounding>(rows[r], dim_, words.data(), rounded);
      for (std::int64_t w = 0; w < words_; ++w) panel[w * panel_rows] = words[static_cast<std::size_t>(w)];
      detail::RowBounds& bounds = bounds_[size_ / panel_rows][0];
      bounds.scale[lane] = row.scale;
      bounds.offset[lane] = detail::offset_of<Metric>(row.norm);
      bounds.error[lane] = row.error;
      bounds.norm[lane] = row.norm;
      bounds.start[lane] = std::is_same_v<Rounding, ByteRounding> ? -detail::filter_kernels().byte_shift * detail::byte_sum(words) : 0;
    }
  }

  /// The rounded rows of a panel.
  detail::RoundedPanel panel(std::int64_t panel) const { return {panels_[panel], words_, &bounds_[panel][0]}; }

  /// What `reaching` needs of all queries: `products[q * 64 + lane]`.
  void multiply(std::int64_t panel, const Queries& queries, float* products) const { this->panel(panel).multiply(queries, products); }

  /// The vectors of a panel whose score for a query may reach `bound`, the lane being the number of the bit, by the 64 products of that
  /// query. Where there are any, `estimates` and `slacks` are written for each lane: a score is within its slack of its estimate.
  std::uint64_t reaching(std::int64_t panel, const detail::QueryBound& query, float bound, const float* products, float* estimates,
                         float* slacks) const {
    const std::uint64_t bits = detail::filter_kernels().reaching(bounds_[panel][0], query, bound, products, estimates, slacks);
    return bits & detail::first_bits(size_ - panel * panel_rows);
  }

  const detail::RowBounds& bounds(std::int64_t panel) const { return bounds_[panel][0]; }

 private:
  std::int64_t dim_, words_, size_ = 0;
  detail::Blocks<std::uint32_t> panels_;
  detail::Blocks<detail::RowBounds> bounds_;
};

}  // namespace vpr
