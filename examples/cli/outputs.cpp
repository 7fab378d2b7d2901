// SPDX-License-Identifier: MIT
#include "outputs.hpp"

#include <vpr/eval/report_page.hpp>
#include <vpr/io/atomic_file.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace cli {

void require_writable(const std::string& path, std::string_view ending) {
  if (path.empty()) return;
  const std::string given = std::filesystem::path(path).extension().string();
  VPR_REQUIRE(vpr::ConfigError, ending.empty() || given.empty() || given == ending, path, ": what is written there is a ", ending,
              " file: give a name that ends so");
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  VPR_REQUIRE(vpr::IoError, !std::filesystem::is_directory(status), path, ": is a folder, expected a file to write");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    VPR_REQUIRE(vpr::IoError, ::access(path.c_str(), W_OK) == 0, path, ": cannot be written: ", std::strerror(errno));
  } else {
    const vpr::AtomicFile probe(path);  // makes a file beside it, and removes it
  }
}

void write_text(const std::string& path, std::string_view text) { vpr::detail::write_page(path, text); }

}  // namespace cli
