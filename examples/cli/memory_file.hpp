// SPDX-License-Identifier: MIT
/// @file
/// Files in memory, for what reads and writes files by their path.
#pragma once

#include <vpr/io/atomic_file.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include <sys/mman.h>

namespace cli {

/// The path of a new file with that content, which is there until the program ends.
/// @throws vpr::IoError
inline std::string memory_file(std::string_view content = {}) {
  const int file = ::memfd_create("vpr", MFD_CLOEXEC);
  VPR_REQUIRE(vpr::IoError, file >= 0, "a file in memory cannot be made: ", std::strerror(errno));
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  vpr::AtomicFile out(path);
  out.write(content);
  out.commit();
  return path;
}

}  // namespace cli
