// SPDX-License-Identifier: MIT
/// @file
/// Training of a PCA. Not in `<vpr/index.hpp>`, since few programs train one.
#pragma once

#include <vpr/backend/cpu/gemm.hpp>
#include <vpr/core/buffer.hpp>
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
  bool or_fewer = false;  ///< fewer components, rather than an error, where the descriptors differ in fewer directions
  float power = 0;        ///< see `PcaParameters`: 0 leaves projections as they are, -0.5 whitens them
  PcaVariance variance = PcaVariance::sample;
};

namespace detail {

/// The rows [begin, begin + count) of columns [first, first + width), less their mean, written one row behind the other.
template <class Real>
void centre(Rows points, const RowVector<Real>& mean, std::int64_t begin, std::int64_t count, std::int64_t first, std::int64_t width,
            Real* out) {
  parallel_for(count, [&](std::int64_t i) {
    const float* const row = points[begin + i] + first;
    for (std::int64_t c = 0; c < width; ++c) out[i * width + c] = static_cast<Real>(row[c]) - mean[first + c];
  });
}

}  // namespace detail

/// Fits a PCA to N×D descriptors, computed in `Real`.
///
/// Of the two eigenproblems that give the components it solves the smaller one: D×D, of the scatter matrix, or with fewer descriptors
/// than dimensions N×N, of their inner products. A component's sign is free; here its number of largest magnitude, the first of equal
/// ones, is positive, as in scikit-learn since 1.5. The same bits for any number of threads.
///
/// Cost: N D min(N, D) operations, then some 10 min(N, D)³ of Eigen's eigenvalue solver on one thread. Memory: about 3 min(N, D)² numbers.
/// Goldens metric_pca_*, pca_cricavpr.
/// @throws FormatError for NaN or infinity; ConfigError for no components, fewer than two descriptors that differ, or, without `or_fewer`, more
///   components than there are directions in which the descriptors differ: at most N - 1 and D, fewer where they repeat.
template <class Real = double>
Pca fit_pca(RowsArgument points, const PcaSettings& settings) {
  const std::int64_t n = points.size(), dim = points.dim(), order = std::min(n, dim);
  require_finite(points, dim, "fit_pca: descriptor");
  VPR_REQUIRE(ConfigError, n >= 2, "fit_pca: got ", n, " descriptors, want two at least");
  VPR_REQUIRE(ConfigError, settings.components >= 1 && (settings.or_fewer || settings.components <= order), "fit_pca: got ",
              settings.components, " components for ", n, " descriptors of ", dim, " dimensions, want 1 to ", std::min(n - 1, dim));
  RowVector<Real> mean = RowVector<Real>::Zero(dim);
  for (std::int64_t i = 0; i < n; ++i) mean += Eigen::Map<const Eigen::RowVectorXf>(points[i], dim).template cast<Real>();
  mean /= static_cast<Real>(n);

  const bool by_products = n < dim;
  constexpr std::int64_t block = 256;
  Buffer<Real> square(static_cast<std::size_t>(order * order)), centred(static_cast<std::size_t>(order * block));
  for (std::int64_t begin = 0, all = std::max(n, dim); begin < all; begin += block) {
    const std::int64_t width = std::min(block, all - begin);
    by_products ? detail::centre(points, mean, 0, n, begin, width, centred.data())
                : detail::centre(points, mean, begin, width, 0, dim, centred.data());
    const detail::MatrixView<Real> part{centred.data(), by_products ? width : dim};
    by_products ? detail::gemm(part, part.transposed(), {order, order, width}, square.data(), order, begin > 0)
                : detail::gemm(part.transposed(), part, {order, order, width}, square.data(), order, begin > 0);
  }
  Real total = 0;
  for (std::int64_t i = 0; i < order; ++i) total += square.data()[i * order + i];
  using Square = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  const Eigen::SelfAdjointEigenSolver<Square> solver(Eigen::Map<const Square>(square.data(), order, order));
  VPR_REQUIRE(ConfigError, solver.info() == Eigen::Success, "fit_pca: the eigenvalues did not converge");
  const auto scatter = [&](std::int64_t i) { return solver.eigenvalues()[order - 1 - i]; };  // largest first
  const Real negligible = scatter(0) * static_cast<Real>(std::max(n, dim)) * std::numeric_limits<Real>::epsilon();
  const std::int64_t directions = (solver.eigenvalues().array() > negligible).count();
  const std::int64_t k = settings.or_fewer ? std::min(settings.components, directions) : settings.components;
  VPR_REQUIRE(ConfigError, directions >= std::max<std::int64_t>(k, 1), "fit_pca: got ", settings.components,
              " components, but the descriptors differ in ", directions, " directions only");

  PcaParameters found;
  found.components.resize(k, dim);
  const Matrix<Real> vectors = solver.eigenvectors().rowwise().reverse().leftCols(k).transpose();
  if (by_products) {
    Buffer<Real> product(static_cast<std::size_t>(k * block));
    for (std::int64_t begin = 0; begin < dim; begin += block) {
      const std::int64_t width = std::min(block, dim - begin);
      detail::centre(points, mean, 0, n, begin, width, centred.data());
      detail::gemm<Real>({vectors.data(), n}, {centred.data(), width}, {k, width, n}, product.data(), width);
      for (std::int64_t i = 0; i < k; ++i) {
        const Real length = std::sqrt(scatter(i));
        std::transform(product.data() + i * width, product.data() + (i + 1) * width, &found.components(i, begin),
                       [=](Real value) { return static_cast<float>(value / length); });
      }
    }
  } else {
    found.components = vectors.template cast<float>();
  }
  for (auto component : found.components.rowwise()) {
    Eigen::Index largest = 0;
    component.cwiseAbs().maxCoeff(&largest);
    if (component(largest) < 0) component *= -1;
  }
  const std::int64_t divisor = settings.variance == PcaVariance::sample ? n - 1 : settings.variance == PcaVariance::population ? n : 1;
  found.mean = mean.template cast<float>();
  found.variance.resize(k);
  found.ratio.resize(k);
  for (std::int64_t i = 0; i < k; ++i) {
    found.variance[i] = static_cast<float>(scatter(i) / static_cast<Real>(divisor));
    found.ratio[i] = static_cast<float>(scatter(i) / total);
  }
  found.power = settings.power;
  return Pca(std::move(found));
}

}  // namespace vpr
