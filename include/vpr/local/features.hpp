// SPDX-License-Identifier: MIT
/// @file
/// Local features: many vectors a photo, for looking twice at few candidates.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/core/rows.hpp>
#include <vpr/core/tensor.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace vpr {

/// The local features of B photos as they flow from a local head.
template <TensorLike X>
struct LocalTokens {
  X tokens;   ///< `B×N×D`, N = grid.height · grid.width, row-major over the grid; rows of unit length
  Grid grid;  ///< where the N lie on the photo; the head's own, which may be finer than the backbone's
};

/// The local features of one photo in host memory: `N×D` floats, row-major over the grid. Converts to `Rows`.
struct LocalFeatures {
  Grid grid;
  std::int64_t channels = 0;  ///< D
  std::vector<float> values = {};

  std::int64_t size() const { return grid.patches(); }

  /// Borrowed; a temporary, whose values go with it, does not convert.
  /// @throws ShapeError  unless there are as many values as the grid and the channels say.
  operator Rows() const& { return rows(); }
  operator Rows() const&& = delete;

  friend bool operator==(const LocalFeatures&, const LocalFeatures&) = default;

 private:
  Rows rows() const {
    VPR_REQUIRE(ShapeError,
                grid.height >= 0 && grid.width >= 0 && channels >= 0 &&
                    std::cmp_equal(values.size(), Shape{grid.height, grid.width, channels}.elements()),
                "local features: got ", values.size(), " values for a grid of ", grid.height, "x", grid.width, " and ", channels,
                " channels");
    return {values.data(), size(), channels};
  }
};

/// Copies a batch to host memory, photo by photo.
/// @throws ShapeError  unless the tokens are `B×N×D` with the grid's N.
template <class B>
std::vector<LocalFeatures> to_host(const LocalTokens<Tensor<B>>& batch) {
  const Shape& shape = batch.tokens.shape();
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[1] == batch.grid.patches(), "local features: got tokens ", shape, " for a grid of ",
              batch.grid.height, "x", batch.grid.width, ", want [photos, ", batch.grid.patches(), ", channels]");
  const std::vector<float> all = batch.tokens.to_vector();
  std::vector<LocalFeatures> photos;
  const std::int64_t each = shape[1] * shape[2];
  for (auto from = all.begin(); std::cmp_less(photos.size(), shape[0]); from += each)
    photos.push_back({batch.grid, shape[2], {from, from + each}});
  return photos;
}

}  // namespace vpr
