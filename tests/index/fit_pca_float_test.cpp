// SPDX-License-Identifier: MIT
// Apart from fit_pca_test.cpp, since Eigen's solver takes long to compile for another type.
#include <vpr/index/fit_pca.hpp>

#include "tests/support/catch.hpp"

#include <cmath>

using namespace vpr;

TEST_CASE("A PCA fitted in single precision finds the axes of an ellipsoid, by more descriptors than dimensions and by fewer") {
  for (const Eigen::Index dim : {20, 50}) {
    // Descriptors on both sides of (1, 1, ...), along each of the first twenty axes and ever nearer to it.
    Matrix<float> points = Matrix<float>::Constant(40, dim, 1);
    for (Eigen::Index k = 0; k < 20; ++k) {
      points(2 * k, k) += std::pow(0.8F, static_cast<float>(k));
      points(2 * k + 1, k) -= std::pow(0.8F, static_cast<float>(k));
    }
    const PcaParameters found = fit_pca<float>(points, {.components = 3}).parameters();
    CHECK(found.mean.isOnes(1e-5F));
    CHECK(found.components.isApprox(Matrix<float>::Identity(3, dim), 1e-3F));
    CHECK(found.variance.isApprox(Eigen::RowVector3f(1, 0.64F, 0.4096F) * (2.0F / 39), 1e-3F));
  }
}
