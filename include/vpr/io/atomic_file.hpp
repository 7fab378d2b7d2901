// SPDX-License-Identifier: MIT
/// @file
/// Files that appear whole or not at all.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/random.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vpr {

namespace detail {

/// The open file that a path such as `/dev/fd/3` or `/dev/stdout` (a link to `/proc/self/fd/1`) means.
inline std::optional<int> descriptor_of(std::string_view path) {
  for (const std::string_view folder : {"/proc/self/fd/", "/dev/fd/"}) {
    int descriptor = 0;
    if (!path.starts_with(folder)) continue;
    const auto [end, error] = std::from_chars(path.data() + folder.size(), path.data() + path.size(), descriptor);
    if (error == std::errc() && end == path.data() + path.size()) return descriptor;
  }
  return std::nullopt;
}

/// Where a file of that name lies: the end of the symbolic links that lead there, which need not exist.
inline std::string link_target(std::string path) {
  constexpr int most_links = 40;
  for (int i = 0; i < most_links && !descriptor_of(path); ++i) {
    std::array<char, 4096> target;
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length <= 0 || static_cast<std::size_t>(length) == target.size()) break;
    const std::string_view next(target.data(), static_cast<std::size_t>(length));
    path = next.front() == '/' ? std::string(next) : path.substr(0, path.rfind('/') + 1).append(next);
  }
  return path;
}

}  // namespace detail

/// Writes to a new file beside `path`, which takes the place of `path` at `commit()`; without it nothing is left behind.
/// A killed process or a full disk therefore never leaves half a file under the name. The file at the end of a symbolic link is replaced,
/// not the link. What is no regular file, such as a device, a pipe or an open file (`/dev/stdout`), is written to as it is.
class AtomicFile {
 public:
  /// @throws IoError with path and reason, as do `write` and `commit`; for a folder at once.
  explicit AtomicFile(std::string path) : path_(std::move(path)) {
    VPR_REQUIRE(IoError, !path_.empty(), "a file without a name cannot be written");
    target_ = detail::link_target(path_);
    struct stat status {};
    const bool there = ::stat(target_.c_str(), &status) == 0;
    VPR_REQUIRE(IoError, !there || !S_ISDIR(status.st_mode), path_, ": cannot be written: it is a folder");
    if (const std::optional<int> descriptor = detail::descriptor_of(target_)) {
      file_ = ::dup(*descriptor);
    } else if (there && !S_ISREG(status.st_mode)) {
      file_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
      create_beside();
    }
    VPR_REQUIRE(IoError, file_ >= 0, path_, ": cannot be written: ", std::strerror(errno));
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() {
    if (file_ < 0) return;
    ::close(file_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      VPR_REQUIRE(IoError, count >= 0, path_, ": cannot be written: ", std::strerror(errno));
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Bytes written so far.
  std::uint64_t size() const { return size_; }

  /// Waits until the content is on the disk, then gives it its name.
  void commit() {
    if (!temporary_.empty()) {
      VPR_REQUIRE(IoError, ::fsync(file_) == 0, path_, ": cannot be written: ", std::strerror(errno));
      VPR_REQUIRE(IoError, ::rename(temporary_.c_str(), target_.c_str()) == 0, path_, ": cannot be replaced: ", std::strerror(errno));
    }
    ::close(std::exchange(file_, -1));
  }

 private:
  /// Not by mkstemp: its files are for their owner alone, and what the umask allows others cannot be read without changing it.
  void create_beside() {
    constexpr std::size_t longest = 240;  // bytes of a name, so that what is added fits
    const std::size_t name_at = target_.rfind('/') + 1;
    static std::atomic<std::int64_t> count{0};
    Random random = Random::of({::getpid(), ++count, std::chrono::steady_clock::now().time_since_epoch().count()});
    for (int attempt = 0; attempt < 100 && file_ < 0; ++attempt) {
      temporary_ = target_.substr(0, name_at + longest) + '.';
      for (int i = 0; i < 6; ++i) temporary_ += static_cast<char>('a' + random.below(26));
      file_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
      if (file_ < 0 && errno != EEXIST) break;
    }
  }

  std::string path_;
  std::string target_;     // where the links of `path_` lead
  std::string temporary_;  // empty where what is there is written to
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace vpr
