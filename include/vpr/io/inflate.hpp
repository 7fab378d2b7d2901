// SPDX-License-Identifier: MIT
/// @file
/// Deflated bytes, inflated as they are asked for.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/io/inflate.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <zlib.h>

namespace vpr {

/// CRC-32 as ZIP has it, of bytes that follow those of which `crc` is.
inline std::uint32_t crc32_of(std::span<const std::byte> bytes, std::uint32_t crc = 0) {
  if (bytes.empty()) return crc;  // zlib starts anew at a null pointer
  return static_cast<std::uint32_t>(::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// Inflates raw deflate data (RFC 1951) front to back. Takes some 40 KiB, however large the content is.
class Inflater {
 public:
  explicit Inflater(std::span<const std::byte> compressed) : compressed_(compressed) {
    VPR_REQUIRE(Error, ::inflateInit2(&stream_, -MAX_WBITS) == Z_OK, "zlib has no memory");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { ::inflateEnd(&stream_); }

  /// Fills `out` with the bytes that come next.
  /// @throws FormatError if there are fewer, or the data is damaged.
  void read(std::span<std::byte> out) {
    while (!out.empty()) {
      const std::size_t count = some(out);
      VPR_REQUIRE(FormatError, count > 0, "the compressed data ends early");
      out = out.subspan(count);
    }
  }

  void skip(std::uint64_t count) {
    std::array<std::byte, 4096> buffer;
    while (count > 0) {
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(count, buffer.size()));
      read(std::span(buffer).first(part));
      count -= part;
    }
  }

  /// Writes what comes next, at least one byte, to the front of `out` and says how much that was: 0 at the end.
  std::size_t some(std::span<std::byte> out) {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    const std::size_t wanted = std::min(out.size(), most);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(wanted);
    while (stream_.avail_out == wanted && !ended_) {
      if (stream_.avail_in == 0) {
        const std::size_t part = std::min(compressed_.size(), most);
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed_.data()));
        stream_.avail_in = static_cast<uInt>(part);
        compressed_ = compressed_.subspan(part);
      }
      const int status = ::inflate(&stream_, Z_NO_FLUSH);  // without input too: zlib may hold back output that did not fit before
      ended_ = status == Z_STREAM_END;
      VPR_REQUIRE(FormatError, status != Z_BUF_ERROR || stream_.avail_in > 0 || !compressed_.empty(), "the compressed data ends early");
      VPR_REQUIRE(FormatError, status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR,
                  "the compressed data is damaged: ", stream_.msg == nullptr ? "zlib gives no reason" : stream_.msg);
    }
    return wanted - stream_.avail_out;
  }

 private:
  std::span<const std::byte> compressed_;
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace vpr
