// SPDX-License-Identifier: MIT
/// @file
/// Photos as 8-bit RGB and as float planes, and how a user's own frames enter.
#pragma once

#include <vpr/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// Height and width in pixels.
struct ImageSize {
  std::int64_t height = 0;
  std::int64_t width = 0;

  friend bool operator==(const ImageSize&, const ImageSize&) = default;
  /// Prints as `480x640`, height first.
  friend std::ostream& operator<<(std::ostream& out, const ImageSize& size) { return out << size.height << 'x' << size.width; }
};

/// Someone else's pixels: 8-bit RGB, interleaved, rows from top to bottom, `row_bytes` from one row's start to the next.
/// A frame type of yours enters every function here by `ImageView{data, height, width, row_bytes}` or by converting to that.
struct ImageView {
  const std::uint8_t* data = nullptr;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t row_bytes = 0;

  ImageSize size() const { return {height, width}; }
  const std::uint8_t* row(std::int64_t y) const { return data + y * row_bytes; }
};

/// A photo that owns its pixels: height × width × 3, 8 bits each, red first, without gaps.
class Image {
 public:
  Image() = default;
  /// A black image. @throws ShapeError for a negative side.
  explicit Image(ImageSize size) : size_(size) {
    VPR_REQUIRE(ShapeError, size.height >= 0 && size.width >= 0, "image: got the size ", size, ", sides can't be negative");
    pixels_.resize(static_cast<std::size_t>(size.height * size.width * 3));
  }
  /// Takes over `pixels`. @throws ShapeError unless there are height × width × 3 of them.
  Image(ImageSize size, std::vector<std::uint8_t> pixels) : size_(size), pixels_(std::move(pixels)) {
    VPR_REQUIRE(ShapeError, size.height >= 0 && size.width >= 0 && pixels_.size() == static_cast<std::size_t>(size.height * size.width * 3),
                "image: got ", pixels_.size(), " bytes for ", size, " pixels, want height x width x 3");
  }

  ImageSize size() const { return size_; }
  std::int64_t height() const { return size_.height; }
  std::int64_t width() const { return size_.width; }
  std::span<const std::uint8_t> pixels() const& { return pixels_; }
  std::span<std::uint8_t> pixels() & { return pixels_; }
  void pixels() && = delete;  // they would outlive their photo
  std::uint8_t* row(std::int64_t y) { return pixels_.data() + y * width() * 3; }
  const std::uint8_t* row(std::int64_t y) const { return pixels_.data() + y * width() * 3; }

  ImageView view() const { return {pixels_.data(), height(), width(), width() * 3}; }
  operator ImageView() const { return view(); }

 private:
  ImageSize size_;
  std::vector<std::uint8_t> pixels_;
};

/// What a network reads: 3 × height × width floats, the red plane first, each row-major.
struct Planes {
  ImageSize size;
  std::vector<float> values;

  Planes() = default;
  explicit Planes(ImageSize extent) : size(extent), values(static_cast<std::size_t>(3 * extent.height * extent.width)) {}

  float* plane(std::int64_t channel) { return values.data() + channel * size.height * size.width; }
  const float* plane(std::int64_t channel) const { return values.data() + channel * size.height * size.width; }
};

namespace detail {

/// Refuses what no resize or crop can work on.
inline void require_pixels(ImageSize size, const char* what) {
  VPR_REQUIRE(ShapeError, size.height > 0 && size.width > 0, what, ": got a size of ", size, ", both sides must be at least 1");
}

}  // namespace detail
}  // namespace vpr
