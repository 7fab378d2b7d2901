// SPDX-License-Identifier: MIT
/// @file
/// Principal component analysis: shorter descriptors that keep most of what differs between places.
#pragma once

#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/eigen.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vpr {

/// What a PCA of D-dimensional descriptors to K components learned.
struct PcaParameters {
  RowVector<float> mean;      ///< D
  Matrix<float> components;   ///< K×D, orthonormal rows, largest variance first
  RowVector<float> variance;  ///< K, along each component; what it is divided by is for `fit_pca` to say
  RowVector<float> ratio;     ///< K, each variance as a share of that in all D dimensions
  float power = 0;            ///< a projection is multiplied by its variance to this power: 0 leaves it, -0.5 whitens
};

/// Projects descriptors on principal components: y_k = variance_k^power · (x - mean) · component_k.
///
/// The result is not of unit length: CricaVPR leaves it so, NetVLAD and its kin normalise it. Bits depend neither on the batch nor on
/// the number of threads. Goldens metric_pca_*, pca_cricavpr.
class Pca {
 public:
  /// @throws ShapeError for parts that do not fit each other; FormatError for NaN or infinity, and for a variance or ratio below 0;
  ///   ConfigError for a power of a variance that is not finite, as a negative one of 0.
  explicit Pca(PcaParameters parameters) : parameters_(std::move(parameters)), components_(parameters_.mean.size()) {
    const PcaParameters& p = parameters_;
    const Eigen::Index count = p.components.rows();
    VPR_REQUIRE(ShapeError, count >= 1 && p.mean.size() >= 1 && p.variance.size() == count && p.ratio.size() == count, "Pca: got ", count,
                " components, ", p.variance.size(), " variances, ", p.ratio.size(), " ratios and a mean of ", p.mean.size());
    require_finite(p.mean, p.mean.size(), "Pca: mean");
    require_finite(p.components, p.mean.size(), "Pca: component");
    const auto require_amounts = [count](const RowVector<float>& values, const char* what) {
      for (Eigen::Index i = 0; i < count; ++i) {
        VPR_REQUIRE(FormatError, is_finite(values[i]) && values[i] >= 0, "Pca: ", what, ' ', i, " is ", values[i],
                    ", expected a finite number from 0");
      }
    };
    require_amounts(p.variance, "variance");
    require_amounts(p.ratio, "ratio");
    VPR_REQUIRE(ConfigError, is_finite(p.power), "Pca: the power is ", p.power, ", expected a finite number");
    for (Eigen::Index i = 0; i < count; ++i) {
      scale_.push_back(std::pow(p.variance[i], p.power));
      VPR_REQUIRE(ConfigError, is_finite(scale_.back()), "Pca: a variance to the power of ", p.power, " is not finite; the least is ",
                  *std::min_element(p.variance.data(), p.variance.data() + count));
    }
    components_.append(p.components);
  }

  std::int64_t input_dim() const { return components_.dim(); }
  std::int64_t output_dim() const { return components_.size(); }
  const PcaParameters& parameters() const& { return parameters_; }
  PcaParameters parameters() && { return std::move(parameters_); }

  /// Projects N×D descriptors to N×K.
  /// @throws ShapeError for another D; FormatError for NaN or infinity.
  Matrix<float> operator()(RowsArgument descriptors) const {
    require_finite(descriptors, input_dim(), "Pca: descriptor");
    constexpr std::int64_t block = 64, lanes = PackedRows::panel_rows;
    Matrix<float> projected(descriptors.size(), output_dim());
    parallel_for((descriptors.size() + block - 1) / block, [&](std::int64_t b) {
      const std::int64_t begin = b * block, count = std::min(block, descriptors.size() - begin);
      Matrix<float> centred(count, input_dim()), products(count, lanes);
      for (std::int64_t i = 0; i < count; ++i) {
        for (std::int64_t k = 0; k < input_dim(); ++k) centred(i, k) = descriptors[begin + i][k] - parameters_.mean[k];
      }
      const PackedQueries queries{Rows(centred)};
      for (std::int64_t panel = 0; panel < components_.panels(); ++panel) {
        const std::int64_t first = panel * lanes, used = std::min(lanes, output_dim() - first);
        components_.score<InnerProduct>(panel, queries, products.data());
        for (std::int64_t i = 0; i < count; ++i) {
          for (std::int64_t k = 0; k < used; ++k)
            projected(begin + i, first + k) = products(i, k) * scale_[static_cast<std::size_t>(first + k)];
        }
      }
    });
    return projected;
  }

 private:
  PcaParameters parameters_;
  PackedRows components_;
  std::vector<float> scale_;  // of each component's projection
};

}  // namespace vpr
