// SPDX-License-Identifier: MIT
/// @file
/// Files that a command writes: known to be writable before anything is computed, and there whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// Refuses an output that could not be written; an empty path is none. Leaves what is there as it is.
/// @param ending  what the name must end in if it has an ending, since other programs go by it; empty for any
/// @throws vpr::IoError  with path and reason; vpr::ConfigError for another ending
void require_writable(const std::string& path, std::string_view ending = {});

/// Writes a text; a pipe or a device is written to as it is. @throws vpr::IoError
void write_text(const std::string& path, std::string_view text);

}  // namespace cli
