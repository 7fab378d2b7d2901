// SPDX-License-Identifier: MIT
/// @file
/// Files that appear whole or not at all.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/random.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace vpr {

/// Writes to a new file beside `path`, which takes the place of `path` at `commit()`; without it nothing is left behind.
/// A killed process or a full disk therefore never leaves half a file under the name.
class AtomicFile {
 public:
  /// @throws IoError with path and reason, as do `write` and `commit`.
  explicit AtomicFile(std::string path) : path_(std::move(path)) {
    // Not by mkstemp: its files are for their owner alone, and what the umask allows others cannot be read without changing it.
    static std::atomic<std::int64_t> count{0};
    Random random = Random::of({::getpid(), ++count, std::chrono::steady_clock::now().time_since_epoch().count()});
    for (int attempt = 0; attempt < 100 && file_ < 0; ++attempt) {
      temporary_ = path_ + '.';
      for (int i = 0; i < 6; ++i) temporary_ += static_cast<char>('a' + random.below(26));
      file_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
      if (file_ < 0 && errno != EEXIST) break;
    }
    VPR_REQUIRE(IoError, file_ >= 0, path_, ": cannot be written: ", std::strerror(errno));
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(temporary_.c_str());
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
    VPR_REQUIRE(IoError, ::fsync(file_) == 0, path_, ": cannot be written: ", std::strerror(errno));
    VPR_REQUIRE(IoError, ::rename(temporary_.c_str(), path_.c_str()) == 0, path_, ": cannot be replaced: ", std::strerror(errno));
    ::close(std::exchange(file_, -1));
  }

 private:
  std::string path_;
  std::string temporary_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace vpr
