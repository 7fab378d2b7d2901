// SPDX-License-Identifier: MIT
/// @file
/// Files that a command writes: known to be writable before anything is computed, and there whole or not at all.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace cli {

/// Adds `--force`, without which no output that is there is overwritten.
void add_force_option(CLI::App& command, bool& force);

/// Refuses the empty name of a file, such as a shell's variable that is not set.
/// @param ending  another ending is refused, too, since other programs go by it; a name without any is taken
CLI::Validator file_name(const std::string& ending = {});

/// Refuses outputs that could not be written, and those whose writing would lose something; an empty path is none. Leaves what is there as it is.
/// @param inputs  files and folders that the command reads
/// @throws vpr::ConfigError  for an output that is an input or another output, and without `force` for one that is there and not empty
/// @throws vpr::IoError      for one that cannot be written, with the reason
void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs, bool force);

/// Where a command's summary goes: standard output, or standard error where one of the outputs is that.
std::FILE* summary_stream(const std::vector<std::string>& outputs);

/// Writes a text as `vpr::AtomicFile` does. @throws vpr::IoError
void write_text(const std::string& path, std::string_view text);

}  // namespace cli
