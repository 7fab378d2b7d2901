// SPDX-License-Identifier: MIT
/// @file
/// Eigenvectors of large symmetric matrices, over the threads of `parallel_for`.
#pragma once

#include <vpr/core/buffer.hpp>
#include <vpr/core/eigen.hpp>
#include <vpr/core/error.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr::detail {

template <class Real>
struct Eigenvectors {
  std::vector<Real> values;  // of all n, largest first
  Buffer<Real> vectors;      // of the first k: k×n, orthonormal rows
};

inline namespace VPR_TARGET {

/// Numbers of a row, seen as an array: Eigen computes with them in vectors.
template <class Real>
auto array_of(Real* numbers, std::int64_t count) {
  using Array = Eigen::Array<std::remove_const_t<Real>, 1, Eigen::Dynamic>;
  return Eigen::Map<std::conditional_t<std::is_const_v<Real>, const Array, Array>>(numbers, count);
}

/// Summed as an expression, whose order does not depend on the numbers' address.
template <class Real>
Real dot(const Real* a, const Real* b, std::int64_t count) {
  return (array_of(a, count) * array_of(b, count)).sum();
}

/// A symmetric matrix A as Q T Qᵀ: T is tridiagonal, Q the product of reflections H_0 H_1 ... with H_k = I - scale[k] u_k u_kᵀ.
template <class Real>
struct Tridiagonal {
  std::vector<Real> diagonal, beside, scale;  // n, n - 1 and n - 1
  Buffer<Real> reflections;                   // n×n: behind the diagonal of row k is u_k, which is 0 before

  /// Householder's reduction (Golub and Van Loan 2013, algorithm 8.3.1). It reads and writes the matrix once a column: the change
  /// A - u wᵀ - w uᵀ by one reflection is made together with the product A u of the next.
  Tridiagonal(Buffer<Real> matrix, std::int64_t n) : reflections(std::move(matrix)) {
    Real* const a = reflections.data();
    RowVector<Real> u = RowVector<Real>::Zero(n), w = u, next = u;
    const auto change = [&](std::int64_t i, std::int64_t begin) {
      array_of(a + i * n + begin, n - begin) -= u[i] * array_of(w.data() + begin, n - begin) + w[i] * array_of(u.data() + begin, n - begin);
    };
    for (std::int64_t k = 0; k < n; ++k) {
      change(k, k);
      Real* const x = a + k * n + k + 1;
      diagonal.push_back(x[-1]);
      const std::int64_t count = n - k - 1, block = 256;
      if (count == 0) break;
      const Real norm = std::sqrt(dot(x, x, count)), first = x[0];
      const bool done = count == 1 || dot(x + 1, x + 1, count - 1) == Real(0);
      beside.push_back(done ? first : first < Real(0) ? norm : -norm);
      x[0] = done ? Real(0) : first - beside.back();
      scale.push_back(done ? Real(0) : Real(2) / dot(x, x, count));
      const auto product = [&](std::int64_t b) {
        for (std::int64_t i = k + 1 + b * block; i < std::min(n, k + 1 + (b + 1) * block); ++i) {
          change(i, k + 1);
          next[i] = scale.back() * dot(a + i * n + k + 1, x, count);
        }
      };
      count <= block ? product(0) : parallel_for((count + block - 1) / block, product);
      const Real share = scale.back() / Real(2) * dot(next.data() + k + 1, x, count);
      std::copy_n(x, count, u.data() + k + 1);
      w = next - share * u;
    }
  }

  /// Each of `count` rows x becomes Q x.
  void turn(Real* rows, std::int64_t count) const {
    const auto n = static_cast<std::int64_t>(diagonal.size());
    for (std::int64_t k = n - 2; k >= 0; --k) {
      const auto reflection = array_of(reflections.data() + k * n + k + 1, n - k - 1);
      for (std::int64_t r = 0; r < count; ++r) {
        Real* const x = rows + r * n + k + 1;
        array_of(x, n - k - 1) -= scale[static_cast<std::size_t>(k)] * dot(reflection.data(), x, n - k - 1) * reflection;
      }
    }
  }
};

/// A rotation of the rows `row` and `row + 1`.
template <class Real>
struct Rotation {
  std::int64_t row;
  Real cosine, sine;
};

/// Rotates the rows of an n×n matrix, in the given order.
template <class Real>
void rotate_rows(const std::vector<Rotation<Real>>& rotations, std::int64_t n, Real* matrix) {
  constexpr std::int64_t width = 64;  // columns at a time: they stay in the cache for all rotations
  parallel_for((n + width - 1) / width, [&](std::int64_t b) {
    const std::int64_t begin = b * width, count = std::min(width, n - begin);
    Real held[width];
    for (const Rotation<Real>& rotation : rotations) {
      auto upper = array_of(matrix + rotation.row * n + begin, count), lower = array_of(matrix + (rotation.row + 1) * n + begin, count);
      Eigen::Map<Eigen::Array<Real, 1, Eigen::Dynamic>> before(held, count);
      before = upper;
      upper = rotation.cosine * before + rotation.sine * lower;
      lower = rotation.cosine * lower - rotation.sine * before;
    }
  });
}

/// Makes a tridiagonal matrix diagonal by implicit QR steps with Wilkinson's shift (Golub and Van Loan 2013, algorithm 8.3.3), and
/// rotates the rows of the n×n matrix `rows` likewise: of the identity they become the eigenvectors.
/// @throws ConfigError  where that does not converge.
template <class Real>
void diagonalise(std::vector<Real>& diagonal, std::vector<Real>& beside, Real* rows) {
  const std::size_t n = diagonal.size();
  std::vector<Rotation<Real>> rotations;
  std::size_t end = n;  // from here on the matrix is diagonal
  for (std::size_t steps = 0; end > 1;) {
    const auto negligible = [&](std::size_t i) {
      return std::abs(beside[i]) <= std::numeric_limits<Real>::epsilon() * (std::abs(diagonal[i]) + std::abs(diagonal[i + 1]));
    };
    if (negligible(end - 2)) {
      --end;
      continue;
    }
    std::size_t begin = end - 2;
    while (begin > 0 && !negligible(begin - 1)) --begin;
    if (begin > 0) beside[begin - 1] = 0;
    VPR_REQUIRE(ConfigError, ++steps <= 60 * n, "the eigenvalues of a matrix of ", n, " rows did not converge");

    const Real half = (diagonal[end - 2] - diagonal[end - 1]) / Real(2), last = beside[end - 2];
    const Real shift = diagonal[end - 1] - last * (last / (half + std::copysign(std::hypot(half, last), half)));
    Real x = diagonal[begin] - shift, z = beside[begin];
    for (std::size_t k = begin; k + 1 < end; ++k) {
      const Real length = std::hypot(x, z), cosine = length > Real(0) ? x / length : Real(1),
                 sine = length > Real(0) ? z / length : Real(0);
      if (k > begin) beside[k - 1] = length;
      const Real above = diagonal[k], below = diagonal[k + 1], cross = beside[k], both = Real(2) * cosine * sine * cross;
      diagonal[k] = cosine * cosine * above + both + sine * sine * below;
      diagonal[k + 1] = sine * sine * above - both + cosine * cosine * below;
      x = beside[k] = cosine * sine * (below - above) + (cosine * cosine - sine * sine) * cross;
      if (k + 2 < end) {
        z = sine * beside[k + 1];
        beside[k + 1] *= cosine;
      }
      rotations.push_back({static_cast<std::int64_t>(k), cosine, sine});
    }
    if (rotations.size() >= 32 * n) {
      rotate_rows(rotations, static_cast<std::int64_t>(n), rows);
      rotations.clear();
    }
  }
  rotate_rows(rotations, static_cast<std::int64_t>(n), rows);
}

/// All eigenvalues of a symmetric n×n matrix, which is used up, and the eigenvectors of the k largest. The same bits for any number of
/// threads. Needs the memory of three such matrices.
/// @throws ConfigError  where they do not converge.
template <class Real>
Eigenvectors<Real> eigenvectors(Buffer<Real> matrix, std::int64_t n, std::int64_t k) {
  Tridiagonal<Real> t(std::move(matrix), n);
  std::vector<Real> values = t.diagonal, beside = t.beside;
  Buffer<Real> rows(static_cast<std::size_t>(n * n));
  std::fill_n(rows.data(), rows.size(), Real(0));
  for (std::int64_t i = 0; i < n; ++i) rows.data()[i * n + i] = 1;
  diagonalise(values, beside, rows.data());

  std::vector<std::int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  const auto value = [&](std::int64_t i) { return values[static_cast<std::size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return value(a) > value(b); });
  Eigenvectors<Real> found{{}, Buffer<Real>(static_cast<std::size_t>(k * n))};
  for (const std::int64_t i : order) found.values.push_back(value(i));
  constexpr std::int64_t block = 16;  // rows that share the reading of the reflections
  parallel_for((k + block - 1) / block, [&](std::int64_t b) {
    const std::int64_t begin = b * block, count = std::min(block, k - begin);
    for (std::int64_t i = begin; i < begin + count; ++i) {
      std::copy_n(rows.data() + order[static_cast<std::size_t>(i)] * n, n, found.vectors.data() + i * n);
    }
    t.turn(found.vectors.data() + begin * n, count);
  });
  return found;
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
