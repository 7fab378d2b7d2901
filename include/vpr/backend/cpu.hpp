// SPDX-License-Identifier: MIT
/// @file
/// The default backend: this processor, in vectors.
#pragma once

#include <vpr/backend/concept.hpp>
#include <vpr/backend/cpu/matmul.hpp>
#include <vpr/backend/cpu/packed_convolution.hpp>
#include <vpr/backend/cpu/packed_matrix.hpp>
#include <vpr/backend/cpu/vector_kernels.hpp>
#include <vpr/backend/host.hpp>
#include <vpr/core/half.hpp>

#include <algorithm>
#include <span>
#include <type_traits>

namespace vpr {

namespace detail {

/// The kernels that `Cpu` has beside its products.
template <class P>
struct CpuKernels : ScalarKernels<ParallelExecutor>, ScalarGradients<ParallelExecutor> {};
template <>
struct CpuKernels<f32> : VectorKernels {};

}  // namespace detail

/// The processor, computing in `P`: `f32` or `f64`. Products run in vectors over the threads of `parallel_for`. In f32 everything else in a
/// transformer's path does too, and weights are packed once, when they are assigned, and may be held in bfloat16 or int8: see `PackedMatrix`.
template <class P = f32>
struct Cpu : HostMemory<P>, detail::CpuKernels<P>, ScalarUpdates<ParallelExecutor> {
  static_assert(std::floating_point<P>, "Cpu<P>: P must be vpr::f32 or vpr::f64");
  using tensor = Tensor<Cpu>;
  using weight = std::conditional_t<std::is_same_v<P, f32>, PackedMatrix, Tensor<Cpu>>;
  using convolution_weight = std::conditional_t<std::is_same_v<P, f32>, PackedConvolution, Tensor<Cpu>>;

  static void linear(const tensor& x, const tensor& matrix, const EpilogueOperands<P>& epilogue, tensor& out) {
    detail::gemm_linear(x, matrix, epilogue, out);
  }
  static void linear(const tensor& x, const tensor& matrix, const EpilogueOperands<P>& epilogue, tensor& out,
                     Precision precision) requires std::same_as<P, f32> {
    detail::gemm_linear(x, matrix, epilogue, out, precision);
  }
  static void linear(const tensor& x, const PackedMatrix& matrix, const EpilogueOperands<P>& epilogue, tensor& out) {
    matrix.multiply({x.data(), x.shape().last(), x.shape().rows()}, epilogue, out.data());
  }

  static void convolution(const tensor& x, Grid map, Window window, const PackedConvolution& weight_, const EpilogueOperands<P>& epilogue,
                          tensor& out) {
    weight_.convolve(x.data(), x.shape()[0], map, window, epilogue, out.data());
  }
  static void convolution(const tensor& x, Grid map, Window window, const tensor& matrix, const EpilogueOperands<P>& epilogue,
                          tensor& out) {
    const std::int64_t groups = x.shape()[2] / matrix.shape()[1];
    if (groups == 1 && window.is_pointwise()) return linear(x, matrix, epilogue, out);
    if constexpr (std::is_same_v<P, f32>) {
      const std::span<const float> values(matrix.data(), static_cast<std::size_t>(matrix.elements()));
      convolution(x, map, window, PackedConvolution::from(matrix.shape(), values, groups), epilogue, out);
    } else if (groups == 1) {
      tensor columns(Shape{x.shape()[0], out.shape()[1], matrix.elements() / matrix.shape()[0]});
      Cpu::windows(x, map, window, columns);
      linear(columns, matrix, epilogue, out);
    } else {
      detail::CpuKernels<P>::convolution(x, map, window, matrix, epilogue, out);
    }
  }

  static void matmul(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b, tensor& out) {
    detail::gemm_matmul(a, transpose_a, b, transpose_b, out);
  }

  static void linear_gradient(const tensor& matrix, const tensor& dy, tensor& dx, Precision precision = Precision::f32) {
    detail::gemm_linear_gradient(matrix, dy, dx, precision);
  }

  static void linear_weight_gradient(const tensor& x, const tensor& dy, tensor& dmatrix, Precision precision = Precision::f32) {
    detail::gemm_weight_gradient(x, dy, dmatrix, precision);
  }

  static void patches(const tensor& image, std::int64_t size, tensor& out) {
    const std::int64_t channels = image.shape()[1], height = image.shape()[2], width = image.shape()[3], columns = width / size;
    // One run of `size` pixels at a time: line y of channel c of patch p.
    ParallelExecutor::for_each(out.elements() / size, [&](std::int64_t i) {
      const std::int64_t y = i % size, c = i / size % channels, p = i / size / channels, b = p / (height / size * columns);
      const std::int64_t line = ((b * channels + c) * height + p / columns % (height / size) * size + y) * width;
      std::copy_n(image.data() + line + p % columns * size, size, out.data() + i * size);
    });
  }

  static void slice(const tensor& x, std::size_t axis, std::int64_t begin, tensor& out) {
    if (out.empty()) return;
    const std::int64_t inner = inner_size(x, axis), stride = x.shape()[axis] * inner, width = out.shape()[axis] * inner,
                       run = out.shape().last();
    ParallelExecutor::for_each(out.elements() / run, [&](std::int64_t i) {
      std::copy_n(x.data() + i * run / width * stride + begin * inner + i * run % width, run, out.data() + i * run);
    });
  }

  static void transpose(const tensor& x, std::size_t axis, tensor& out) {
    if (out.empty()) return;
    const std::int64_t rows = x.shape()[axis], columns = x.shape()[axis + 1], inner = inner_size(x, axis + 1);
    if (inner > 1) {
      ParallelExecutor::for_each(out.elements() / inner, [&](std::int64_t i) {
        const std::int64_t r = i % rows, c = i / rows % columns, outer = i / rows / columns;
        std::copy_n(x.data() + ((outer * rows + r) * columns + c) * inner, inner, out.data() + i * inner);
      });
      return;
    }
    constexpr std::int64_t strip = 64;  // columns
    const std::int64_t strips = detail::ceiling(columns, strip);
    ParallelExecutor::for_each(out.elements() / (rows * columns) * strips, [&](std::int64_t i) {
      const std::int64_t outer = i / strips * rows * columns, c = i % strips * strip;
      detail::copy_transposed(x.data() + outer + c, columns, rows, std::min(strip, columns - c), out.data() + outer + c * rows, rows);
    });
  }

  static void insert(const tensor& x, std::size_t axis, std::int64_t begin, tensor& out) {
    if (x.empty() || out.empty()) return;
    const std::int64_t inner = inner_size(x, axis), stride = out.shape()[axis] * inner, width = x.shape()[axis] * inner,
                       run = x.shape().last();
    ParallelExecutor::for_each(out.elements() / stride * width / run, [&](std::int64_t i) {
      std::copy_n(x.data() + i * run % x.elements(), run, out.data() + i * run / width * stride + begin * inner + i * run % width);
    });
  }

 private:
  using detail::CpuKernels<P>::inner_size;
};

static_assert(TrainableBackend<Cpu<f32>>);

}  // namespace vpr
