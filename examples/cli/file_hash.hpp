// SPDX-License-Identifier: MIT
/// @file
/// Hashes for the record of what made descriptors; "not hashed" in a program without xxHash.
#pragma once

#include <vpr/io/mapped_file.hpp>
#ifdef VPR_WITH_HASH
#include <vpr/io/digest.hpp>
#endif

#include <cstddef>
#include <span>
#include <string>

namespace cli {

inline std::string hash_of([[maybe_unused]] std::span<const std::byte> bytes) {
#ifdef VPR_WITH_HASH
  return "xxh3:" + vpr::digest_of(bytes).hex();
#else
  return "not hashed";
#endif
}

/// @throws vpr::IoError  where the file cannot be read
inline std::string hash_of_file(const std::string& path) {
  const vpr::MappedFile file(path);
  return hash_of(file.bytes());
}

}  // namespace cli
