// SPDX-License-Identifier: MIT
/// @file
/// A weight held once, in the order and the precision in which products read it.
#pragma once

#include <vpr/backend/cpu/gemm.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/half.hpp>
#include <vpr/core/shape.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// A matrix [outputs, inputs...] of floats for products x Wᵀ, packed in panels of 32 outputs: the first words of all 32, then their second
/// words, and so on. A word is one float, two bfloat16 or four bytes of an output; behind the panels of bytes are a scale and the sum of its
/// bytes for each output. What is missing of the last panel and of the last word is zero. The layout is the same on every processor.
///
/// Bytes may be smoothed (Xiao et al., ICML 2023, eq. 3): each input of a row is multiplied by a factor of its own before it is rounded, and
/// its weights are divided by that, which leaves the product as it is. So inputs of which some are a hundred times larger than the rest can
/// share the steps of a byte. See `smoothing_factors`.
///
/// A matrix that was never assigned is zero and takes no memory.
class PackedMatrix {
 public:
  using value_type = float;

  /// The most inputs of an output in bytes: more could overflow its sum.
  static constexpr std::int64_t most_int8_inputs = 65536;

  PackedMatrix() = default;

  /// @param factors  of bytes: of each input, from 1e-18 to 1e18, or none
  /// @throws ShapeError  for a shape without axes, ConfigError for bytes with more than `most_int8_inputs` inputs, or other factors.
  static PackedMatrix zeros(Shape shape, Precision precision = Precision::f32, std::span<const float> factors = {}) {
    PackedMatrix matrix;
    VPR_REQUIRE(ShapeError, shape.rank() > 0, "packed matrix: want a shape [outputs, inputs...], got ", shape);
    matrix.shape_ = shape;
    matrix.precision_ = precision;
    VPR_REQUIRE(ConfigError, precision != Precision::int8 || matrix.inputs() <= most_int8_inputs, "packed matrix ", shape,
                ": int8 takes at most ", most_int8_inputs, " inputs, got ", matrix.inputs(), "; use bf16 or f32");
    if (!factors.empty()) matrix.set_factors(factors);
    return matrix;
  }

  static PackedMatrix from(Shape shape, std::span<const float> values, Precision precision = Precision::f32,
                           std::span<const float> factors = {}) {
    PackedMatrix matrix = zeros(shape, precision, factors);
    matrix.assign(values);
    return matrix;
  }

  /// The matrix that gave these `words()` and `input_factors()`.
  /// @throws ShapeError  for another number of words; ConfigError  for bytes whose scales are not finite and above zero or whose sums are
  ///   not theirs, and as `zeros`.
  static PackedMatrix from_words(Shape shape, Precision precision, std::span<const std::uint32_t> words,
                                 std::span<const float> factors = {}) {
    PackedMatrix matrix = zeros(shape, precision, factors);
    VPR_REQUIRE(ShapeError, std::cmp_equal(words.size(), matrix.word_count()), "packed matrix ", shape, ' ', name_of(precision), ": got ",
                words.size(), " words, want ", matrix.word_count());
    matrix.words_ = Buffer<std::uint32_t>(words.size());
    std::copy(words.begin(), words.end(), matrix.words_.data());
    matrix.require_right_sums();
    return matrix;
  }

  const Shape& shape() const& { return shape_; }
  Shape shape() && { return shape_; }
  std::int64_t elements() const { return shape_.elements(); }
  bool empty() const { return elements() == 0; }
  Precision precision() const { return precision_; }
  std::int64_t outputs() const { return shape_[0]; }
  std::int64_t inputs() const {
    std::int64_t product = 1;
    for (std::size_t axis = 1; axis < shape_.rank(); ++axis) product *= shape_[axis];
    return product;
  }

  /// What each input is multiplied by: `inputs()` factors, or none where bytes are not smoothed.
  std::span<const float> input_factors() const { return {input_factors_.data(), input_factors_.size()}; }

  /// From now on each product raises `largest`, `inputs()` numbers, to the largest magnitudes of its inputs; nothing ends that. Until then
  /// products of this matrix and of its copies may not run at once.
  void observe(std::shared_ptr<std::vector<float>> largest) {
    if (largest) largest->resize(static_cast<std::size_t>(inputs()));
    largest_inputs_ = std::move(largest);
  }

  /// The packed words: `word_count()` of them once assigned, none before.
  std::span<const std::uint32_t> words() const { return {words_.data(), words_.size()}; }
  std::int64_t word_count() const { return panels() * detail::panel_columns * (units() + (precision_ == Precision::int8 ? 2 : 0)); }

  /// Packs these values, row-major. In int8 the scale of an output is its largest magnitude / 127, or NaN where a value is not finite.
  /// @throws ShapeError  if there are more or fewer than the shape has elements.
  void assign(std::span<const float> values) {
    VPR_REQUIRE(ShapeError, std::cmp_equal(values.size(), elements()), "packed matrix ", shape_, ": got ", values.size(), " values, want ",
                elements());
    if (words_.size() == 0) words_ = Buffer<std::uint32_t>(static_cast<std::size_t>(word_count()));
    parallel_for(panels(), [&](std::int64_t panel) { pack(values.data() + panel * detail::panel_columns * inputs(), panel); });
  }
  /// The same of values that `next(std::span<float>)` writes part by part, in their order, so that they need not be held at once.
  template <class Next>
  requires std::invocable<Next, std::span<float>>
  void assign_parts(Next&& next) {
    constexpr std::int64_t together = 8;  // panels
    const std::int64_t panel_size = detail::panel_columns * inputs();
    if (words_.size() == 0) words_ = Buffer<std::uint32_t>(static_cast<std::size_t>(word_count()));
    Buffer<float> part(static_cast<std::size_t>(std::min(elements(), together * panel_size)));
    for (std::int64_t begin = 0; begin < panels(); begin += together) {
      next(std::span(part.data(), static_cast<std::size_t>(std::min(elements() - begin * panel_size, together * panel_size))));
      parallel_for(std::min(together, panels() - begin),
                   [&](std::int64_t panel) { pack(part.data() + panel * panel_size, begin + panel); });
    }
  }
  template <class T>
  void assign(std::span<const T> values) {
    const std::vector<float> converted(values.begin(), values.end());
    assign(std::span<const float>(converted));
  }

  /// The values of an output, `inputs()` floats: in f32 exactly those assigned, else what they were rounded to.
  void copy_row(std::int64_t output, float* out) const {
    const std::int64_t count = inputs(), panel = output / detail::panel_columns, column = output % detail::panel_columns;
    if (words_.size() == 0) return static_cast<void>(std::fill_n(out, count, 0.0F));
    const std::uint32_t* word = words_.data() + panel * units() * detail::panel_columns + column;
    for (std::int64_t k = 0; k < count; ++k) {
      const std::uint32_t bits = word[k / unit() * detail::panel_columns];
      switch (precision_) {
        case Precision::f32: out[k] = std::bit_cast<float>(bits); break;
        case Precision::bf16: out[k] = std::bit_cast<float>(k % 2 == 0 ? bits << 16 : bits & 0xffff0000U); break;
        case Precision::int8:
          out[k] = static_cast<float>(static_cast<std::int8_t>(bits >> k % 4 * 8)) * scales()[output];
          if (input_factors_.size() > 0) out[k] *= input_factors_.data()[k];
          break;
      }
    }
  }

  /// The values in host memory, row-major: see `copy_row`.
  std::vector<float> values() const {
    std::vector<float> host(static_cast<std::size_t>(elements()));
    for (std::int64_t o = 0; o < outputs() && !host.empty(); ++o) copy_row(o, host.data() + o * inputs());
    return host;
  }
  std::vector<float> to_vector() const { return values(); }

  /// The same values in another precision.
  PackedMatrix converted(Precision precision, std::span<const float> factors = {}) const {
    if (words_.size() == 0) return shape_.rank() == 0 ? *this : zeros(shape_, precision, factors);
    return from(shape_, values(), precision, factors);
  }

  /// What multiplies by this matrix.
  const detail::ProductKernels<float>& kernels() const {
    return detail::product_kernels<float>(words_.size() == 0 ? Precision::f32 : precision_);
  }

  /// out = epilogue(x Wᵀ) for rows of `inputs()` floats, as rows of `outputs()`; `out` may be the residual but not overlap x. In bf16 x is rounded
  /// (nearest, ties to even); in int8 each row is held in bytes of its own scale and offset.
  ///
  /// An element has the same bits whatever other rows and columns are computed with it, on any number of threads.
  void multiply(detail::RowsView<float> x, const EpilogueOperands<float>& epilogue, float* out) const {
    multiply(kernels(), x, epilogue, out, outputs());
  }
  /// The same by the kernels of this precision of an instruction set of the caller's, as rows that are `step` apart in `out`.
  void multiply(const detail::ProductKernels<float>& kernels, detail::RowsView<float> x, const EpilogueOperands<float>& epilogue,
                float* out, std::int64_t step) const {
    if (largest_inputs_) note_inputs(x);
    multiply_packed(
        kernels, x.count,
        [&](std::int64_t first, std::int64_t count, std::int64_t height, float* to, detail::RowScale* scales) {
          kernels.pack({x.data + first * x.step, x.step, count, input_factors_.data()}, inputs(), height, to, scales);
        },
        epilogue, out, step);
  }
  /// The same for rows that `pack(first, count, height, to, scales)` packs, `count` of them as a tile of `height`; see `ProductKernels::pack`.
  template <class Pack>
  void multiply_packed(const detail::ProductKernels<float>& kernels, std::int64_t count, const Pack& pack,
                       const EpilogueOperands<float>& epilogue, float* out, std::int64_t step) const {
    using namespace detail;
    if (outputs() == 0) return;
    const bool zero = words_.size() == 0;
    const std::int64_t depth = zero ? 0 : inputs(), lines = ceiling(units() * kernels.steps, 16);
    // Rows are packed a block at a time, so that what is packed stays small.
    const std::int64_t most = 288 / kernels.tile_rows * kernels.tile_rows * thread_count();
    for (std::int64_t begin = 0; begin < count; begin += most) {
      const std::int64_t rows = std::min(most, count - begin);
      Buffer<float> left(static_cast<std::size_t>(padded_rows(rows, kernels.tile_rows) * lines * 16));
      Buffer<RowScale> row_scales(static_cast<std::size_t>(rows));
      parallel_for(zero ? 0 : ceiling(rows, kernels.tile_rows), [&](std::int64_t tile) {
        const std::int64_t row = tile * kernels.tile_rows, rest = rows - row, height = tile_height(rest, kernels.tile_rows);
        pack(begin + row, std::min(rest, height), height, left.data() + row * lines * 16, row_scales.data() + row);
      });
      EpilogueOperands<float> here = epilogue;
      if (here.residual != nullptr) here.residual += begin * step;
      detail::multiply_packed(kernels,
                              {.left = left.data(),
                               .right = words_.data(),
                               .depth = depth,
                               .columns = outputs(),
                               .out = out + begin * step,
                               .step = step,
                               .epilogue = here,
                               .row_scales = row_scales.data(),
                               .column_scales = scales(),
                               .column_sums = sums()},
                              rows);
    }
  }

 private:
  std::int64_t unit() const { return precision_ == Precision::f32 ? 1 : precision_ == Precision::bf16 ? 2 : 4; }
  std::int64_t units() const { return detail::ceiling(inputs(), unit()); }
  std::int64_t panels() const { return detail::ceiling(outputs(), detail::panel_columns); }
  const float* scales() const { return reinterpret_cast<const float*>(words_.data() + panels() * units() * detail::panel_columns); }
  const std::int32_t* sums() const { return reinterpret_cast<const std::int32_t*>(scales()) + panels() * detail::panel_columns; }

  void set_factors(std::span<const float> factors) {
    const auto usable = [](float factor) { return factor >= 1e-18F && factor <= 1e18F; };  // a NaN is not
    const bool right = std::cmp_equal(factors.size(), inputs()) && std::all_of(factors.begin(), factors.end(), usable);
    VPR_REQUIRE(ConfigError, precision_ == Precision::int8 && right, "packed matrix ", shape_, ' ', name_of(precision_), ": got ",
                factors.size(), " factors of inputs, want int8 and ", inputs(), " from 1e-18 to 1e18");
    input_factors_ = Buffer<float>(factors.size());
    std::copy(factors.begin(), factors.end(), input_factors_.data());
  }

  /// Of bytes: that what follows the panels belongs to them.
  void require_right_sums() const {
    if (precision_ != Precision::int8) return;
    constexpr std::int64_t width = detail::panel_columns;
    for (std::int64_t panel = 0; panel < panels(); ++panel) {
      std::int32_t total[width] = {};
      const std::uint32_t* word = words_.data() + panel * units() * width;
      for (std::int64_t k = 0; k < units(); ++k, word += width) {
        for (std::int64_t c = 0; c < width; ++c) {
          for (int byte = 0; byte < 4; ++byte) total[c] += static_cast<std::int8_t>(word[c] >> byte * 8);
        }
      }
      for (std::int64_t c = 0; c < width; ++c) {
        const float scale = scales()[panel * width + c];
        VPR_REQUIRE(ConfigError, scale > 0 && is_finite(scale) && sums()[panel * width + c] == total[c], "packed matrix ", shape_,
                    ": the scale or the sum of output ", panel * width + c, " is not that of its bytes");
      }
    }
  }

  void note_inputs(detail::RowsView<float> x) const {
    for (std::int64_t r = 0; r < x.count; ++r) {
      for (std::size_t k = 0; k < largest_inputs_->size(); ++k)
        (*largest_inputs_)[k] = std::max((*largest_inputs_)[k], std::abs(x.data[r * x.step + static_cast<std::int64_t>(k)]));
    }
  }

  /// Packs the outputs of a panel, row-major.
  void pack(const float* rows, std::int64_t panel) {
    constexpr std::int64_t width = detail::panel_columns, most = 64;
    const std::int64_t first = panel * width, columns = std::min(width, outputs() - first), depth = inputs();
    std::uint32_t* const to = words_.data() + panel * units() * width;
    if (precision_ == Precision::f32) {
      return detail::pack_panels<float>({rows, 1, depth}, depth, columns, reinterpret_cast<float*>(to));
    }
    if (precision_ == Precision::bf16) return detail::pack_bf16_panels({rows, 1, depth}, depth, columns, to);
    std::vector<float> smoothed;
    if (input_factors_.size() > 0) {
      smoothed.assign(rows, rows + columns * depth);
      for (std::int64_t i = 0; i < columns * depth; ++i) smoothed[static_cast<std::size_t>(i)] /= input_factors_.data()[i % depth];
      rows = smoothed.data();
    }
    float inverses[width];
    std::int32_t total[width] = {};
    if (precision_ == Precision::int8) {
      float* const scale = reinterpret_cast<float*>(words_.data() + panels() * units() * width) + first;
      for (std::int64_t c = 0; c < width; ++c) {
        const float largest = c < columns ? largest_magnitude(rows + c * depth, depth) : 0.0F;
        const bool finite = is_finite(largest);
        scale[c] = finite ? std::max(largest / 127.0F, 1e-36F) : std::numeric_limits<float>::quiet_NaN();
        inverses[c] = finite ? 1.0F / scale[c] : 0.0F;
      }
    }
    std::uint32_t block[width * most];  // row by row
    for (std::int64_t begin = 0; begin < units(); begin += most) {
      const std::int64_t count = std::min(most, units() - begin);
      std::fill_n(block, width * most, 0U);
      for (std::int64_t c = 0; c < columns; ++c) {
        const float* const row = rows + c * depth;
        for (std::int64_t k = begin * unit(); k < std::min(depth, (begin + count) * unit()); ++k) {
          std::uint32_t& word = block[c * most + k / unit() - begin];
          if (precision_ == Precision::bf16) {
            word |= std::uint32_t{bf16(row[k]).bits} << k % 2 * 16;
          } else if (inverses[c] != 0) {
            const auto byte = static_cast<std::int32_t>(std::nearbyint(row[k] * inverses[c]));
            total[c] += byte;
            word |= (static_cast<std::uint32_t>(byte) & 0xffU) << k % 4 * 8;
          }
        }
      }
      detail::copy_transposed(block, most, width, count, to + begin * width, width);
    }
    if (precision_ == Precision::int8)
      std::copy_n(total, width, reinterpret_cast<std::int32_t*>(words_.data() + panels() * (units() + 1) * width) + first);
  }

  /// Infinity where a value is not finite.
  static float largest_magnitude(const float* values, std::int64_t count) {
    float largest = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      if (!is_finite(values[k])) return std::numeric_limits<float>::infinity();
      largest = std::max(largest, std::abs(values[k]));
    }
    return largest;
  }

  Shape shape_{0};
  Precision precision_ = Precision::f32;
  Buffer<std::uint32_t> words_;
  Buffer<float> input_factors_;
  std::shared_ptr<std::vector<float>> largest_inputs_;
};

}  // namespace vpr
