// SPDX-License-Identifier: MIT
/// @file
/// Files that a weight file names, which lie beside it.
#pragma once

#include <vpr/core/requirements.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace vpr::detail {

/// Whether a path that a file names stays within that file's folder, by its letters alone: relative, and without `..`, backslashes, colons
/// and zero bytes.
inline bool is_within_folder(std::string_view path) {
  using namespace std::string_view_literals;
  if (path.empty() || path.front() == '/' || path.find_first_of("\\:\0"sv) != path.npos) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (path.substr(at, end - at) == "..") return false;
    at = end + 1;
  }
  return true;
}

/// The path of what the file at `path` calls `name`.
inline std::string beside(const std::string& path, std::string_view name) {
  return path.substr(0, path.rfind('/') + 1).append(name);  // the whole is cut where there is no folder: npos + 1 is 0
}

}  // namespace vpr::detail
