// SPDX-License-Identifier: MIT
/// @file
/// A file that processes share: its identity, its advisory lock, and its bytes in memory while it grows.
#pragma once

#include <vpr/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <compare>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vpr::detail {

/// Which file it is, whatever its name.
struct FileIdentity {
  dev_t device = 0;
  ino_t number = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

inline std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

/// An open file; `lock` waits for an advisory lock, which goes with it.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0666)) {
    VPR_REQUIRE(IoError, file_ >= 0, path, ": cannot be opened: ", std::strerror(errno));
  }
  OpenFile(OpenFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~OpenFile() {
    if (file_ >= 0) ::close(file_);
  }
  void lock(int kind) const {
    while (::flock(file_, kind) != 0 && errno == EINTR) {
    }
  }
  struct stat status() const {
    struct stat status {};
    VPR_REQUIRE(IoError, ::fstat(file_, &status) == 0, "a map cannot be examined: ", std::strerror(errno));
    return status;
  }
  int get() const { return file_; }

 private:
  int file_;
};

/// Address space that a file may grow into: 1 TiB, or an eighth of what the process may have.
inline std::size_t address_space() {
  constexpr std::size_t most = std::size_t{1} << 40;
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return most;
  return std::min<std::size_t>(most, limit.rlim_cur / 8 / 65536 * 65536);
}

/// A file's bytes in memory, with room for it to grow. Bytes behind its end must not be touched.
class GrowingView {
 public:
  GrowingView(const OpenFile& file, std::size_t reserved)
      : data_(::mmap(nullptr, reserved, PROT_READ, MAP_SHARED | MAP_NORESERVE, file.get(), 0)), reserved_(reserved) {}
  GrowingView(const GrowingView&) = delete;
  GrowingView& operator=(const GrowingView&) = delete;
  ~GrowingView() {
    if (*this) ::munmap(data_, reserved_);
  }
  explicit operator bool() const { return data_ != MAP_FAILED; }
  /// @throws IoError where the file has grown beyond its room
  std::span<const std::byte> first(std::size_t size, const std::string& path) const {
    VPR_REQUIRE(IoError, size <= reserved_, path, ": has ", size, " bytes, more than the ", reserved_,
                " of address space for it; raise the limit of the process (ulimit -v)");
    return {static_cast<const std::byte*>(data_), size};
  }

 private:
  void* data_;
  std::size_t reserved_;
};

}  // namespace vpr::detail
