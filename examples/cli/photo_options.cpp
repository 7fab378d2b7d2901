// SPDX-License-Identifier: MIT
#include "photo_options.hpp"

#include <CLI/CLI.hpp>

namespace cli {

vpr::ReadOptions PhotoOptions::read_options() const { return {.accept_damaged = accept_damaged}; }

void add_photo_options(CLI::App& command, PhotoOptions& options) {
  command.add_flag("--accept-damaged", options.accept_damaged, "take a damaged photo as far as it decodes; default: it is left out");
  command.add_flag("--strict-photos", options.strict,
                   "stop at the first photo that cannot be read; default: leave it out, and name it at the end");
}

}  // namespace cli
