// SPDX-License-Identifier: MIT
/// @file
/// A file in memory, read as it is touched.
#pragma once

#include <vpr/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vpr {

/// A regular file mapped read-only; it costs memory only for the pages that are read, until they are released.
/// Do not use it for a file that another process may shorten meanwhile: reading past the new end kills the program.
class MappedFile {
 public:
  /// @throws IoError with path and reason for what cannot be opened, is not a regular file, or is empty.
  explicit MappedFile(std::string path) : path_(std::move(path)) {
    VPR_REQUIRE(IoError, path_.find('\0') == path_.npos, path_, ": cannot be opened: a path holds no zero byte");
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    VPR_REQUIRE(IoError, file >= 0, path_, ": cannot be opened: ", std::strerror(errno));
    try {
      map(file);
    } catch (...) {
      ::close(file);
      throw;
    }
    ::close(file);
  }
  MappedFile(MappedFile&& other) noexcept
      : path_(std::move(other.path_)), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~MappedFile() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }

  const std::string& path() const& { return path_; }
  void path() const&& = delete;
  std::span<const std::byte> bytes() const& { return {static_cast<const std::byte*>(data_), size_}; }
  void bytes() const&& = delete;

  /// Gives the memory of the whole pages within `part` (of `bytes()`) back; reading them again reads the file again.
  void release(std::span<const std::byte> part) const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto start = static_cast<std::size_t>(part.data() - bytes().data());
    const std::size_t first = (start + page - 1) / page * page;
    const std::size_t last = (start + part.size()) / page * page;
    if (first < last) ::madvise(static_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
  }

 private:
  void map(int file) {
    struct stat status {};
    VPR_REQUIRE(IoError, ::fstat(file, &status) == 0, path_, ": cannot be examined: ", std::strerror(errno));
    VPR_REQUIRE(IoError, !S_ISDIR(status.st_mode), path_, ": is a directory, expected a file");
    VPR_REQUIRE(IoError, S_ISREG(status.st_mode), path_, ": is not a regular file");
    VPR_REQUIRE(IoError, status.st_size > 0, path_, ": is empty");
    size_ = static_cast<std::size_t>(status.st_size);
    void* const address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    VPR_REQUIRE(IoError, address != MAP_FAILED, path_, ": cannot be mapped: ", std::strerror(errno));
    data_ = address;
  }

  std::string path_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace vpr
