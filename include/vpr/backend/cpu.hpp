// SPDX-License-Identifier: MIT
/// @file
/// The default backend: this processor, in vectors.
#pragma once

#include <vpr/backend/concept.hpp>
#include <vpr/backend/cpu/attention.hpp>
#include <vpr/backend/cpu/gelu.hpp>
#include <vpr/backend/cpu/matmul.hpp>
#include <vpr/backend/cpu/packed_matrix.hpp>
#include <vpr/backend/host.hpp>
#include <vpr/core/half.hpp>

#include <type_traits>

namespace vpr {

/// The processor, computing in `P`: `f32` or `f64`. Products and everything in a transformer's path run in vectors over the threads of
/// `parallel_for`. In f32 weights are packed once, when they are assigned, and may be held in bfloat16 or int8: see `PackedMatrix`.
template <class P = f32>
struct Cpu : HostMemory<P>, ScalarKernels<ParallelExecutor>, ScalarGradients<ParallelExecutor>, ScalarUpdates<ParallelExecutor> {
  static_assert(std::floating_point<P>, "Cpu<P>: P must be vpr::f32 or vpr::f64");
  using tensor = Tensor<Cpu>;
  using weight = std::conditional_t<std::is_same_v<P, f32>, PackedMatrix, Tensor<Cpu>>;

  static void linear(const tensor& x, const tensor& matrix, const EpilogueOperands<P>& epilogue, tensor& out) {
    detail::gemm_linear(x, matrix, epilogue, out);
  }
  static void linear(const tensor& x, const PackedMatrix& matrix, const EpilogueOperands<P>& epilogue, tensor& out) {
    matrix.multiply({x.data(), x.shape().last(), x.shape().rows()}, epilogue, out.data());
  }

  static void matmul(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b, tensor& out) {
    detail::gemm_matmul(a, transpose_a, b, transpose_b, out);
  }

  static void linear_gradient(const tensor& matrix, const tensor& dy, tensor& dx) { detail::gemm_linear_gradient(matrix, dy, dx); }

  static void linear_weight_gradient(const tensor& x, const tensor& dy, tensor& dmatrix) { detail::gemm_weight_gradient(x, dy, dmatrix); }

  static void attention(AttentionOperand<P> q, AttentionOperand<P> k, AttentionOperand<P> v, std::int64_t heads, tensor& out) {
    detail::blocked_attention(q, k, v, heads, out);
  }

  static void attention_gradient(AttentionOperand<P> q, AttentionOperand<P> k, AttentionOperand<P> v, std::int64_t heads, const tensor& dy,
                                 P* dq, P* dk, P* dv) {
    detail::blocked_attention_gradient(q, k, v, heads, dy, dq, dk, dv);
  }

  static void gelu(const tensor& x, tensor& out) {
    in_blocks(x.elements(), [&](std::int64_t begin, std::int64_t count) {
      if (x.data() != out.data()) std::copy_n(x.data() + begin, count, out.data() + begin);
      detail::gelu_in_place(out.data() + begin, count);
    });
  }

  static void gelu_gradient(const tensor& x, const tensor& dy, tensor& dx) {
    in_blocks(x.elements(), [&](std::int64_t begin, std::int64_t count) {
      detail::gelu_gradient(x.data() + begin, dy.data() + begin, dx.data() + begin, count);
    });
  }

  static void layer_norm(const tensor& x, const tensor& gamma, const tensor& beta, P eps, tensor& out) {
    const auto input = x.matrix();
    auto result = out.matrix();
    const auto scale = vector(gamma), offset = vector(beta);
    ParallelExecutor::for_each(input.rows(), [&](std::int64_t r) {
      // The sum of an expression; that of a plain row is taken in an order that depends on the row's address.
      const P mean = (input.row(r).array() - input(r, 0)).mean() + input(r, 0);
      result.row(r) = input.row(r).array() - mean;
      const P variance = result.row(r).squaredNorm() / static_cast<P>(input.cols());
      result.row(r) = result.row(r).array() * (P(1) / std::sqrt(variance + eps)) * scale + offset;
    });
  }

  static void layer_norm_gradient(const tensor& x, const tensor& gamma, P eps, const tensor& dy, tensor& dx) {
    const auto input = x.matrix(), slope = dy.matrix();
    auto result = dx.matrix();
    const auto scale = vector(gamma);
    const P share = P(1) / static_cast<P>(input.cols());
    ParallelExecutor::for_each(input.rows(), [&](std::int64_t r) {
      const P mean = (input.row(r).array() - input(r, 0)).mean() + input(r, 0);
      const auto centred = input.row(r).array() - mean;
      const P factor = P(1) / std::sqrt(centred.square().sum() * share + eps);
      const auto weighted = slope.row(r).array() * scale;
      const P sum = weighted.sum(), product = (weighted * centred).sum() * factor * factor;
      result.row(r) = weighted;
      result.row(r) = factor * (result.row(r).array() - (sum + centred * product) * share);
    });
  }

  static void l2_normalize(const tensor& x, P eps, tensor& out) {
    const auto input = x.matrix();
    auto result = out.matrix();
    ParallelExecutor::for_each(input.rows(), [&](std::int64_t r) { result.row(r) = input.row(r) / std::max(input.row(r).norm(), eps); });
  }

  static void add_scaled(const tensor& x, const tensor& y, P scale, tensor& out) {
    if (y.elements() % x.shape().last() != 0) return ScalarKernels::add_scaled(x, y, scale, out);
    const std::int64_t columns = x.shape().last(), repeat = y.elements() / columns;
    const auto a = x.matrix();
    const auto b = Eigen::Map<const Matrix<P>>(y.data(), repeat, columns);
    auto result = out.matrix();
    ParallelExecutor::for_each(a.rows(), [&](std::int64_t r) { result.row(r) = a.row(r) + scale * b.row(r % repeat); });
  }

  static void multiply(const tensor& x, const tensor& y, tensor& out) {
    if (y.elements() % x.shape().last() != 0) return ScalarKernels::multiply(x, y, out);
    const std::int64_t columns = x.shape().last(), repeat = y.elements() / columns;
    const auto a = x.matrix();
    const auto b = Eigen::Map<const Matrix<P>>(y.data(), repeat, columns);
    auto result = out.matrix();
    ParallelExecutor::for_each(a.rows(), [&](std::int64_t r) { result.row(r) = a.row(r).cwiseProduct(b.row(r % repeat)); });
  }

  static void add_gated(const tensor& x, const tensor& y, const tensor& gamma, tensor& out) {
    const auto gate = vector(gamma).matrix();
    const auto a = x.matrix(), b = y.matrix();
    auto result = out.matrix();
    ParallelExecutor::for_each(a.rows(), [&](std::int64_t r) { result.row(r) = a.row(r) + gate.cwiseProduct(b.row(r)); });
  }

  static void column_sums(const tensor& x, const tensor& y, tensor& out) {
    const std::int64_t columns = out.elements(), rows = x.elements() / columns;
    constexpr std::int64_t block = 64;
    parallel_for((columns + block - 1) / block, [&](std::int64_t i) {
      const std::int64_t begin = i * block, width = std::min(block, columns - begin);
      const auto part = [&](const tensor& from, std::int64_t r) { return Row(from.data() + r * columns + begin, width); };
      Eigen::Map<Eigen::Array<P, 1, Eigen::Dynamic>> sums(out.data() + begin, width);
      sums.setZero();
      for (std::int64_t r = 0; r < rows; ++r) {
        if (y.empty()) {
          sums += part(x, r);
        } else {
          sums += part(x, r) * part(y, r);
        }
      }
    });
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

  static void resample(const tensor& map, const tensor& vertical, const tensor& horizontal, tensor& out) {
    const std::int64_t height = map.shape()[0], width = map.shape()[1], new_width = out.shape()[1];
    const auto input = map.matrix();
    auto result = out.matrix();
    ParallelExecutor::for_each(result.rows(), [&](std::int64_t i) {
      const P *rows = vertical.data() + i / new_width * height, *columns = horizontal.data() + i % new_width * width;
      result.row(i).setZero();
      for (std::int64_t h = 0; h < height; ++h) {
        if (rows[h] == P(0)) continue;
        for (std::int64_t w = 0; w < width; ++w) {
          if (columns[w] != P(0)) result.row(i) += rows[h] * columns[w] * input.row(h * width + w);
        }
      }
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

  static void insert(const tensor& x, std::size_t axis, std::int64_t begin, tensor& out) {
    if (x.empty() || out.empty()) return;
    const std::int64_t inner = inner_size(x, axis), stride = out.shape()[axis] * inner, width = x.shape()[axis] * inner,
                       run = x.shape().last();
    ParallelExecutor::for_each(out.elements() / stride * width / run, [&](std::int64_t i) {
      std::copy_n(x.data() + i * run % x.elements(), run, out.data() + i * run / width * stride + begin * inner + i * run % width);
    });
  }

 private:
  using ScalarKernels::inner_size;
  using Row = Eigen::Map<const Eigen::Array<P, 1, Eigen::Dynamic>>;

  static Row vector(const tensor& x) { return Row(x.data(), x.elements()); }

  /// Calls `body(begin, count)` for blocks of elements over the threads.
  template <class Body>
  static void in_blocks(std::int64_t elements, const Body& body) {
    constexpr std::int64_t block = 4096;
    parallel_for((elements + block - 1) / block, [&](std::int64_t b) { body(b * block, std::min(block, elements - b * block)); });
  }
};

static_assert(TrainableBackend<Cpu<f32>>);

}  // namespace vpr
