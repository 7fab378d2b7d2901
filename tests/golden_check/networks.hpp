// SPDX-License-Identifier: MIT
/// @file
/// Convolutional networks by the names that golden files give them.
#pragma once

#include "tests/golden_check/registry.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace vpr::test {

/// The name here of the network that a file's config names.
inline std::string network_of(const Golden& golden, const char* key) {
  auto name = golden.config<std::string>(key, "");
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  if (!name.starts_with("resne") && !name.starts_with("convnext-") && name != "vgg16" && name != "mobilenet-v2")
    throw Skipped{"there is no " + name + " yet"};
  return name;
}

}  // namespace vpr::test
