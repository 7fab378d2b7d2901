// SPDX-License-Identifier: MIT
/// @file
/// Training of a PCA. Not in `<vpr/index.hpp>`: Eigen's eigenvalue solver takes seconds to compile, so only who trains includes it.
#pragma once

#include <vpr/index/pca.hpp>

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace vpr {

/// What the sum of squares along a component is divided by to be called its variance. Projections that are not whitened are alike.
enum class PcaVariance {
  sample,      ///< n - 1: scikit-learn, and so SelaVPR and CricaVPR; OpenIBL
  population,  ///< n: the whitening of Radenović et al.
  scatter,     ///< 1: FAISS
};

struct PcaSettings {
  std::int64_t components = 512;
  float power = 0;  ///< see `PcaParameters`: 0 leaves projections as they are, -0.5 whitens them
  PcaVariance variance = PcaVariance::sample;
};

namespace detail {

/// The rows [begin, begin + count) of columns [first, first + width), less their mean.
template <class Real>
Matrix<Real> centred(Rows points, const RowVector<Real>& mean, std::int64_t begin, std::int64_t count, std::int64_t first,
                     std::int64_t width) {
  Matrix<Real> block(count, width);
  for (std::int64_t i = 0; i < count; ++i) {
    block.row(i) =
        Eigen::Map<const Eigen::RowVectorXf>(points[begin + i] + first, width).template cast<Real>() - mean.segment(first, width);
  }
  return block;
}

}  // namespace detail

/// Fits a PCA to N×D descriptors, computed in `Real`.
///
/// Of the two eigenproblems that give the components it solves the smaller one: D×D, of the scatter matrix, or with fewer descriptors
/// than dimensions N×N, of their inner products. A component's sign is free; here its number of largest magnitude, the first of equal
/// ones, is positive, as in scikit-learn since 1.5. The same bits for any number of threads.
///
/// Cost: N D min(N, D) operations, then some 10 min(N, D)³, of the slow kind: seconds for 2000, ten minutes for 8000. Memory: about
/// 4 min(N, D)² numbers. Goldens metric_pca_*, pca_cricavpr.
/// @throws FormatError for NaN or infinity; ConfigError for no components, or more than there are directions in which the descriptors
///   differ: at most N - 1 and D, fewer where they repeat.
template <class Real = double>
Pca fit_pca(RowsArgument points, const PcaSettings& settings) {
  using Square = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  using Row = RowVector<Real>;
  const std::int64_t n = points.size(), dim = points.dim(), k = settings.components, order = std::min(n, dim);
  require_finite(points, dim, "fit_pca: descriptor");
  VPR_REQUIRE(ConfigError, k >= 1 && k <= order && n >= 2, "fit_pca: got ", k, " components for ", n, " descriptors of ", dim,
              " numbers, expected at least 1 and at most the smaller of both");
  Row mean = Row::Zero(dim);
  for (std::int64_t i = 0; i < n; ++i) mean += Eigen::Map<const Eigen::RowVectorXf>(points[i], dim).template cast<Real>();
  mean /= static_cast<Real>(n);

  const bool by_products = n < dim;
  constexpr std::int64_t block = 256;
  Square square = Square::Zero(order, order);
  auto lower = square.template selfadjointView<Eigen::Lower>();
  for (std::int64_t begin = 0; by_products && begin < dim; begin += block) {
    lower.rankUpdate(detail::centred(points, mean, 0, n, begin, std::min(block, dim - begin)));
  }
  for (std::int64_t begin = 0; !by_products && begin < n; begin += block) {
    lower.rankUpdate(detail::centred(points, mean, begin, std::min(block, n - begin), 0, dim).transpose());
  }
  const Real total = square.trace();
  const Eigen::SelfAdjointEigenSolver<Square> solver(square);
  VPR_REQUIRE(ConfigError, solver.info() == Eigen::Success, "fit_pca: the eigenvalues did not converge");
  const Row scatter = solver.eigenvalues().reverse().transpose();  // largest first
  const Real negligible = scatter(0) * static_cast<Real>(std::max(n, dim)) * std::numeric_limits<Real>::epsilon();
  VPR_REQUIRE(ConfigError, scatter(k - 1) > negligible, "fit_pca: got ", k, " components, but the descriptors differ in ",
              (scatter.array() > negligible).count(), " directions only");

  PcaParameters found;
  found.components.resize(k, dim);
  const Square vectors = solver.eigenvectors().rowwise().reverse().leftCols(k);
  if (by_products) {
    parallel_for((dim + block - 1) / block, [&](std::int64_t b) {
      const std::int64_t begin = b * block, width = std::min(block, dim - begin);
      Matrix<Real> part = vectors.transpose() * detail::centred(points, mean, 0, n, begin, width);
      part.array().colwise() /= scatter.head(k).transpose().array().sqrt();
      found.components.middleCols(begin, width) = part.template cast<float>();
    });
  } else {
    found.components = vectors.transpose().template cast<float>();
  }
  for (auto component : found.components.rowwise()) {
    Eigen::Index largest = 0;
    component.cwiseAbs().maxCoeff(&largest);
    if (component(largest) < 0) component *= -1;
  }
  const std::int64_t divisor = settings.variance == PcaVariance::sample ? n - 1 : settings.variance == PcaVariance::population ? n : 1;
  found.mean = mean.template cast<float>();
  found.variance = (scatter.head(k) / static_cast<Real>(divisor)).template cast<float>();
  found.ratio = (scatter.head(k) / total).template cast<float>();
  found.power = settings.power;
  return Pca(std::move(found));
}

}  // namespace vpr
