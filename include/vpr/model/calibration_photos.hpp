// SPDX-License-Identifier: MIT
/// @file
/// Photos to calibrate a model on where there are no others.
#pragma once

#include <vpr/dataset/synthetic_town.hpp>

#include <vector>

namespace vpr {

/// One place of the synthetic town in five lights, 360×480.
inline std::vector<Image> calibration_photos() {
  const SyntheticTown town({.places = 1});
  std::vector<Image> photos{town.render(0, TownView::map)};
  for (const TownView view : town_queries) photos.push_back(town.render(0, view));
  return photos;
}

}  // namespace vpr
