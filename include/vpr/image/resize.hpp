// SPDX-License-Identifier: MIT
/// @file
/// Resizing that equals PIL's on 8-bit photos and torchvision's on tensors. Both are separable: one pass along each side.
#pragma once

#include <vpr/core/parallel.hpp>
#include <vpr/image/image.hpp>
#include <vpr/image/taps.hpp>
#include <vpr/image/weighted_sums.hpp>

#include <array>

namespace vpr {
namespace detail {

/// A stray aspect, one row of a million pixels, must not ask for the machine's memory.
inline constexpr std::int64_t largest_resize = std::int64_t{1} << 26;

inline void require_resizable(ImageSize from, ImageSize to) {
  require_pixels(from, "resize");
  require_pixels(to, "resize");
  VPR_REQUIRE(ShapeError, to.height <= largest_resize / to.width, "resize: from ", from, " to ", to, " is beyond ", largest_resize,
              " pixels");
}

/// A weighted sum of rows and then of columns of `Channels` interleaved channels, out[c] = scale[c] * sum + bias[c], each to its plane.
/// `row(y)` gives a row's first value. Each output row is computed alone, in a fixed order: threads do not change it.
template <int Channels, class Row>
void resample(std::int64_t width, const Taps<float>& rows, const Taps<float>& columns, const Row& row,
              const std::array<float, Channels>& scale, const std::array<float, Channels>& bias, const std::array<float*, Channels>& out) {
  parallel_for(rows.outputs(), [&](std::int64_t y) {
    const std::int64_t length = width * Channels;
    ScratchVector<float> line(static_cast<std::size_t>(length) + 3);  // four values are read of the last pixel
    const auto [top, height] = rows.window(y);
    sum_rows(
        length, height, rows.weights(y), [&, first = top](std::int64_t j) { return row(first + j); }, line.data());
    for (std::int64_t x = 0; x < columns.outputs(); ++x) {
      const auto [left, count] = columns.window(x);
      const FourFloats sums = sum_pixels<Channels>(line.data() + left * Channels, count, columns.weights(x));
      for (int c = 0; c < Channels; ++c)
        out[static_cast<std::size_t>(c)][y * columns.outputs() + x] =
            scale[static_cast<std::size_t>(c)] * sums[c] + bias[static_cast<std::size_t>(c)];
    }
  });
}

/// `photo` resampled by the given windows, then out[c] = scale[c] * value + bias[c]: all the way to a network's input in one pass.
inline Planes resample(const RgbPhoto& photo, const Taps<float>& rows, const Taps<float>& columns, const std::array<float, 3>& scale,
                       const std::array<float, 3>& bias) {
  Planes out(ImageSize{rows.outputs(), columns.outputs()});
  resample<3>(photo.width, rows, columns, [&](std::int64_t y) { return photo.row(y); }, scale, bias,
              {out.plane(0), out.plane(1), out.plane(2)});
  return out;
}

/// The same with torch's windows for an output of `size`.
inline Planes resample(const RgbPhoto& photo, ImageSize size, Interpolation interpolation, bool antialias,
                       const std::array<float, 3>& scale, const std::array<float, 3>& bias) {
  require_resizable(photo.size(), size);
  return resample(photo, torch_taps(photo.height, size.height, interpolation, antialias),
                  torch_taps(photo.width, size.width, interpolation, antialias), scale, bias);
}

/// An image between two steps.
class ScratchImage {
 public:
  explicit ScratchImage(ImageSize size) : size_(size), pixels_(zeros_for<ScratchVector<std::uint8_t>>(size, 3, "image")) {}
  std::uint8_t* row(std::int64_t y) { return pixels_.data() + y * size_.width * 3; }
  operator ImageView() const& { return {pixels_.data(), size_.height, size_.width, size_.width * 3}; }

 private:
  ImageSize size_;
  ScratchVector<std::uint8_t> pixels_;
};

template <class Out>
Out pil_columns(const RgbPhoto& photo, std::int64_t width, Interpolation interpolation) {
  const Taps<std::int32_t> taps = pil_taps(photo.width, width, interpolation);
  const PilWeights weights(taps);
  Out out(ImageSize{photo.height, width});
  parallel_for(photo.height, [&](std::int64_t y) {
    std::uint8_t* target = out.row(y);
    for (std::int64_t x = 0; x < width; ++x, target += 3) {
      const auto [left, count] = taps.window(x);
      const std::uint8_t* const source = photo.row(y) + left * 3;
      if (left + count < photo.width) {  // behind the last pixel there may be no fourth byte
        const FourInts sums = pil_sums(source, 3, count, weights.of(x));
        for (int c = 0; c < 3; ++c) target[c] = pil_byte(sums[c]);
      } else {
        for (int c = 0; c < 3; ++c) target[c] = pil_byte(pil_sum(source + c, 3, count, taps.weights(x)));
      }
    }
  });
  return out;
}

template <class Out>
Out pil_rows(const RgbPhoto& photo, std::int64_t height, Interpolation interpolation) {
  const Taps<std::int32_t> taps = pil_taps(photo.height, height, interpolation);
  const PilWeights weights(taps);
  Out out(ImageSize{height, photo.width});
  const std::int64_t length = photo.width * 3;
  parallel_for(height, [&](std::int64_t y) {
    const auto [top, count] = taps.window(y);
    const std::uint8_t* const source = photo.row(top);
    std::uint8_t* const target = out.row(y);
    std::int64_t i = 0;
    for (; i + 4 <= length; i += 4) {
      const FourInts sums = pil_sums(source + i, photo.row_bytes, count, weights.of(y));
      for (int c = 0; c < 4; ++c) target[i + c] = pil_byte(sums[c]);
    }
    for (; i < length; ++i) target[i] = pil_byte(pil_sum(source + i, photo.row_bytes, count, taps.weights(y)));
  });
  return out;
}

/// `vpr::resize_as_pil` to an `Image` or a `ScratchImage`.
template <class Out>
Out resize_as_pil(const RgbPhoto& photo, ImageSize size, Interpolation interpolation) {
  require_resizable(photo.size(), size);
  const std::int64_t lost_rows = photo.height - size.height, lost_columns = photo.width - size.width;
  const bool rows_first = lost_rows > std::max<std::int64_t>(2 * lost_columns, 0);
  if (rows_first && lost_columns != 0)
    return pil_columns<Out>(pil_rows<ScratchImage>(photo, size.height, interpolation), size.width, interpolation);
  if (rows_first || lost_columns == 0) return pil_rows<Out>(photo, size.height, interpolation);
  if (lost_rows == 0) return pil_columns<Out>(photo, size.width, interpolation);
  return pil_rows<Out>(pil_columns<ScratchImage>(photo, size.width, interpolation), size.height, interpolation);
}

}  // namespace detail

/// Resizes as `PIL.Image.resize` does, bit for bit: antialiased, one side after the other with 8 bits between.
/// Bilinear or bicubic.
/// @note The order of the sides is Pillow 13's. Earlier ones always began with the width, which moves a level here and there
///       where the height shrinks by more than twice what the width does.
/// @throws ShapeError for a side of 0, ConfigError for nearest. Golden: image_resize_*, `pil_*`.
inline Image resize_as_pil(const RgbPhoto& photo, ImageSize size, Interpolation interpolation = Interpolation::bilinear) {
  return detail::resize_as_pil<Image>(photo, size, interpolation);
}

/// Resizes as `torchvision.transforms.functional.resize` does a float tensor, to float rounding. torchvision's default for
/// `antialias` was false before 0.17 and is true since. Bicubic may leave the input's range.
/// @throws ShapeError for a side of 0. Golden: image_resize_*, `tensor_*`.
inline Planes resize_as_torchvision(const Planes& planes, ImageSize size, Interpolation interpolation = Interpolation::bilinear,
                                    bool antialias = true) {
  detail::require_resizable(planes.size, size);
  const auto rows = detail::torch_taps(planes.size.height, size.height, interpolation, antialias);
  const auto columns = detail::torch_taps(planes.size.width, size.width, interpolation, antialias);
  Planes out(size);
  for (int c = 0; c < 3; ++c) {
    detail::resample<1>(planes.size.width, rows, columns, [&](std::int64_t y) { return planes.plane(c) + y * planes.size.width; }, {1}, {0},
                        {out.plane(c)});
  }
  return out;
}

/// Resizes as `torchvision.transforms.Resize` does an 8-bit tensor: in float, rounded half to even and cut at 0 and 255.
/// It differs from PIL's by one level here and there. @throws ShapeError for a side of 0.
inline Image resize_as_torchvision(const RgbPhoto& photo, ImageSize size, Interpolation interpolation = Interpolation::bilinear,
                                   bool antialias = true) {
  const Planes planes = detail::resample(photo, size, interpolation, antialias, {1, 1, 1}, {0, 0, 0});
  Image out(size);
  const std::int64_t count = size.height * size.width;
  for (std::int64_t i = 0; i < count; ++i) {
    for (int c = 0; c < 3; ++c) {
      out.pixels()[static_cast<std::size_t>(3 * i + c)] =
          static_cast<std::uint8_t>(std::clamp(std::nearbyint(planes.plane(c)[i]), 0.0F, 255.0F));
    }
  }
  return out;
}

}  // namespace vpr
