// SPDX-License-Identifier: MIT
/// @file
/// The names of the files that a training writes.
#pragma once

#include <vpr/core/requirements.hpp>

#include <filesystem>
#include <string>

namespace vpr {

/// The files that a training writes.
struct TrainingFiles {
  std::string weights;  ///< the trained weights, a .safetensors file

  /// What a resumed training goes on from.
  std::string state() const { return weights + ".state"; }
  /// The weights of the best validation.
  std::string best() const { return std::filesystem::path(weights).replace_extension(".best.safetensors").string(); }
  /// The weights that are being validated, a safetensors file without the ending, so that no other training's weights are called so. They become
  /// `weights` once the state of their step is written.
  std::string candidate() const { return weights + ".candidate"; }
  /// Locked by a training while it writes the others.
  std::string lock() const { return weights + ".lock"; }
};

}  // namespace vpr
