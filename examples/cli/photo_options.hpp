// SPDX-License-Identifier: MIT
/// @file
/// How photos are read, as the command line asks for it.
#pragma once

#include <vpr/image/read_options.hpp>

namespace CLI {
class App;
}

namespace cli {

struct PhotoOptions {
  bool upright = false;
  bool accept_damaged = false;
  double max_megapixels = 200;
  bool strict = false;  // the first photo that cannot be read ends the command

  bool operator==(const PhotoOptions&) const = default;
  vpr::ReadOptions read_options() const;
};

/// Which photos are left out, and what is done then.
void add_photo_limits(CLI::App& command, PhotoOptions& options);

/// These, and what is made of a photo.
void add_photo_options(CLI::App& command, PhotoOptions& options);

}  // namespace cli
