// SPDX-License-Identifier: MIT
/// @file
/// What a training's parameters start from.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace vpr {

/// What a parameter of a head or an adapter starts from, where that is not what PyTorch's layers start with: each element `value` plus a
/// number from a normal distribution of that deviation.
struct ParameterStart {
  std::string part;  ///< of its name
  float value = 0;
  float deviation = 0;
};

/// A parameter whose rows start as the centroids of patches, by k-means and `soft_assignment`: see `start_clusters`.
struct ClusterStart {
  std::string parameter = {};      ///< empty: there is none
  std::string centroids = {};      ///< one that takes the centroids as they are, as NetVLAD's; empty: there is none
  std::int64_t patches = 500'000;  ///< of the published network, at unit length, that the centroids are found in
  std::int64_t of_photo = 100;     ///< of them
};

/// A part of the parameters that starts as a copy of another: those whose names hold `part`, of those that hold `from` in its stead.
struct CopiedStart {
  std::string part;
  std::string from;
};

/// What heads and adapters start from.
struct RecipeStart {
  std::vector<ParameterStart> parameters = {};
  std::vector<CopiedStart> copies = {};  ///< of what weights of another system bring, which must be given then
  ClusterStart clusters = {};
};

}  // namespace vpr
