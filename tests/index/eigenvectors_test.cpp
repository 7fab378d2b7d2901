// SPDX-License-Identifier: MIT
#include <vpr/index/eigenvectors.hpp>

#include <vpr/core/random.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

#include <Eigen/Eigenvalues>

#include <cmath>
#include <cstring>
#include <limits>

using vpr::Buffer;
using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

/// A symmetric matrix whose rows and columns shrink by `ratio` from one to the next.
Square symmetric(std::int64_t n, double ratio) {
  vpr::Random random(static_cast<std::uint64_t>(n));
  Square matrix(n, n);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j)
      matrix(i, j) = matrix(j, i) = (random.uniform() - 0.5) * std::pow(ratio, static_cast<double>(i + j));
  }
  return matrix;
}

vpr::detail::Eigenvectors<double> found_in(const Square& matrix, std::int64_t k) {
  Buffer<double> numbers(static_cast<std::size_t>(matrix.size()));
  std::copy_n(matrix.data(), matrix.size(), numbers.data());
  return vpr::detail::eigenvectors(std::move(numbers), matrix.rows(), k);
}

void check(const Square& matrix, std::int64_t k) {
  const auto found = found_in(matrix, k);
  const auto n = matrix.rows();
  const Eigen::Map<const Square> vectors(found.vectors.data(), k, n);
  const Eigen::Map<const Eigen::VectorXd> values(found.values.data(), n);
  const Eigen::VectorXd expected = Eigen::SelfAdjointEigenSolver<Square>(matrix).eigenvalues().reverse();
  const double size = expected.cwiseAbs().maxCoeff(), tolerance = 1e-13;
  CHECK((values - expected).cwiseAbs().maxCoeff() <= tolerance * size);
  if (k == 0) return;
  CHECK((vectors * vectors.transpose() - Square::Identity(k, k)).cwiseAbs().maxCoeff() <= tolerance);
  CHECK((vectors * matrix - values.head(k).asDiagonal() * vectors).cwiseAbs().maxCoeff() <= tolerance * size);
}

}  // namespace

TEST_CASE("Eigenvectors of matrices of every size are orthonormal, and their values those of Eigen's solver") {
  for (const std::int64_t n : {1, 2, 3, 4, 7, 16, 33, 65, 300}) {
    for (const double ratio : {1.0, 0.8}) check(symmetric(n, ratio), n);
    check(symmetric(n, 0.95), n / 2);
  }
}

TEST_CASE("Eigenvectors of matrices with equal values and with nothing beside the diagonal") {
  check(Square::Identity(20, 20), 20);
  check(Square::Zero(5, 5), 5);
  check(Square::Ones(40, 40), 40);
  check(Square(Eigen::VectorXd::LinSpaced(9, -4, 4).asDiagonal()), 9);
  Square blocks = Square::Zero(30, 30);
  blocks.topLeftCorner(15, 15) = blocks.bottomRightCorner(15, 15) = symmetric(15, 1);
  check(blocks, 30);
}

TEST_CASE("Eigenvectors have the same bits for any number of threads") {
  const Square matrix = symmetric(700, 0.999);
  const auto first = [&] {
    const Threads one(1);
    return found_in(matrix, 100);
  }();
  for (const int count : {2, 3}) {
    const Threads several(count);
    const auto again = found_in(matrix, 100);
    CHECK(again.values == first.values);
    CHECK(std::memcmp(again.vectors.data(), first.vectors.data(), first.vectors.size() * sizeof(double)) == 0);
  }
}

TEST_CASE("Eigenvectors of a matrix that holds NaN are refused") {
  Square matrix = symmetric(6, 1);
  matrix(3, 2) = matrix(2, 3) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(found_in(matrix, 2), "the eigenvalues of a matrix of 6 rows did not converge");
}
