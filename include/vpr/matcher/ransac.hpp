// SPDX-License-Identifier: MIT
/// @file
/// Geometric models of matched points, found among wrong matches.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/random.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// A point of one photo and the point of another that it is matched with.
struct Correspondence {
  Eigen::Vector2d from, to;
};

/// A relation of two views: `from_sample(s)` gives the models that fit `sample_size` correspondences exactly, none where they are
/// degenerate; `fitted(s)` the one of least algebraic error over at least `fit_size` of them, or none; `model.squared_error(c)` is how far
/// a correspondence is off.
template <class M>
concept GeometricModel = requires(const M model, std::span<const Correspondence> all, const Correspondence& one) {
  { M::sample_size } -> std::convertible_to<std::size_t>;
  { M::fit_size } -> std::convertible_to<std::size_t>;
  { M::from_sample(all) } -> std::same_as<std::vector<M>>;
  { M::fitted(all) } -> std::same_as<std::optional<M>>;
  { model.squared_error(one) } -> std::same_as<double>;
};

struct RansacSettings {
  double threshold = 1.5;            ///< how far an inlier may be off, in the unit of the points
  double confidence = 0.995;         ///< that one sample at least was without outliers
  std::int64_t most_samples = 2000;  ///< drawn at most; fewer where so many of the points agree that the confidence is reached
  std::uint64_t seed = 0;

  /// @throws ConfigError  for values that cannot be
  void validate() const {
    VPR_REQUIRE(ConfigError, is_finite(threshold) && threshold > 0 && confidence > 0 && confidence < 1 && most_samples > 0,
                "RANSAC: got a threshold of ", threshold, ", a confidence of ", confidence, " and ", most_samples,
                " samples, want them above 0 and the confidence below 1");
  }
};

template <class M>
struct Consensus {
  std::optional<M> model;             ///< none where no sample gave one
  std::vector<std::int32_t> inliers;  ///< indices, ascending
};

namespace detail {

template <GeometricModel M>
std::vector<std::int32_t> inliers_of(const M& model, std::span<const Correspondence> all, const std::vector<std::int32_t>& usable,
                                     double threshold) {
  std::vector<std::int32_t> inliers;
  for (const std::int32_t i : usable) {
    const double error = model.squared_error(all[static_cast<std::size_t>(i)]);
    if (is_finite(error) && error <= threshold * threshold) inliers.push_back(i);
  }
  return inliers;
}

}  // namespace detail

/// The model that most correspondences agree with, by random samples (RANSAC: Fischler and Bolles 1981). Each better one is fitted to its
/// inliers until they become no more (Chum et al. 2003).
///
/// The same correspondences and seed give the same answer, whatever runs beside it. Correspondences that are not finite, or farther off
/// than 1e9, are never inliers. Where there are too few, or all are degenerate (such as on a line), there is no model and no inlier.
template <GeometricModel M>
Consensus<M> ransac(std::span<const Correspondence> all, const RansacSettings& settings = {}) {
  settings.validate();
  std::vector<std::int32_t> usable;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::array<double, 4> numbers{all[i].from.x(), all[i].from.y(), all[i].to.x(), all[i].to.y()};
    const auto is_usable = [](double number) { return is_finite(number) && std::abs(number) <= 1e9; };
    if (std::all_of(numbers.begin(), numbers.end(), is_usable)) usable.push_back(static_cast<std::int32_t>(i));
  }
  Consensus<M> best;
  if (usable.size() < M::sample_size) return best;

  const auto chosen = [&all](const std::vector<std::int32_t>& indices) {
    std::vector<Correspondence> some;
    for (const std::int32_t i : indices) some.push_back(all[static_cast<std::size_t>(i)]);
    return some;
  };
  const auto offer = [&](const M& model) {
    std::vector<std::int32_t> inliers = detail::inliers_of(model, all, usable, settings.threshold);
    if (inliers.size() <= best.inliers.size()) return false;
    best = {model, std::move(inliers)};
    return true;
  };
  Random random(settings.seed);
  auto samples = static_cast<double>(settings.most_samples);
  for (double drawn = 0; drawn < samples; ++drawn) {
    // The first places of `usable` become the sample, as in a shuffle.
    for (std::size_t i = 0; i < M::sample_size; ++i)
      std::swap(usable[i], usable[i + static_cast<std::size_t>(random.below(std::ssize(usable) - static_cast<std::int64_t>(i)))]);
    const std::vector<std::int32_t> sample(usable.begin(), usable.begin() + M::sample_size);
    for (const M& model : M::from_sample(chosen(sample))) {
      if (!offer(model)) continue;
      while (best.inliers.size() >= M::fit_size) {
        const std::optional<M> fitted = M::fitted(chosen(best.inliers));
        if (!fitted || !offer(*fitted)) break;
      }
      const double share = static_cast<double>(best.inliers.size()) / static_cast<double>(usable.size());
      const double needed = std::log(1 - settings.confidence) / std::log1p(-std::pow(share, static_cast<double>(M::sample_size)));
      samples = share < 1 ? std::min(samples, std::ceil(needed)) : 0;
    }
  }
  if (best.inliers.size() < M::sample_size) return {};
  std::sort(best.inliers.begin(), best.inliers.end());
  return best;
}

namespace detail {

template <class Scalar>
Eigen::Vector3<Scalar> homogeneous(const Eigen::Vector2<Scalar>& point) {
  return {point.x(), point.y(), 1};
}

/// The eigenvalues of a symmetric N×N matrix, ascending, and the vectors to them, by Jacobi's rotations (Golub and Van Loan, section 8.5).
/// Eigen's own solver takes seconds to compile wherever it is included.
template <class Scalar, int N>
struct SymmetricEigensystem {
  Eigen::Vector<Scalar, N> values;
  Eigen::Matrix<Scalar, N, N> vectors = Eigen::Matrix<Scalar, N, N>::Identity();

  explicit SymmetricEigensystem(Eigen::Matrix<Scalar, N, N> a) {
    const auto off_diagonal = [&a] {
      double squares = 0;
      for (int q = 1; q < N; ++q) {
        for (int p = 0; p < q; ++p) squares += a(p, q) * a(p, q);
      }
      return squares;
    };
    const auto rotate = [](double& x, double& y, double cosine, double sine) {
      const double first = x, second = y;
      x = cosine * first - sine * second;
      y = sine * first + cosine * second;
    };
    const double negligible = 1e-32 * a.trace() * a.trace();
    for (int sweep = 0; sweep < 30 && off_diagonal() > negligible; ++sweep) {
      for (int q = 1; q < N; ++q) {
        for (int p = 0; p < q; ++p) {
          if (a(p, q) == 0) continue;
          const double ratio = (a(q, q) - a(p, p)) / (2 * a(p, q));
          const double tangent = std::copysign(1 / (std::abs(ratio) + std::sqrt(ratio * ratio + 1)), ratio);
          const double cosine = 1 / std::sqrt(tangent * tangent + 1), sine = tangent * cosine;
          for (int k = 0; k < N; ++k) rotate(a(k, p), a(k, q), cosine, sine);
          for (int k = 0; k < N; ++k) rotate(a(p, k), a(q, k), cosine, sine);
          for (int k = 0; k < N; ++k) rotate(vectors(k, p), vectors(k, q), cosine, sine);
        }
      }
    }
    values = a.diagonal();
    for (int i = 0; i < N; ++i) {
      int least = i;
      for (int k = i + 1; k < N; ++k) least = values[k] < values[least] ? k : least;
      std::swap(values[i], values[least]);
      for (int k = 0; k < N; ++k) std::swap(vectors(k, i), vectors(k, least));
    }
  }
};

/// Nine numbers as a matrix, row-major.
template <class Scalar>
Eigen::Matrix3<Scalar> matrix_of(const Eigen::Vector<Scalar, 9>& numbers) {
  return (Eigen::Matrix3<Scalar>() << numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7],
          numbers[8])
      .finished();
}

/// Moves points to a mean of zero and a mean distance of √2 from it (Hartley 1997): x' = (x - centre) · scale. None where they are all one
/// point.
template <class Scalar>
struct PointNormalisation {
  Eigen::Vector2<Scalar> centre = Eigen::Vector2<Scalar>::Zero();
  Scalar scale = 0;

  template <class PointOf>
  PointNormalisation(std::span<const Correspondence> all, const PointOf& point) {
    for (const Correspondence& one : all) centre += point(one) / static_cast<Scalar>(all.size());
    Scalar distance = 0;
    for (const Correspondence& one : all) distance += (point(one) - centre).norm() / static_cast<Scalar>(all.size());
    if (distance > 1e-9) scale = std::sqrt(2.0) / distance;
  }
  Eigen::Vector2<Scalar> operator()(const Eigen::Vector2<Scalar>& x) const { return (x - centre) * scale; }
  Eigen::Matrix3<Scalar> matrix() const {
    return (Eigen::Matrix3<Scalar>() << scale, 0, -scale * centre.x(), 0, scale, -scale * centre.y(), 0, 0, 1).finished();
  }
};

}  // namespace detail
}  // namespace vpr
