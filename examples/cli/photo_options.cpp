// SPDX-License-Identifier: MIT
#include "photo_options.hpp"
#include "numbers.hpp"

#include <CLI/CLI.hpp>

namespace cli {

vpr::ReadOptions PhotoOptions::read_options() const {
  VPR_REQUIRE(vpr::ConfigError, max_megapixels > 0, "--max-megapixels: got ", max_megapixels, ", expected a number above 0");
  return {.upright = upright, .accept_damaged = accept_damaged, .max_megapixels = max_megapixels};
}

void add_photo_options(CLI::App& command, PhotoOptions& options) {
  command.add_flag("--upright", options.upright,
                   "turn photos upright as their EXIF says; default: leave them as they lie, as the published descriptors were computed");
  command.add_flag("--accept-damaged", options.accept_damaged, "take a damaged photo as far as it decodes; default: it is left out");
  add_photo_limits(command, options);
}

void add_photo_limits(CLI::App& command, PhotoOptions& options) {
  command.add_option("--max-megapixels", options.max_megapixels, "leave out photos of more pixels, in millions")
      ->check(number_from(1e-6, 1e5))
      ->capture_default_str();
  command.add_flag("--strict-photos", options.strict,
                   "stop at the first photo that cannot be read; default: leave it out, and name it at the end");
}

}  // namespace cli
