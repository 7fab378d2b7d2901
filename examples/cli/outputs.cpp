// SPDX-License-Identifier: MIT
#include "outputs.hpp"

#include <vpr/eval/report_page.hpp>
#include <vpr/io/atomic_file.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace cli {
namespace {

void require_writable(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  VPR_REQUIRE(vpr::IoError, !std::filesystem::is_directory(status), path, ": is a folder, expected a file to write");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    VPR_REQUIRE(vpr::IoError, ::access(path.c_str(), W_OK) == 0, path, ": cannot be written: ", std::strerror(errno));
  } else {
    const vpr::AtomicFile probe(path);  // makes a file beside it, and removes it
  }
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  if (std::filesystem::exists(a, ignored) || std::filesystem::exists(b, ignored))
    return std::filesystem::equivalent(a, b, ignored) && std::filesystem::is_regular_file(a, ignored);
  const auto whole = [&](const std::string& path) { return std::filesystem::weakly_canonical(std::filesystem::absolute(path), ignored); };
  return whole(a) == whole(b);
}

}  // namespace

void add_force_option(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "overwrite outputs that are there; default: they are refused");
}

CLI::Validator file_name(const std::string& ending) {
  return {[ending](const std::string& path) -> std::string {
            if (path.empty()) return "the name of the file is empty";
            const std::string given = std::filesystem::path(path).extension().string();
            return ending.empty() || given.empty() || given == ending ? ""
                                                                      : path + ": this is a " + ending + " file, give a name that ends so";
          },
          ""};
}

void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs, bool force) {
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    if (output->empty()) continue;
    const auto is_output = [&](const std::string& other) { return !other.empty() && is_same_file(*output, other); };
    VPR_REQUIRE(vpr::ConfigError, std::none_of(inputs.begin(), inputs.end(), is_output), *output,
                ": is read by this command, which would overwrite it: give the output another name");
    VPR_REQUIRE(vpr::ConfigError, std::none_of(outputs.begin(), output, is_output), *output,
                ": would be written twice, by two options: give each a file of its own");
    std::error_code ignored;
    const bool loses = std::filesystem::is_regular_file(*output, ignored) && std::filesystem::file_size(*output, ignored) > 0;
    VPR_REQUIRE(vpr::ConfigError, force || !loses, *output, ": is there already: give another name, or add --force to overwrite it");
    require_writable(*output);
  }
}

std::FILE* summary_stream(const std::vector<std::string>& outputs) {
  std::error_code ignored;
  const auto is_stdout = [&](const std::string& path) { return std::filesystem::equivalent(path, "/dev/stdout", ignored); };
  return std::any_of(outputs.begin(), outputs.end(), is_stdout) ? stderr : stdout;
}

void write_text(const std::string& path, std::string_view text) { vpr::detail::write_page(path, text); }

}  // namespace cli
