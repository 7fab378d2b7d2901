// SPDX-License-Identifier: MIT
#include <vpr/index/fit_pca.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <limits>
#include <vector>

using namespace vpr;

namespace {

/// a · b. Eigen's product of each pair of expressions would be compiled anew.
Matrix<float> product(const Matrix<float>& a, const Matrix<float>& b) { return a * b; }

Matrix<float> random_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  return Eigen::Map<const Matrix<float>>(random_floats(rows * columns, seed).data(), rows, columns);
}

/// Rows whose coordinates have falling spreads, turned and moved.
Matrix<float> spread_rows(std::int64_t rows, std::int64_t columns) {
  Eigen::RowVectorXf spreads(columns);
  for (Eigen::Index k = 0; k < columns; ++k) spreads(k) = std::pow(0.8F, static_cast<float>(k));
  const Matrix<float> turned = product(random_matrix(rows, columns, 1) * spreads.asDiagonal(), random_matrix(columns, columns, 2));
  return turned.rowwise() + random_matrix(1, columns, 3).row(0);
}

}  // namespace

TEST_CASE("A fitted PCA finds the axes of an ellipse") {
  Matrix<float> points(4, 2);
  points << 5 + 3, 1 + 3, 5 - 3, 1 - 3, 5 + 1, 1 - 1, 5 - 1, 1 + 1;
  const PcaParameters found = fit_pca(points, {.components = 2}).parameters();
  const float half = std::sqrt(0.5F);
  CHECK(found.mean.isApprox(Eigen::RowVector2f(5, 1)));
  CHECK(found.components.isApprox((Matrix<float>(2, 2) << half, half, half, -half).finished()));
  CHECK(found.variance.isApprox(Eigen::RowVector2f(36.0F / 3, 4.0F / 3)));
  CHECK(found.ratio.isApprox(Eigen::RowVector2f(0.9F, 0.1F)));
  CHECK(fit_pca(points, {.components = 2, .variance = PcaVariance::population}).parameters().variance.isApprox(Eigen::RowVector2f(9, 1)));
  CHECK(fit_pca(points, {.components = 1, .variance = PcaVariance::scatter}).parameters().variance(0) == Approx(36));
}

TEST_CASE("Both eigenproblems give orthonormal components, by falling variance, with their largest number positive") {
  for (const auto& [rows, columns] : {std::pair{300, 40}, std::pair{40, 41}, std::pair{30, 600}, std::pair{41, 41}}) {
    const Matrix<float> points = spread_rows(rows, columns);
    const PcaParameters found = fit_pca(points, {.components = 12}).parameters();
    CHECK(product(found.components, found.components.transpose()).isIdentity(1e-5F));
    for (Eigen::Index k = 0; k < 12; ++k) {
      if (k > 0) CHECK(found.variance(k) <= found.variance(k - 1));
      CHECK(found.components.row(k).maxCoeff() == found.components.row(k).cwiseAbs().maxCoeff());
    }
    const Matrix<float> projected = fit_pca(points, {.components = 12})(points);
    const Matrix<float> covariance = product(projected.transpose(), projected) / static_cast<float>(rows - 1);
    CHECK((covariance - Matrix<float>(found.variance.asDiagonal())).cwiseAbs().maxCoeff() < 1e-4F * found.variance(0));
  }
}

TEST_CASE("More descriptors than dimensions, or fewer: the answer is the same where both apply") {
  const Matrix<float> points = spread_rows(50, 50);
  Matrix<float> wider(50, 51);  // one more dimension in which nothing differs turns to the other eigenproblem
  wider << points, Matrix<float>::Constant(50, 1, 7);
  const PcaParameters direct = fit_pca(points, {.components = 10}).parameters(), dual = fit_pca(wider, {.components = 10}).parameters();
  CHECK(dual.components.leftCols(50).isApprox(direct.components, 1e-4F));
  CHECK(dual.variance.isApprox(direct.variance, 1e-5F));
  CHECK(dual.components.col(50).cwiseAbs().maxCoeff() < 1e-6F);
}

TEST_CASE("Whitened descriptors have variance 1 in each direction") {
  const Matrix<float> points = spread_rows(200, 20);
  const Matrix<float> white = fit_pca(points, {.components = 10, .power = -0.5F})(points);
  CHECK((product(white.transpose(), white) / 199).isIdentity(1e-3F));
}

TEST_CASE("A PCA gives the same bits for any batch and any number of threads") {
  for (const std::int64_t dim : {20, 700}) {
    const Matrix<float> points = spread_rows(150, dim);
    std::vector<Matrix<float>> projected, components;
    for (const int threads : {1, 2, 5}) {
      const Threads scope(threads);
      const Pca pca = fit_pca(points, {.components = 17});
      components.push_back(pca.parameters().components);
      projected.push_back(pca(points));
      for (Eigen::Index i = 0; i < points.rows(); ++i) REQUIRE(pca(points.row(i)) == projected.back().row(i));
    }
    CHECK(components[0] == components[1]);
    CHECK(components[0] == components[2]);
    CHECK(projected[0] == projected[1]);
    CHECK(projected[0] == projected[2]);
  }
}

TEST_CASE("A PCA refuses more components than there are directions") {
  const Matrix<float> points = spread_rows(10, 30);
  CHECK(fit_pca(points, {.components = 9}).output_dim() == 9);
  CHECK_THROWS_WITH(fit_pca(points, {.components = 10}),
                    ContainsSubstring("got 10 components, but the descriptors differ in 9 directions only"));
  CHECK_THROWS_WITH(fit_pca(points, {.components = 11}),
                    ContainsSubstring("got 11 components for 10 descriptors of 30 dimensions, want 1 to 9"));
  CHECK(fit_pca(points, {.components = 100, .or_fewer = true}).output_dim() == 9);
  CHECK(fit_pca(points, {.components = 4, .or_fewer = true}).output_dim() == 4);
  CHECK_THROWS_AS(fit_pca(points, {.components = 0}), ConfigError);
  CHECK_THROWS_AS(fit_pca(points, {.components = 0, .or_fewer = true}), ConfigError);
  CHECK_THROWS_AS(fit_pca(Matrix<float>(Matrix<float>::Zero(5, 3)), {.components = 1, .or_fewer = true}), ConfigError);
  CHECK_THROWS_AS(fit_pca(Matrix<float>(Matrix<float>::Constant(5, 3, 1)), {.components = 1}), ConfigError);
  CHECK_THROWS_AS(fit_pca(points.topRows(1), {.components = 1}), ConfigError);
}

TEST_CASE("A PCA is not fitted to a descriptor that is not finite") {
  Matrix<float> points = spread_rows(5, 3);
  points(4, 2) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(fit_pca(points, {.components = 1}), ContainsSubstring("fit_pca: descriptor 4 holds inf at 2"));
}
