// SPDX-License-Identifier: MIT
/// @file
/// Entropic optimal transport in its scalar form, and its gradient.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {
namespace detail {

/// An image's scores with the dustbin as their last column.
template <class T>
struct TransportScores {
  const T* scores;
  const T* dustbin;
  std::int64_t clusters;

  VPR_HD T operator()(std::int64_t row, std::int64_t k) const { return k < clusters ? scores[row * clusters + k] : dustbin[0]; }
};

/// log Σ_i exp(term(i)) for i in [0, count).
template <class T, class Term>
VPR_HD T log_sum_exp(std::int64_t count, const Term& term) {
  T largest = term(0), sum = 0;
  for (std::int64_t i = 1; i < count; ++i) largest = clamped(term(i), largest);
  for (std::int64_t i = 0; i < count; ++i) sum += std::exp(term(i) - largest);
  return largest + std::log(sum);
}

}  // namespace detail

template <class Executor>
struct ScalarTransport {
  /// Sinkhorn's iterations in the log domain (Sarlin et al. 2020, section 3.2; Izquierdo and Civera 2024, eq. 4): out `B×N×(K + 1)`
  /// holds log P of N tokens over K clusters and the dustbin. Each token has mass 1, the last one `last`, each cluster 1, the dustbin the rest.
  template <class X>
  static void optimal_transport(const X& scores, const X& dustbin, std::int64_t iterations, std::int64_t last, X& out) {
    using T = typename X::value_type;
    const std::int64_t batch = scores.shape()[0], tokens = scores.shape()[1], columns = scores.shape()[2] + 1;
    X u(Shape{1, batch, columns}), v(Shape{1, batch, tokens});
    const T norm = std::log(T(tokens + columns - 1));
    if (iterations == 0) {
      T *cluster = u.data(), *token = v.data();
      Executor::for_each(u.elements(), [=] VPR_HD(std::int64_t i) { cluster[i] = 0; });
      Executor::for_each(v.elements(), [=] VPR_HD(std::int64_t i) { token[i] = 0; });
    }
    for (std::int64_t i = 0; i < iterations; ++i) iterate(scores, dustbin, last, i == 0 ? nullptr : v.data(), u.data(), v.data());
    const detail::TransportScores<T> score{scores.data(), dustbin.data(), columns - 1};
    const T *cluster = u.data(), *token = v.data();
    T* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t k = i % columns, row = i / columns;
      result[i] = score(row, k) + cluster[row / tokens * columns + k] + token[row] + norm;
    });
  }

  /// The gradients of `optimal_transport` by the scores and the dustbin: the iterations are run again and then backwards.
  template <class X>
  static void optimal_transport_gradient(const X& scores, const X& dustbin, std::int64_t iterations, std::int64_t last, const X& dy,
                                         X& dscores, X& ddustbin) {
    using T = typename X::value_type;
    const std::int64_t batch = scores.shape()[0], tokens = scores.shape()[1], columns = scores.shape()[2] + 1;
    const std::int64_t rows = batch * tokens;
    X u(Shape{iterations, batch, columns}), v(Shape{iterations, batch, tokens});
    const auto u_of = [&](std::int64_t i) { return u.data() + i * batch * columns; };
    const auto v_of = [&](std::int64_t i) { return i < 0 ? nullptr : v.data() + i * rows; };
    for (std::int64_t i = 0; i < iterations; ++i) iterate(scores, dustbin, last, v_of(i - 1), u_of(i), v_of(i));

    X total = dy, du_held(Shape{batch, columns}), dv_held(Shape{batch, tokens});
    const detail::TransportScores<T> score{scores.data(), dustbin.data(), columns - 1};
    T *dm = total.data(), *du = du_held.data(), *dv = dv_held.data();
    Executor::for_each(batch * columns, [=] VPR_HD(std::int64_t i) {
      T sum = 0;
      for (std::int64_t n = 0; n < tokens; ++n) sum += dm[(i / columns * tokens + n) * columns + i % columns];
      du[i] = sum;
    });
    Executor::for_each(rows, [=] VPR_HD(std::int64_t row) {
      T sum = 0;
      for (std::int64_t k = 0; k < columns; ++k) sum += dm[row * columns + k];
      dv[row] = sum;
    });
    for (std::int64_t i = iterations - 1; i >= 0; --i) {
      const T *cluster = u_of(i), *token = v_of(i), *before = v_of(i - 1);
      const T log_b = -std::log(T(tokens + columns - 1)), log_a = log_b, log_rest = std::log(T(tokens + last - columns));
      const T log_last = std::log(T(last));
      // v = log b - log Σ_k exp(score + u), so exp(score + u + v - log b) is that sum's softmax.
      Executor::for_each(batch * columns, [=] VPR_HD(std::int64_t j) {
        const std::int64_t k = j % columns;
        T sum = 0;
        for (std::int64_t row = j / columns * tokens; row < (j / columns + 1) * tokens; ++row) {
          const T mass = log_b + (row % tokens == tokens - 1 ? log_last : T(0));
          const T share = dv[row] * std::exp(score(row, k) + cluster[j] + token[row] - mass);
          dm[row * columns + k] -= share;
          sum += share;
        }
        du[j] -= sum;
      });
      // u = log a - log Σ_n exp(score + v before).
      Executor::for_each(rows, [=] VPR_HD(std::int64_t row) {
        const std::int64_t b = row / tokens;
        T sum = 0;
        for (std::int64_t k = 0; k < columns; ++k) {
          const T mass = log_a + (k == columns - 1 ? log_rest : T(0));
          const T share =
              du[b * columns + k] * std::exp(score(row, k) + cluster[b * columns + k] + (before == nullptr ? T(0) : before[row]) - mass);
          dm[row * columns + k] -= share;
          sum += share;
        }
        dv[row] = -sum;
      });
      Executor::for_each(batch * columns, [=] VPR_HD(std::int64_t j) { du[j] = 0; });
    }

    T *result = dscores.data(), *dustbin_gradient = ddustbin.data();
    Executor::for_each(dscores.elements(), [=] VPR_HD(std::int64_t i) { result[i] = dm[i / (columns - 1) * columns + i % (columns - 1)]; });
    Executor::for_each(1, [=] VPR_HD(std::int64_t) {
      T sum = 0;
      for (std::int64_t row = 0; row < rows; ++row) sum += dm[row * columns + columns - 1];
      dustbin_gradient[0] = sum;
    });
  }

  /// One iteration: u from the v before (none: zeros), then v from u. Of the kernels above alone; nvcc wants it public for its lambdas.
  template <class X>
  static void iterate(const X& scores, const X& dustbin, std::int64_t last, const typename X::value_type* before, typename X::value_type* u,
                      typename X::value_type* v) {
    using T = typename X::value_type;
    const std::int64_t batch = scores.shape()[0], tokens = scores.shape()[1], columns = scores.shape()[2] + 1;
    const detail::TransportScores<T> score{scores.data(), dustbin.data(), columns - 1};
    const T mass = -std::log(T(tokens + columns - 1)), rest = std::log(T(tokens + last - columns)), log_last = std::log(T(last));
    Executor::for_each(batch * columns, [=] VPR_HD(std::int64_t i) {
      const std::int64_t k = i % columns, first = i / columns * tokens;
      const auto term = [=](std::int64_t n) { return score(first + n, k) + (before == nullptr ? T(0) : before[first + n]); };
      u[i] = mass + (k == columns - 1 ? rest : T(0)) - detail::log_sum_exp<T>(tokens, term);
    });
    Executor::for_each(batch * tokens, [=] VPR_HD(std::int64_t row) {
      const T* cluster = u + row / tokens * columns;
      v[row] = mass + (row % tokens == tokens - 1 ? log_last : T(0)) -
               detail::log_sum_exp<T>(columns, [=](std::int64_t k) { return score(row, k) + cluster[k]; });
    });
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasTransportKernels = requires(const Tensor<B> x, Tensor<B> out, std::int64_t size) {
  B::optimal_transport(x, x, size, size, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasTransportGradients = requires(const Tensor<B> x, Tensor<B> out, std::int64_t size) {
  B::optimal_transport_gradient(x, x, size, size, x, out, out);
};

}  // namespace vpr
