// SPDX-License-Identifier: MIT
/// @file
/// Text files that appear whole or not at all.
#pragma once

#include <vpr/io/atomic_file.hpp>

#include <string>
#include <string_view>

namespace cli {

inline void write_text(const std::string& path, std::string_view text) {
  vpr::AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace cli
