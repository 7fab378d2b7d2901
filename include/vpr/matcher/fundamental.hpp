// SPDX-License-Identifier: MIT
/// @file
/// Two views of a scene.
#pragma once

#include <vpr/matcher/ransac.hpp>

#include <Eigen/Core>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

namespace vpr {

/// The fundamental matrix of two views: toᵀ · matrix · from = 0 (Hartley and Zisserman, Multiple View Geometry, chapter 11). A
/// `GeometricModel`; the squared error is Sampson's distance (equation 11.9). A template over its numbers, so that only what uses it compiles
/// its algebra.
template <class Scalar>
struct FundamentalOf {
  static constexpr std::size_t sample_size = 7, fit_size = 8;

  Eigen::Matrix3<Scalar> matrix = Eigen::Matrix3<Scalar>::Zero();

  /// Those of seven points, one or three (section 11.1.2). None where the points do not determine them.
  static std::vector<FundamentalOf> from_sample(std::span<const Correspondence> sample) {
    const auto system = System::of(sample);
    if (!system || !(system->of_points.values[2] > 1e-12 * system->of_points.values[8])) return {};
    const Eigen::Matrix3<Scalar> a = system->matrix(0), b = system->matrix(1);
    // det(b + t (a - b)) is a cubic in t, known from its values at four places.
    const auto determinant = [&](double t) -> double { return (b + t * (a - b)).determinant(); };
    const double at0 = determinant(0), at1 = determinant(1), at_minus = determinant(-1), at2 = determinant(2);
    const double c0 = at0, c2 = (at1 + at_minus) / 2 - at0, c3 = (at2 - at0 - 4 * c2 - (at1 - at_minus)) / 6, c1 = at1 - c0 - c2 - c3;
    std::vector<FundamentalOf> found;
    for (const double t : real_roots(c3, c2, c1, c0)) {
      const FundamentalOf one{system->back(b + t * (a - b))};
      if (one.matrix.allFinite()) found.push_back(one);
    }
    return found;
  }

  /// The normalised eight-point algorithm (Hartley 1997; algorithm 11.1). None where the points do not determine it, such as on a plane.
  static std::optional<FundamentalOf> fitted(std::span<const Correspondence> all) {
    const auto system = System::of(all);
    if (all.size() < fit_size || !system || !(system->of_points.values[1] > 1e-12 * system->of_points.values[8])) return std::nullopt;
    const Eigen::Matrix3<Scalar> full = system->matrix(0);
    const Eigen::Vector3<Scalar> null = detail::SymmetricEigensystem<Scalar, 3>(full.transpose() * full).vectors.col(0);
    const FundamentalOf found{system->back(full - full * null * null.transpose())};  // of rank 2
    if (!found.matrix.allFinite()) return std::nullopt;
    return found;
  }

  double squared_error(const Correspondence& one) const {
    const Eigen::Vector3<Scalar> line_to = matrix * detail::homogeneous(one.from),
                                 line_from = matrix.transpose() * detail::homogeneous(one.to);
    const double residual = detail::homogeneous(one.to).dot(line_to);
    return residual * residual / (line_to.template head<2>().squaredNorm() + line_from.template head<2>().squaredNorm());
  }

 private:
  /// The normal equations of the points after normalisation: eigenvalues ascending, and the vectors to them.
  struct System {
    detail::PointNormalisation<Scalar> from, to;
    detail::SymmetricEigensystem<Scalar, 9> of_points{Eigen::Matrix<Scalar, 9, 9>::Zero()};

    static std::optional<System> of(std::span<const Correspondence> all) {
      System system{{all, [](const Correspondence& one) { return one.from; }}, {all, [](const Correspondence& one) { return one.to; }}};
      if (system.from.scale == 0 || system.to.scale == 0) return std::nullopt;
      Eigen::Matrix<Scalar, 9, 9> normal = Eigen::Matrix<Scalar, 9, 9>::Zero();
      for (const Correspondence& one : all) {
        const Eigen::Vector3<Scalar> a = detail::homogeneous(system.from(one.from)), b = detail::homogeneous(system.to(one.to));
        Eigen::Vector<Scalar, 9> row;
        row << b.x() * a, b.y() * a, b.z() * a;
        normal += row * row.transpose();
      }
      system.of_points = detail::SymmetricEigensystem<Scalar, 9>(normal);
      return system;
    }
    Eigen::Matrix3<Scalar> matrix(int index) const { return detail::matrix_of<Scalar>(of_points.vectors.col(index)); }
    Eigen::Matrix3<Scalar> back(const Eigen::Matrix3<Scalar>& normalised) const {
      return to.matrix().transpose() * normalised * from.matrix();
    }
  };

  /// The real roots of a t³ + b t² + c t + d, by Cardano's and Viète's formulas.
  static std::vector<double> real_roots(double a, double b, double c, double d) {
    const double largest = std::max({std::abs(a), std::abs(b), std::abs(c), std::abs(d)});
    if (!(std::abs(a) > 1e-12 * largest)) {
      if (!(std::abs(b) > 1e-12 * largest)) return std::abs(c) > 1e-12 * largest ? std::vector<double>{-d / c} : std::vector<double>{};
      const double square = c * c - 4 * b * d;
      if (square < 0) return {};
      const double q = -(c + std::copysign(std::sqrt(square), c)) / 2;
      return q == 0 ? std::vector<double>{0} : std::vector<double>{q / b, d / q};
    }
    const double shift = b / (3 * a), p = (c / a - 3 * shift * shift) / 3, q = (2 * shift * shift * shift - shift * c / a + d / a) / 2;
    const double discriminant = q * q + p * p * p;
    if (discriminant >= 0) {
      const double u = std::cbrt(-q - std::copysign(std::sqrt(discriminant), q));
      return {(u == 0 ? 0 : u - p / u) - shift};
    }
    const double radius = 2 * std::sqrt(-p), angle = std::acos(std::clamp(-q / std::sqrt(-p * p * p), -1.0, 1.0)) / 3;
    std::vector<double> roots;
    for (int k = 0; k < 3; ++k) roots.push_back(radius * std::cos(angle - 2 * std::numbers::pi * k / 3) - shift);
    return roots;
  }
};

using Fundamental = FundamentalOf<double>;

static_assert(GeometricModel<Fundamental>);

}  // namespace vpr
