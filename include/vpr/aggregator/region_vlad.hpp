// SPDX-License-Identifier: MIT
/// @file
/// NetVLAD of the regions of a photo, by whose similarities SFRS trains.
#pragma once

#include <vpr/aggregator/net_vlad.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace vpr {

inline constexpr std::int64_t vlad_regions = 9;  ///< of `region_vlads`

/// The NetVLAD descriptors `B×9×D` of each photo's regions: the whole; top, bottom, left and right half; the quarters, row by row (Ge et al., ECCV
/// 2020, section 3.2). A half's sums of residuals are those of its quarters. Goldens sfrs_regions_*.
/// @throws ShapeError  for a map whose sides are not even, or other channels
template <class B>
typename B::tensor region_vlads(const NetVlad<B>& words, const Features<typename B::tensor>& features) {
  using X = typename B::tensor;
  const Shape shape = features.patches.shape();
  const Grid grid = features.grid, quarter{grid.height / 2, grid.width / 2};
  VPR_REQUIRE(ShapeError, quarter.height > 0 && quarter.width > 0 && grid.height % 2 == 0 && grid.width % 2 == 0,
              "region_vlads: got a map of ", grid.height, "x", grid.width, ", want sides that are even");
  const X map = reshape(features.patches, Shape{shape[0], grid.height, grid.width, shape[2]});
  std::vector<X> quarters;
  for (const std::int64_t row : {0, 1}) {
    const X half = slice(map, 1, row * quarter.height, (row + 1) * quarter.height);
    for (const std::int64_t column : {0, 1}) {
      X part = slice(half, 2, column * quarter.width, (column + 1) * quarter.width);
      quarters.push_back(words.sums({X(), reshape(std::move(part), Shape{shape[0], quarter.patches(), shape[2]}), quarter}));
    }
  }
  const X top = add(quarters[0], quarters[1]), bottom = add(quarters[2], quarters[3]);
  const std::array<X, vlad_regions> sums{
      add(top, bottom), top,         bottom,     add(quarters[0], quarters[2]), add(quarters[1], quarters[3]), quarters[0],
      quarters[1],      quarters[2], quarters[3]};
  X all;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    X one = words.described(sums[i]);
    one = reshape(one, Shape{shape[0], 1, one.shape()[1]});
    all = i == 0 ? std::move(one) : concat(all, one, 1);
  }
  return all;
}

}  // namespace vpr
