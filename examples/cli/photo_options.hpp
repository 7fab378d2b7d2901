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
  bool accept_damaged = false;
  bool strict = false;  // the first photo that cannot be read ends the command

  vpr::ReadOptions read_options() const;
};

void add_photo_options(CLI::App& command, PhotoOptions& options);

}  // namespace cli
