// SPDX-License-Identifier: MIT
/// @file
/// Photos as 8-bit RGB and as float planes, and how a user's own frames enter.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/memory.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <ostream>
#include <span>
#include <stdexcept>
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

namespace detail {

/// Sides and pixels of an image: so few that their products with a few bytes cannot overflow.
inline constexpr std::int64_t largest_side = 2147483647;
inline constexpr std::int64_t most_pixels = std::int64_t{1} << 40;

/// Refuses a size whose pixels cannot be counted. A side of 0 is none of these: an image may be empty.
inline void require_extent(ImageSize size, const char* what) {
  VPR_REQUIRE(ShapeError, size.height >= 0 && size.width >= 0, what, ": got the size ", size, ", sides can't be negative");
  VPR_REQUIRE(ShapeError, size.height <= largest_side && size.width <= largest_side, what, ": got the size ", size,
              ", sides can't be beyond ", largest_side);
  VPR_REQUIRE(ShapeError, size.width == 0 || size.height <= most_pixels / size.width, what, ": got the size ", size,
              ", beyond the limit of ", most_pixels, " pixels");
}

/// Refuses what no resize or crop can work on.
inline void require_pixels(ImageSize size, const char* what) {
  VPR_REQUIRE(ShapeError, size.height > 0 && size.width > 0, what, ": got a size of ", size, ", both sides must be at least 1");
  require_extent(size, what);
}

/// `per_pixel` zeros for each pixel of an image of that size.
template <class Vector>
Vector zeros_for(ImageSize size, std::int64_t per_pixel, const char* what) {
  require_extent(size, what);
  try {
    return Vector(static_cast<std::size_t>(size.height * size.width * per_pixel));
  } catch (const std::bad_alloc&) {
    constexpr auto bytes = static_cast<std::int64_t>(sizeof(typename Vector::value_type));
    fail<Error>(what, ": there is no memory for ", size, " pixels of ", per_pixel * bytes, " bytes");
  }
}

}  // namespace detail

/// The order of a pixel's bytes. OpenCV's colour frames are `bgr`. An alpha is dropped, as Pillow's `convert('RGB')` does; grey stands for all
/// three.
enum class PixelOrder { rgb, bgr, rgba, bgra, grey };

inline std::int64_t bytes_per_pixel(PixelOrder order) {
  return order == PixelOrder::grey ? 1 : order == PixelOrder::rgba || order == PixelOrder::bgra ? 4 : 3;
}

namespace traits {

/// Lets a frame type of yours enter every function that takes a photo, without a copy where it is RGB. Specialise it with
/// `height(frame)`, `width(frame)`, `row(frame, y)`, which points to a row's first byte, and `order(frame)`, a `PixelOrder`.
/// All rows must be equally far apart. `vpr/image/opencv.hpp` has it for `cv::Mat`.
template <class Frame>
struct image;

}  // namespace traits

/// A type with `traits::image`.
template <class T>
concept ImageFrame = requires(const T& frame, int y) {
  { traits::image<T>::height(frame) } -> std::convertible_to<std::int64_t>;
  { traits::image<T>::width(frame) } -> std::convertible_to<std::int64_t>;
  { traits::image<T>::row(frame, y) } -> std::convertible_to<const std::uint8_t*>;
  { traits::image<T>::order(frame) } -> std::same_as<PixelOrder>;
};

/// Someone else's pixels, 8 bits a channel, interleaved, rows from top to bottom. Nothing is copied: the pixels must outlive it.
struct ImageView {
  const std::uint8_t* data = nullptr;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t row_bytes = 0;  ///< from one row's start to the next; negative where the frame is stored from the bottom up
  PixelOrder order = PixelOrder::rgb;

  ImageView() = default;
  /// @param rows_apart  bytes; any number, such as `cv::Mat::step`
  /// @throws ShapeError  for no data, a negative size, one beyond `detail::most_pixels`, or rows that overlap
  template <std::convertible_to<std::int64_t> Height, std::convertible_to<std::int64_t> Width, std::convertible_to<std::int64_t> Step>
  ImageView(const std::uint8_t* pixels, const Height& rows, const Width& columns, const Step& rows_apart,
            PixelOrder pixel_order = PixelOrder::rgb)
      : data(pixels),
        height(static_cast<std::int64_t>(rows)),
        width(static_cast<std::int64_t>(columns)),
        row_bytes(static_cast<std::int64_t>(rows_apart)),
        order(pixel_order) {
    detail::require_extent(size(), "image view");
    if (height == 0 || width == 0) return;
    const std::int64_t needed = width * bytes_per_pixel(order), most_apart = INT64_MAX / height;
    VPR_REQUIRE(ShapeError, data != nullptr, "image view: got no data for ", size(), " pixels");
    VPR_REQUIRE(ShapeError,
                height == 1 || ((row_bytes >= needed || row_bytes <= -needed) && row_bytes <= most_apart && row_bytes >= -most_apart),
                "image view: got rows ", row_bytes, " bytes apart, expected at least ", needed, " for ", width, " pixels");
  }
  /// A frame of a type of yours, see `traits::image`. A temporary's pixels would be gone.
  template <ImageFrame Frame>
  ImageView(const Frame& frame) {
    using Of = traits::image<Frame>;
    const auto rows = static_cast<std::int64_t>(Of::height(frame)), columns = static_cast<std::int64_t>(Of::width(frame));
    const PixelOrder pixel_order = Of::order(frame);
    detail::require_extent({rows, columns}, "image view");
    if (rows == 0 || columns == 0) return;
    const std::uint8_t* first = Of::row(frame, 0);
    *this = ImageView(first, rows, columns, rows > 1 ? Of::row(frame, 1) - first : columns * bytes_per_pixel(pixel_order), pixel_order);
  }
  template <ImageFrame Frame>
  ImageView(const Frame&&) = delete;

  ImageSize size() const { return {height, width}; }
  const std::uint8_t* row(std::int64_t y) const { return data + y * row_bytes; }
};

/// A photo that owns its pixels: height × width × 3, 8 bits each, red first, without gaps.
class Image {
 public:
  Image() = default;
  /// A black image. @throws ShapeError for a negative side or too many pixels, Error where there is no memory for them.
  explicit Image(ImageSize size) : size_(size), pixels_(detail::zeros_for<std::vector<std::uint8_t>>(size, 3, "image")) {}
  /// Takes over `pixels`. @throws ShapeError unless there are height × width × 3 of them.
  Image(ImageSize size, std::vector<std::uint8_t> pixels) : size_(size), pixels_(std::move(pixels)) {
    detail::require_extent(size, "image");
    VPR_REQUIRE(ShapeError, pixels_.size() == static_cast<std::size_t>(size.height * size.width * 3), "image: got ", pixels_.size(),
                " bytes for ", size, " pixels, want height x width x 3");
  }

  ImageSize size() const { return size_; }
  std::int64_t height() const { return size_.height; }
  std::int64_t width() const { return size_.width; }
  std::span<const std::uint8_t> pixels() const& { return pixels_; }
  std::span<std::uint8_t> pixels() & { return pixels_; }
  void pixels() const&& = delete;  // these would outlive their photo, as would a temporary's views below
  std::uint8_t* row(std::int64_t y) & { return pixels_.data() + y * width() * 3; }
  const std::uint8_t* row(std::int64_t y) const& { return pixels_.data() + y * width() * 3; }
  void row(std::int64_t) const&& = delete;

  ImageView view() const& { return {pixels_.data(), height(), width(), width() * 3}; }
  void view() const&& = delete;
  operator ImageView() const& { return view(); }
  operator ImageView() const&& = delete;

 private:
  ImageSize size_;
  std::vector<std::uint8_t> pixels_;
};

/// A photo's pixels as RGB, whatever their order: equal to what `ImageView`s of RGB show.
inline Image to_rgb(const ImageView& photo) {
  Image out(photo.size());
  const std::int64_t step = bytes_per_pixel(photo.order);
  const bool blue_first = photo.order == PixelOrder::bgr || photo.order == PixelOrder::bgra;
  const std::int64_t red = blue_first ? 2 : 0, green = photo.order == PixelOrder::grey ? 0 : 1;
  const std::int64_t blue = photo.order == PixelOrder::grey ? 0 : 2 - red;
  for (std::int64_t y = 0; y < photo.height; ++y) {
    const std::uint8_t* source = photo.row(y);
    std::uint8_t* target = out.row(y);
    for (std::int64_t x = 0; x < photo.width; ++x, source += step, target += 3) {
      target[0] = source[red];
      target[1] = source[green];
      target[2] = source[blue];
    }
  }
  return out;
}

/// How functions take a photo: an `Image`, an `ImageView` or a frame with `traits::image`, a temporary too, since it lives as long as the
/// call. RGB is seen where it lies; any other order is converted, once.
class RgbPhoto : public ImageView {
 public:
  template <class Photo>
  requires(std::convertible_to<const Photo&, ImageView> && !std::same_as<Photo, RgbPhoto>) RgbPhoto(const Photo& photo) {
    const ImageView& given = photo;
    if (given.order != PixelOrder::rgb) converted_ = to_rgb(given);
    static_cast<ImageView&>(*this) = given.order == PixelOrder::rgb ? given : converted_.view();
  }
  RgbPhoto(const RgbPhoto&) = delete;
  RgbPhoto& operator=(const RgbPhoto&) = delete;

 private:
  Image converted_;
};

/// What a network reads: 3 × height × width floats, the red plane first, each row-major.
struct Planes {
  ImageSize size;
  ScratchVector<float> values;

  Planes() = default;
  /// Zeros. @throws as `Image` does
  explicit Planes(ImageSize extent) : size(extent), values(detail::zeros_for<ScratchVector<float>>(extent, 3, "planes")) {}

  float* plane(std::int64_t channel) & { return values.data() + channel * size.height * size.width; }
  const float* plane(std::int64_t channel) const& { return values.data() + channel * size.height * size.width; }
  void plane(std::int64_t) const&& = delete;
};

}  // namespace vpr
