// SPDX-License-Identifier: MIT
/// @file
/// Local features: many vectors a photo, for looking twice at few candidates.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/core/rows.hpp>
#include <vpr/core/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// The local features of B images as they flow from a local head.
template <TensorLike X>
struct LocalTokens {
  X tokens;          ///< `B×N×D`, rows of unit length; without keypoints N = grid.height · grid.width, row-major over the grid
  Grid grid;         ///< the cells that cover the photo; the head's own, which may be finer than the backbone's
  X keypoints = {};  ///< `B×N×3`, each an x, y and score as of `Keypoint`; one with a score below 0 is none. Empty: the N lie on the grid
};

/// A place on a photo and what the local head says of it.
struct Keypoint {
  float x = 0, y = 0;  ///< from the upper left corner, as shares of the width and the height that the network sees
  float score = 1;     ///< such as the detector's, or how much the network attends to it

  friend bool operator==(const Keypoint&, const Keypoint&) = default;
};

/// The same keypoints for each of B images, `B×N×3`.
template <TensorLike X>
X keypoint_tokens(std::int64_t batch, const std::vector<Keypoint>& keypoints) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < batch; ++i) {
    for (const Keypoint& keypoint : keypoints) values.insert(values.end(), {keypoint.x, keypoint.y, keypoint.score});
  }
  return X::from(Shape{batch, std::ssize(keypoints), 3}, std::span<const float>(values));
}

/// Where the local features of a photo lie: on the cells of a grid, row-major, or at keypoints, whose grid gives the photo's proportions.
struct LocalPlaces {
  Grid grid;
  std::vector<Keypoint> keypoints = {};

  std::int64_t size() const { return keypoints.empty() ? grid.patches() : std::ssize(keypoints); }
  /// The centre of a cell, or a keypoint. @throws ShapeError  for an index that is not one of `size()`
  Keypoint operator[](std::int64_t index) const {
    VPR_REQUIRE(ShapeError, index >= 0 && index < size(), "local features: got place ", index, " on a grid of ", grid.height, "x",
                grid.width, " with ", keypoints.size(), " keypoints");
    if (!keypoints.empty()) return keypoints[static_cast<std::size_t>(index)];
    return {(static_cast<float>(index % grid.width) + 0.5F) / static_cast<float>(grid.width),
            (static_cast<float>(index / grid.width) + 0.5F) / static_cast<float>(grid.height)};
  }
  friend bool operator==(const LocalPlaces&, const LocalPlaces&) = default;
};

/// The local features of one photo in host memory: `N×D` floats, in the order of their places. Converts to `Rows`. A photo without features
/// has an empty grid.
struct LocalFeatures {
  Grid grid;
  std::int64_t channels = 0;  ///< D
  std::vector<float> values = {};
  std::vector<Keypoint> keypoints = {};  ///< empty: the features lie on the grid, row-major

  std::int64_t size() const { return keypoints.empty() ? grid.patches() : std::ssize(keypoints); }
  LocalPlaces places() const { return {grid, keypoints}; }

  /// Borrowed; a temporary, whose values go with it, does not convert.
  /// @throws ShapeError  unless there are as many values as the places and the channels say.
  operator Rows() const& { return rows(); }
  operator Rows() const&& = delete;

  friend bool operator==(const LocalFeatures&, const LocalFeatures&) = default;

 private:
  Rows rows() const {
    VPR_REQUIRE(ShapeError,
                grid.height >= 0 && grid.width >= 0 && channels >= 0 && std::cmp_equal(values.size(), Shape{size(), channels}.elements()),
                "local features: got ", values.size(), " values for a grid of ", grid.height, "x", grid.width, " and ", channels,
                " channels, ", keypoints.size(), " keypoints");
    return {values.data(), size(), channels};
  }
};

/// Copies a batch to host memory, photo by photo, without the keypoints that are none.
/// @throws ShapeError  unless the tokens are `B×N×D` with the grid's N, or as many as there are keypoints.
template <class B>
std::vector<LocalFeatures> to_host(const LocalTokens<Tensor<B>>& batch) {
  const Shape& shape = batch.tokens.shape();
  const bool dense = batch.keypoints.empty();
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && (!dense || shape[1] == batch.grid.patches()), "local features: got tokens ", shape,
              " for a grid of ", batch.grid.height, "x", batch.grid.width, ", want [photos, ", batch.grid.patches(), ", channels]");
  VPR_REQUIRE(ShapeError, dense || batch.keypoints.shape() == shape.with(2, 3), "local features: got tokens ", shape, " and keypoints ",
              batch.keypoints.shape(), ", want [photos, N, channels] and [photos, N, 3]");
  const std::vector<float> all = batch.tokens.to_vector(), places = batch.keypoints.to_vector();
  std::vector<LocalFeatures> photos;
  for (std::int64_t photo = 0; photo < shape[0]; ++photo) {
    LocalFeatures& features = photos.emplace_back(LocalFeatures{batch.grid, shape[2]});
    const auto from = all.begin() + photo * shape[1] * shape[2];
    if (dense) features.values.assign(from, from + shape[1] * shape[2]);
    for (std::int64_t n = 0; n < (dense ? 0 : shape[1]); ++n) {
      const float* const place = &places[static_cast<std::size_t>((photo * shape[1] + n) * 3)];
      if (!(place[2] >= 0)) continue;
      features.keypoints.push_back({place[0], place[1], place[2]});
      features.values.insert(features.values.end(), from + n * shape[2], from + (n + 1) * shape[2]);
    }
    if (!dense && features.keypoints.empty()) features.grid = {};
  }
  return photos;
}

}  // namespace vpr
