// SPDX-License-Identifier: MIT
/// @file
/// Two views of a plane.
#pragma once

#include <vpr/matcher/ransac.hpp>

#include <Eigen/Core>
#include <Eigen/LU>

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace vpr {

/// The projective map of the points of a plane from one view to another: `to ~ matrix · from` (Hartley and Zisserman, Multiple View
/// Geometry, section 4.1). A `GeometricModel`; the error is the distance in the second view. A template over its
/// numbers, so that only what uses it compiles its algebra.
template <class Scalar>
struct HomographyOf {
  static constexpr std::size_t sample_size = 4, fit_size = 4;

  Eigen::Matrix3<Scalar> matrix = Eigen::Matrix3<Scalar>::Identity();

  /// The map of four points, by way of the basis that each view's four points are. None where three of a view lie on a line, or where no
  /// camera sees both quadrilaterals from the same side.
  static std::vector<HomographyOf> from_sample(std::span<const Correspondence> sample) {
    const auto from = basis(sample, [](const Correspondence& one) { return one.from; });
    const auto to = basis(sample, [](const Correspondence& one) { return one.to; });
    if (!from || !to) return {};
    const Eigen::Array<Scalar, 3, 1> scales = to->weights.array() / from->weights.array();  // each point's, that of the fourth is 1
    if (!(scales > 0).all()) return {};
    const HomographyOf found{to->matrix * from->matrix.inverse()};
    if (!found.matrix.allFinite()) return {};
    return {found};
  }

  /// The normalised direct linear transform (section 4.4.4). None where the points do not determine it, such as on a line.
  static std::optional<HomographyOf> fitted(std::span<const Correspondence> all) {
    const detail::PointNormalisation<Scalar> from(all, [](const Correspondence& one) { return one.from; });
    const detail::PointNormalisation<Scalar> to(all, [](const Correspondence& one) { return one.to; });
    if (all.size() < fit_size || from.scale == 0 || to.scale == 0) return std::nullopt;
    Eigen::Matrix<Scalar, 9, 9> normal = Eigen::Matrix<Scalar, 9, 9>::Zero();
    for (const Correspondence& one : all) {
      const Eigen::Vector2<Scalar> a = from(one.from), b = to(one.to);
      Eigen::Matrix<Scalar, 2, 9> rows;
      rows << a.x(), a.y(), 1, 0, 0, 0, -b.x() * a.x(), -b.x() * a.y(), -b.x(), 0, 0, 0, a.x(), a.y(), 1, -b.y() * a.x(), -b.y() * a.y(),
          -b.y();
      normal += rows.transpose() * rows;
    }
    const detail::SymmetricEigensystem<Scalar, 9> system(normal);
    if (!(system.values[1] > 1e-12 * system.values[8])) return std::nullopt;
    const Eigen::Matrix3<Scalar> normalised = detail::matrix_of<Scalar>(system.vectors.col(0));
    const HomographyOf found{to.matrix().inverse() * normalised * from.matrix()};
    if (!found.matrix.allFinite()) return std::nullopt;
    return found;
  }

  Eigen::Vector2<Scalar> operator()(const Eigen::Vector2<Scalar>& from) const {
    const Eigen::Vector3<Scalar> mapped = matrix * detail::homogeneous(from);
    return mapped.template head<2>() / mapped.z();
  }
  double squared_error(const Correspondence& one) const { return ((*this)(one.from) - one.to).squaredNorm(); }

 private:
  /// The matrix that maps the unit vectors and (1, 1, 1) to four points, up to their scales `weights`.
  struct Basis {
    Eigen::Matrix3<Scalar> matrix;
    Eigen::Vector3<Scalar> weights;
  };
  template <class PointOf>
  static std::optional<Basis> basis(std::span<const Correspondence> sample, const PointOf& point) {
    Eigen::Matrix3<Scalar> points;
    for (int i = 0; i < 3; ++i) points.col(i) = detail::homogeneous(point(sample[static_cast<std::size_t>(i)]));
    const Eigen::Vector3<Scalar> fourth = detail::homogeneous(point(sample[3]));
    // Twice the areas of the triangles that leave a point out; one of 0 has its points on a line.
    const double area = points.determinant();
    Eigen::Vector3<Scalar> others;
    for (int i = 0; i < 3; ++i) {
      Eigen::Matrix3<Scalar> replaced = points;
      replaced.col(i) = fourth;
      others[i] = replaced.determinant();
    }
    const Eigen::Vector2<Scalar> low = points.template topRows<2>().rowwise().minCoeff().cwiseMin(fourth.template head<2>()),
                                 high = points.template topRows<2>().rowwise().maxCoeff().cwiseMax(fourth.template head<2>());
    const double least = 1e-6 * (high - low).squaredNorm();
    if (!(std::abs(area) > least) || !(others.cwiseAbs().minCoeff() > least)) return std::nullopt;
    const Eigen::Vector3<Scalar> weights = others / area;
    return Basis{points * weights.asDiagonal(), weights};
  }
};

using Homography = HomographyOf<double>;

static_assert(GeometricModel<Homography>);

}  // namespace vpr
