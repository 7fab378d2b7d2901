// SPDX-License-Identifier: MIT
/// @file
/// Drives through a rendered town as the examples of maps share them.
#pragma once

#include <vpr/core/rows.hpp>
#include <vpr/dataset/synthetic_town.hpp>
#include <vpr/map/place.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// Descriptors of N frames, one after the other, and what a map keeps of each.
struct DescribedDrive {
  std::vector<float> descriptors;
  std::vector<vpr::Place> places;
  std::int64_t dimensions = 0;

  vpr::Rows rows() const { return {descriptors.data(), std::ssize(places), dimensions}; }
};

/// Gives the descriptor of a photo.
using Describe = std::function<std::vector<float>(const vpr::Image&)>;

/// DINOv2 ViT-S/14, GeM over the values of block 7, which tell places apart in a network that was not trained for them.
Describe load_describer(const std::string& weights);

/// Renders the frames of a drive in some light and describes them, in memory.
DescribedDrive described_drive(const Describe& describe, const vpr::SyntheticTown& town, const std::vector<vpr::TownPose>& way,
                               vpr::TownView light, const std::string& session);
