// SPDX-License-Identifier: MIT
/// @file
/// A photo that takes no part, and why.
#pragma once

#include <vpr/core/requirements.hpp>

#include <string>

namespace vpr {

/// A photo, or a file in its place, that cannot be read, and why.
struct BadPhoto {
  std::string path;
  std::string reason;
};

}  // namespace vpr
