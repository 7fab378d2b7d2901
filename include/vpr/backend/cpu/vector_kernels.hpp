// SPDX-License-Identifier: MIT
/// @file
/// The kernels of a backend that are no products, on floats in vectors.
#pragma once

#include <vpr/backend/cpu/attention.hpp>
#include <vpr/backend/cpu/attention_gradient.hpp>
#include <vpr/backend/cpu/elements.hpp>
#include <vpr/backend/cpu/rows.hpp>
#include <vpr/backend/cpu/transport.hpp>
#include <vpr/backend/cpu/vector_maps.hpp>
#include <vpr/backend/host.hpp>
#include <vpr/core/buffer.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Hides the scalar kernels of the same names. Blocks of rows go over the threads of `parallel_for`; a row's bits depend on itself alone.
struct VectorKernels : VectorMaps, ScalarGradients<ParallelExecutor> {
  template <class X>
  static void gelu(const X& x, X& out) {
    elements(element_kernel<&ElementKernels::gelu>(), x, out);
  }

  template <class X>
  static void quick_gelu(const X& x, X& out) {
    elements(element_kernel<&ElementKernels::quick_gelu>(), x, out);
  }

  template <class X>
  static void exp(const X& x, X& out) {
    elements(element_kernel<&ElementKernels::exp>(), x, out);
  }

  template <class X>
  static void relu(const X& x, X& out) {
    elements(element_kernel<&ElementKernels::relu>(), x, out);
  }

  template <class X>
  static void relu6(const X& x, X& out) {
    elements(element_kernel<&ElementKernels::relu6>(), x, out);
  }

  template <class X>
  static void divide(const X& x, const X& y, X& out) {
    elements(element_kernel<&ElementKernels::divide>(), x, y, out);
  }

  template <class X>
  static void relu_gradient(const X& y, const X& dy, X& dx) {
    elements(element_kernel<&ElementKernels::relu_gradient>(), y, dy, dx);
  }

  template <class X>
  static void relu6_gradient(const X& y, const X& dy, X& dx) {
    elements(element_kernel<&ElementKernels::relu6_gradient>(), y, dy, dx);
  }

  template <class X>
  static void gelu_gradient(const X& x, const X& dy, X& dx) {
    elements(element_kernel<&ElementKernels::gelu_gradient>(), x, dy, dx);
  }

  template <class X>
  static void quick_gelu_gradient(const X& x, const X& dy, X& dx) {
    elements(element_kernel<&ElementKernels::quick_gelu_gradient>(), x, dy, dx);
  }

  template <class X>
  static void silu_gate(const X& x, X& out) {
    each_row(out, [&, columns = out.shape().last()](std::int64_t r) {
      const float* const row = x.data() + r * 2 * columns;
      element_kernel<&ElementKernels::silu_gate>()(columns, row, row + columns, out.data() + r * columns);
    });
  }

  template <class X>
  static void silu_gate_gradient(const X& x, const X& dy, X& dx) {
    each_row(dy, [&, columns = dy.shape().last()](std::int64_t r) {
      const float *const row = x.data() + r * 2 * columns, *const upstream = dy.data() + r * columns;
      float* const result = dx.data() + r * 2 * columns;
      element_kernel<&ElementKernels::silu_gate_gradient>()(columns, row, row + columns, upstream, result);
      element_kernel<&ElementKernels::silu_gate>()(columns, row, upstream, result + columns);
    });
  }

  template <class X>
  static void multiply(const X& x, const X& y, X& out) {
    repeated(x, y, out, [](std::int64_t count, const float* a, const float* b, float* to) {
      element_kernel<&ElementKernels::multiply>()(count, a, b, to);
    });
  }

  template <class X>
  static void add_scaled(const X& x, const X& y, float scale, X& out) {
    repeated(x, y, out, [scale](std::int64_t count, const float* a, const float* b, float* to) {
      element_kernel<&ElementKernels::add_scaled>()(count, a, b, scale, to);
    });
  }

  template <class X>
  static void add_gated(const X& x, const X& y, const X& gamma, X& out) {
    each_row(x, [&, columns = gamma.elements()](std::int64_t r) {
      element_kernel<&ElementKernels::add_gated>()(columns, x.data() + r * columns, y.data() + r * columns, gamma.data(),
                                                   out.data() + r * columns);
    });
  }

  template <class X>
  static void layer_norm(const X& x, const X& gamma, const X& beta, float eps, X& out) {
    each_row(x, [&, columns = x.shape().last()](std::int64_t r) {
      row_kernel<&RowKernels::layer_norm>()(columns, x.data() + r * columns, gamma.data(), beta.data(), eps, out.data() + r * columns);
    });
  }

  template <class X>
  static void layer_norm_gradient(const X& x, const X& gamma, float eps, const X& dy, X& dx) {
    each_row(x, [&, columns = x.shape().last()](std::int64_t r) {
      const std::int64_t at = r * columns;
      row_kernel<&RowKernels::layer_norm_gradient>()(columns, x.data() + at, gamma.data(), eps, dy.data() + at, dx.data() + at);
    });
  }

  template <class X>
  static void softmax(const X& x, X& out) {
    each_row(x, [&, columns = x.shape().last()](std::int64_t r) {
      row_kernel<&RowKernels::softmax>()(columns, x.data() + r * columns, 1.0F, out.data() + r * columns);
    });
  }

  template <class X>
  static void softmax_gradient(const X& y, const X& dy, X& dx) {
    each_row(y, [&, columns = y.shape().last()](std::int64_t r) {
      row_kernel<&RowKernels::softmax_gradient>()(columns, y.data() + r * columns, dy.data() + r * columns, 1.0F, dx.data() + r * columns);
    });
  }

  template <class X>
  static void l2_normalize(const X& x, float eps, X& out) {
    each_row(x, [&, columns = x.shape().last()](std::int64_t r) {
      row_kernel<&RowKernels::l2_normalize>()(columns, x.data() + r * columns, eps, out.data() + r * columns);
    });
  }

  template <class X>
  static void l2_normalize_gradient(const X& x, float eps, const X& y, const X& dy, X& dx) {
    each_row(x, [&, columns = x.shape().last()](std::int64_t r) {
      const std::int64_t at = r * columns;
      row_kernel<&RowKernels::l2_normalize_gradient>()(columns, x.data() + at, eps, y.data() + at, dy.data() + at, dx.data() + at);
    });
  }

  template <class X>
  static void attention(AttentionOperand<float> q, AttentionOperand<float> k, AttentionOperand<float> v, std::int64_t heads, X& out,
                        Precision precision = Precision::f32) {
    detail::attention(q, k, v, heads, out, precision);
  }

  template <class X>
  static void attention_gradient(AttentionOperand<float> q, AttentionOperand<float> k, AttentionOperand<float> v, std::int64_t heads,
                                 const X& dy, float* dq, float* dk, float* dv) {
    detail::attention_gradient(q, k, v, heads, dy, dq, dk, dv);
  }

  template <class X>
  static void norms(const X& x, X& out) {
    const std::int64_t columns = x.shape().last();
    in_blocks(out.elements(), columns,
              [&](std::int64_t r) { out.data()[r] = row_kernel<&RowKernels::norm>()(columns, x.data() + r * columns); });
  }

  template <class X>
  static void distances(const X& a, const X& b, X& out) {
    const std::int64_t channels = a.shape()[1], columns = b.shape()[0];
    in_blocks(a.shape()[0], channels * columns, [&](std::int64_t i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        out.data()[i * columns + j] = row_kernel<&RowKernels::distance>()(channels, a.data() + i * channels, b.data() + j * channels);
      }
    });
  }

  template <class X>
  static void distances_gradient(const X& a, const X& b, const X& y, const X& dy, bool transposed, X& da) {
    const std::int64_t channels = a.shape()[1], count = a.shape()[0], others = b.shape()[0];
    const std::int64_t row = transposed ? 1 : others, step = transposed ? count : 1;
    in_blocks(count, channels * others, [&](std::int64_t i) {
      Buffer<float> weights(static_cast<std::size_t>(others));
      for (std::int64_t j = 0; j < others; ++j) {
        const float distance = y.data()[i * row + j * step];
        weights.data()[j] = distance == 0 ? 0 : dy.data()[i * row + j * step] / distance;
      }
      row_kernel<&RowKernels::weighted_differences>()(others, channels, a.data() + i * channels, b.data(), weights.data(),
                                                      da.data() + i * channels);
    });
  }

  template <class X>
  static void column_sums(const X& x, const X& y, X& out) {
    const std::int64_t columns = out.elements();
    blocks_of_columns(1, x.elements() / columns, columns, [&](std::int64_t, std::int64_t column, std::int64_t width) {
      row_kernel<&RowKernels::column_sums>()(x.elements() / columns, columns, width, x.data() + column,
                                             y.empty() ? nullptr : y.data() + column, out.data() + column);
    });
  }

  template <class X>
  static void mean(const X& x, X& out) {
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    blocks_of_columns(x.shape()[0], count, channels, [&](std::int64_t b, std::int64_t column, std::int64_t width) {
      float* const sums = out.data() + b * channels + column;
      row_kernel<&RowKernels::column_sums>()(count, channels, width, x.data() + b * count * channels + column, nullptr, sums);
      for (std::int64_t c = 0; c < width; ++c) sums[c] /= static_cast<float>(count);
    });
  }

  template <class X>
  static void gem(const X& x, const X& p, float eps, X& out) {
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    blocks_of_columns(x.shape()[0], 16 * count, channels, [&](std::int64_t b, std::int64_t column, std::int64_t width) {
      row_kernel<&RowKernels::gem>()(count, channels, width, x.data() + b * count * channels + column, p.data()[0], eps,
                                     out.data() + b * channels + column);
    });
  }

  template <class X>
  static void gem_gradient(const X& x, const X& p, float eps, const X& y, const X& dy, X& dx) {
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    each_row(x, [&](std::int64_t r) {
      const std::int64_t at = r / count * channels;
      row_kernel<&RowKernels::gem_gradient>()(channels, x.data() + r * channels, p.data()[0], eps, 1.0F / static_cast<float>(count),
                                              y.data() + at, dy.data() + at, dx.data() + r * channels);
    });
  }

  template <class X>
  static void residual_sums(const X& x, const X& assignment, const X& centres, X& out) {
    const std::int64_t tokens = x.shape()[1], channels = x.shape()[2], clusters = centres.shape()[0];
    constexpr std::int64_t group = 8;
    const std::int64_t groups = (clusters + group - 1) / group;
    in_blocks(x.shape()[0] * groups, tokens * channels * group, [&](std::int64_t i) {
      const std::int64_t b = i / groups, begin = i % groups * group;
      row_kernel<&RowKernels::residual_sums>()(tokens, channels, clusters, begin, std::min(begin + group, clusters),
                                               x.data() + b * tokens * channels, assignment.data() + b * tokens * clusters, centres.data(),
                                               out.data() + b * clusters * channels);
    });
  }

  template <class X>
  static void resample(const X& map, const X& vertical, const X& horizontal, X& out) {
    const std::int64_t height = map.shape()[0], width = map.shape()[1], channels = map.shape()[2], across = out.shape()[1];
    in_blocks(out.shape()[0] * across, height * width, [&](std::int64_t i) {
      const float *const down = vertical.data() + i / across * height, *const along = horizontal.data() + i % across * width;
      float* const sum = out.data() + i * channels;
      std::fill_n(sum, channels, 0.0F);
      for (std::int64_t h = 0; h < height; ++h) {
        if (down[h] == 0) continue;
        for (std::int64_t w = 0; w < width; ++w) {
          if (along[w] != 0)
            element_kernel<&ElementKernels::add_scaled>()(channels, sum, map.data() + (h * width + w) * channels, down[h] * along[w], sum);
        }
      }
    });
  }

  template <class X>
  static void optimal_transport(const X& scores, const X& dustbin, std::int64_t iterations, std::int64_t last, X& out) {
    const std::int64_t tokens = scores.shape()[1], clusters = scores.shape()[2];
    in_blocks(scores.shape()[0], tokens * clusters * iterations * 16, [&](std::int64_t b) {
      Buffer<float> held(static_cast<std::size_t>(clusters + 1 + tokens));
      float *const u = held.data(), *const v = u + clusters + 1;
      std::fill_n(u, held.size(), 0.0F);
      const float* const image = scores.data() + b * tokens * clusters;
      for (std::int64_t i = 0; i < iterations; ++i) {
        const auto mass_left = static_cast<float>(tokens - 1 + last - clusters);
        transport_kernel<&TransportKernels::step>()(tokens, clusters, image, dustbin.data()[0], mass_left, i == 0 ? nullptr : v, u, v);
        v[tokens - 1] += std::log(static_cast<float>(last));
      }
      transport_kernel<&TransportKernels::plan>()(tokens, clusters, image, dustbin.data()[0], u, v,
                                                  out.data() + b * tokens * (clusters + 1));
    });
  }

 private:
  /// Calls `body(i)` for each i in [0, count), as many together as make a block of work worth a thread; `cost` is that of one, in elements.
  template <class Body>
  static void in_blocks(std::int64_t count, std::int64_t cost, const Body& body) {
    constexpr std::int64_t least = 8192;
    const std::int64_t block = std::max<std::int64_t>(1, least / std::max<std::int64_t>(cost, 1));
    const auto run_block = [&](std::int64_t b) {
      for (std::int64_t i = b * block; i < std::min(count, (b + 1) * block); ++i) body(i);
    };
    count <= block ? run_block(0) : parallel_for((count + block - 1) / block, run_block);
  }

  template <class X, class Body>
  static void each_row(const X& x, const Body& body) {
    if (x.empty()) return;
    in_blocks(x.shape().rows(), x.shape().last(), body);
  }

  /// Calls `body(image, first column, width)` for blocks of at most 64 columns of maps whose columns cost `cost` each.
  template <class Body>
  static void blocks_of_columns(std::int64_t images, std::int64_t cost, std::int64_t columns, const Body& body) {
    constexpr std::int64_t width = 64;
    const std::int64_t blocks = (columns + width - 1) / width;
    in_blocks(images * blocks, cost * width, [&](std::int64_t i) {
      const std::int64_t column = i % blocks * width;
      body(i / blocks, column, std::min(width, columns - column));
    });
  }

  static constexpr std::int64_t run = 4096;  // elements of a task

  template <class X>
  static void elements(ElementKernels::Map kernel, const X& x, X& out) {
    in_blocks((out.elements() + run - 1) / run, run,
              [&](std::int64_t i) { kernel(std::min(run, out.elements() - i * run), x.data() + i * run, out.data() + i * run); });
  }

  template <class X>
  static void elements(ElementKernels::Map2 kernel, const X& x, const X& y, X& out) {
    in_blocks((out.elements() + run - 1) / run, run, [&](std::int64_t i) {
      kernel(std::min(run, out.elements() - i * run), x.data() + i * run, y.data() + i * run, out.data() + i * run);
    });
  }

  /// Calls `kernel(count, x, y, out)` for runs of elements, y repeating over the leading axes of x.
  template <class X, class Kernel>
  static void repeated(const X& x, const X& y, X& out, const Kernel& kernel) {
    if (out.empty()) return;
    const std::int64_t all = out.elements();
    std::int64_t period = y.elements();
    const float* addend = y.data();
    float several[512];  // of a short y
    if (period <= 256 && period < all) {
      const std::int64_t times = 512 / period;
      for (std::int64_t i = 0; i < times; ++i) std::copy_n(y.data(), period, several + i * period);
      addend = several;
      period *= times;
    }
    const std::int64_t runs = (period + run - 1) / run, periods = (all + period - 1) / period;
    in_blocks(periods * runs, std::min(run, period), [&](std::int64_t i) {
      const std::int64_t within = i % runs * run, at = i / runs * period + within;
      const std::int64_t count = std::min({run, period - within, all - at});
      if (count > 0) kernel(count, x.data() + at, addend + within, out.data() + at);
    });
  }
};

}  // namespace VPR_TARGET
}  // namespace vpr::detail
