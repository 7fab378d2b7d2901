// SPDX-License-Identifier: MIT
/// @file
/// The weight of a convolution, held once in the order in which it is read.
#pragma once

#include <vpr/backend/cpu/map_kernels.hpp>
#include <vpr/backend/cpu/packed_matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// A weight O×(I/groups)×k×k of floats, held as matrices [outputs, kernel row, kernel column, input], so that the rows of a map are read as
/// they lie. Groups of few outputs share a matrix, with zeros where an output does not see an input; of a depthwise convolution, a group a
/// channel, the vectors of all channels are held, cell by cell of the window, in f32.
///
/// A weight that was never assigned is zero and takes no memory.
class PackedConvolution {
 public:
  using value_type = float;

  PackedConvolution() = default;

  /// @throws ShapeError  for a shape of fewer than two axes, or outputs that the groups don't divide.
  static PackedConvolution zeros(Shape shape, std::int64_t groups = 1, Precision precision = Precision::f32) {
    VPR_REQUIRE(ShapeError, shape.rank() >= 2 && groups > 0 && shape[0] % groups == 0,
                "convolution: want a weight [outputs, inputs of a group, kernel, kernel], with outputs for each of ", groups,
                " groups; got ", shape);
    PackedConvolution weight;
    weight.shape_ = shape;
    weight.groups_ = groups;
    weight.precision_ = precision;
    if (weight.is_depthwise()) return weight;
    for (std::int64_t group = 0; group < groups; group += weight.groups_together()) {
      const std::int64_t together = std::min(weight.groups_together(), groups - group);
      weight.matrices_.push_back(
          PackedMatrix::zeros(Shape{together * weight.outputs(), weight.cells(), together * weight.inputs()}, precision));
    }
    return weight;
  }

  static PackedConvolution from(Shape shape, std::span<const float> values, std::int64_t groups = 1, Precision precision = Precision::f32) {
    PackedConvolution weight = zeros(shape, groups, precision);
    weight.assign(values);
    return weight;
  }

  const Shape& shape() const& { return shape_; }
  Shape shape() && { return shape_; }
  std::int64_t elements() const { return shape_.elements(); }
  bool empty() const { return elements() == 0; }
  Precision precision() const { return precision_; }
  std::int64_t groups() const { return groups_; }

  /// Packs these values, row-major in the shape.
  /// @throws ShapeError  if there are more or fewer than the shape has elements.
  void assign(std::span<const float> values) {
    VPR_REQUIRE(ShapeError, std::cmp_equal(values.size(), elements()), "convolution weight ", shape_, ": got ", values.size(),
                " values, want ", elements());
    if (is_depthwise()) depthwise_.resize(values.size());
    std::vector<float> block;
    for (std::size_t m = 0; m < matrices_.size(); ++m) {
      block.assign(static_cast<std::size_t>(matrices_[m].elements()), 0.0F);
      each_of(m, [&](std::size_t from, std::size_t to) { block[to] = values[from]; });
      matrices_[m].assign(std::span<const float>(block));
    }
    each_of_depthwise([&](std::size_t from, std::size_t to) { depthwise_[to] = values[from]; });
  }
  template <class T>
  void assign(std::span<const T> values) {
    const std::vector<float> converted(values.begin(), values.end());
    assign(std::span<const float>(converted));
  }

  /// The values in host memory, row-major in the shape: in f32 exactly those assigned, else what they were rounded to.
  std::vector<float> values() const {
    std::vector<float> host(static_cast<std::size_t>(elements()));
    for (std::size_t m = 0; m < matrices_.size(); ++m) {
      const std::vector<float> block = matrices_[m].values();
      each_of(m, [&](std::size_t to, std::size_t from) { host[to] = block[from]; });
    }
    each_of_depthwise([&](std::size_t to, std::size_t from) { host[to] = depthwise_[from]; });
    return host;
  }
  std::vector<float> to_vector() const { return values(); }

  /// The same values in another precision.
  PackedConvolution converted(Precision precision) const { return empty() ? *this : from(shape_, values(), groups_, precision); }

  /// out = epilogue(convolution of the maps x, `images`×(H·W)×C); `out` may be the residual but not overlap x. What is rounded is as in
  /// `PackedMatrix::multiply`, and so are the bits the same whatever else is computed, on any number of threads. Rows of the product are
  /// copied from the map a block at a time.
  void convolve(const float* x, std::int64_t images, Grid map, Window window, const EpilogueOperands<float>& epilogue, float* out) const {
    using namespace detail;
    if (empty()) return;
    const std::int64_t channels = groups_ * inputs(), positions = window.positions(map).patches();
    if (is_depthwise()) return convolve_depthwise(MapWindows(x, map, window, channels, channels), images, epilogue, out);
    for (std::size_t m = 0; m < matrices_.size(); ++m) {
      const std::int64_t group = static_cast<std::int64_t>(m) * groups_together(), output = group * outputs();
      const MapWindows windows(x + group * inputs(), map, window, channels, matrices_[m].shape()[2]);
      EpilogueOperands<float> here = epilogue;
      if (here.bias != nullptr) here.bias += output;
      if (here.gate != nullptr) here.gate += output;
      if (here.residual != nullptr) here.residual += output;
      convolve(windows, matrices_[m], images * positions, here, out + output);
    }
  }

 private:
  bool is_depthwise() const { return groups_ > 1 && inputs() == 1 && outputs() == 1; }
  std::int64_t outputs() const { return shape_[0] / groups_; }
  std::int64_t inputs() const { return shape_[1]; }
  std::int64_t cells() const { return shape_.rank() == 4 ? shape_[2] * shape_[3] : 1; }
  /// Of a matrix: as many as fill a panel.
  std::int64_t groups_together() const {
    return std::clamp<std::int64_t>(detail::panel_columns / std::max<std::int64_t>(1, outputs()), 1, groups_);
  }

  /// Calls `use(official element, element of the matrix)`.
  template <class Use>
  void each_of(std::size_t m, const Use& use) const {
    const std::int64_t first = static_cast<std::int64_t>(m) * groups_together(), together = matrices_[m].shape()[2] / inputs();
    std::size_t from = static_cast<std::size_t>(first * outputs() * inputs() * cells());
    for (std::int64_t output = 0; output < together * outputs(); ++output) {
      for (std::int64_t input = output / outputs() * inputs(), end = input + inputs(); input < end; ++input) {
        for (std::int64_t cell = 0; cell < cells(); ++cell, ++from)
          use(from, static_cast<std::size_t>((output * cells() + cell) * together * inputs() + input));
      }
    }
  }
  template <class Use>
  void each_of_depthwise(const Use& use) const {
    const std::size_t count = depthwise_.size() == 0 ? 0 : static_cast<std::size_t>(cells());
    for (std::size_t channel = 0; channel < static_cast<std::size_t>(groups_); ++channel) {
      for (std::size_t cell = 0; cell < count; ++cell) use(channel * count + cell, cell * static_cast<std::size_t>(groups_) + channel);
    }
  }

  void convolve(const detail::MapWindows& windows, const PackedMatrix& matrix, std::int64_t rows, const EpilogueOperands<float>& epilogue,
                float* out) const {
    using namespace detail;
    const ProductKernels<float>& kernels = matrix.kernels();
    const std::int64_t depth = windows.depth();
    if (windows.kernel == 1 && windows.stride == 1 && windows.padding == 0)
      return matrix.multiply(kernels, {windows.data, windows.step, rows}, epilogue, out, shape_[0]);
    const bool in_lines = precision_ == Precision::f32 && windows.channels % 16 == 0;
    matrix.multiply_packed(
        kernels, rows,
        [&](std::int64_t first, std::int64_t count, std::int64_t height, float* to, RowScale* scales) {
          if (in_lines) {
            map_kernels().copy(windows, first, count, to, 16, 16 * height);
            for (std::int64_t k = 0; count < height && k < depth; k += 16)
              std::fill_n(to + k * height + count * 16, (height - count) * 16, 0.0F);
          } else {
            Buffer<float> apart(static_cast<std::size_t>(count * depth));
            map_kernels().copy(windows, first, count, apart.data(), depth, 16);
            kernels.pack({apart.data(), depth, count, matrix.input_factors().data()}, depth, height, to, scales);
          }
        },
        epilogue, out, shape_[0]);
  }

  void convolve_depthwise(const detail::MapWindows& windows, std::int64_t images, const EpilogueOperands<float>& epilogue,
                          float* out) const {
    constexpr std::int64_t width = 64;
    const std::int64_t blocks = detail::ceiling(groups_, width), cells_in = windows.height * windows.width * groups_,
                       cells_out = windows.down * windows.across * groups_;
    std::vector<float> zero(depthwise_.empty() ? static_cast<std::size_t>(elements()) : 0);
    parallel_for(images * blocks, [&](std::int64_t task) {
      const std::int64_t image = task / blocks, begin = task % blocks * width;
      detail::MapWindows here = windows;
      here.data += image * cells_in;
      EpilogueOperands<float> operands = epilogue;
      if (operands.residual != nullptr) operands.residual += image * cells_out;
      detail::map_kernels().depthwise(here, depthwise_.empty() ? zero.data() : depthwise_.data(), begin, std::min(begin + width, groups_),
                                      operands, out + image * cells_out);
    });
  }

  Shape shape_{0};
  std::int64_t groups_ = 1;
  Precision precision_ = Precision::f32;
  std::vector<PackedMatrix> matrices_;
  std::vector<float> depthwise_;  // cell by cell of the window
};

}  // namespace vpr
