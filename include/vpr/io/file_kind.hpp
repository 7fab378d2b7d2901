// SPDX-License-Identifier: MIT
/// @file
/// What a safetensors file that this library wrote says of itself: its kind and the version of its format.
#pragma once

#include <vpr/core/error.hpp>

#include <charconv>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace vpr::detail {

/// A kind of file, in its metadata as `format: vpr KIND` and `format_version: VERSION`.
struct FileKind {
  std::string_view name;     ///< such as `vocabulary`
  std::int64_t version = 1;  ///< that is written, and the newest that is read

  std::string format() const { return std::string("vpr ").append(name); }

  void mark(std::map<std::string, std::string>& metadata) const {
    metadata["format"] = format();
    metadata["format_version"] = std::to_string(version);
  }
  static void unmark(std::map<std::string, std::string>& metadata) {
    metadata.erase("format");
    metadata.erase("format_version");
  }

  /// Whether a file is of this kind by its metadata; false for the file of another program.
  /// @throws FormatError  for a file of ours of another kind, or of a newer version
  bool is_kind_of(const std::map<std::string, std::string>& metadata, const std::string& path) const {
    const auto kind = metadata.find("format");
    if (kind == metadata.end() || !kind->second.starts_with("vpr ")) return false;
    VPR_REQUIRE(FormatError, kind->second == format(), path, ": is a ", kind->second, ", expected a ", format());
    const auto written = metadata.find("format_version");
    if (written == metadata.end()) return true;
    const std::string& text = written->second;
    std::int64_t found = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
    VPR_REQUIRE(FormatError, error == std::errc() && end == text.data() + text.size() && found >= 1, path, ": has the format version '",
                text, "', expected a number from 1");
    VPR_REQUIRE(FormatError, found <= version, path, ": is a ", format(), " of version ", found, ", this vpr reads up to ", version,
                ": update it");
    return true;
  }
};

}  // namespace vpr::detail
