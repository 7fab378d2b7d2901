// SPDX-License-Identifier: MIT
/// @file
/// Byte by byte changes of 8-bit photos: posterise, solarise, stretch and equalise, as PIL's `ImageOps` do, bit for bit.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/image/colour.hpp>
#include <vpr/image/image.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace vpr {

/// Keeps the upper `bits` of each byte, 0 to 8. @throws ConfigError for another number
inline Image posterize(Image photo, int bits) {
  VPR_REQUIRE(ConfigError, bits >= 0 && bits <= 8, "posterize: got ", bits, " bits, expected 0 to 8");
  detail::ByteTable table;
  for (int i = 0; i < 256; ++i) table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i & (0xFF00 >> bits));
  return detail::through(std::move(photo), table);
}

/// Inverts the bytes from `threshold` on.
inline Image solarize(Image photo, double threshold) {
  detail::ByteTable table;
  for (int i = 0; i < 256; ++i) table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i < threshold ? i : 255 - i);
  return detail::through(std::move(photo), table);
}

namespace detail {

using Histogram = std::array<std::int64_t, 256>;

/// Each channel through the table that `table_of` makes of its histogram.
template <class TableOf>
Image through_histograms(Image photo, const TableOf& table_of) {
  const auto pixels = photo.pixels();
  for (std::size_t c = 0; c < 3; ++c) {
    Histogram histogram{};
    for (std::size_t i = c; i < pixels.size(); i += 3) ++histogram[pixels[i]];
    const ByteTable table = table_of(histogram);
    for (std::size_t i = c; i < pixels.size(); i += 3) pixels[i] = table[pixels[i]];
  }
  return photo;
}

inline ByteTable identity_table() {
  ByteTable table;
  for (std::size_t i = 0; i < 256; ++i) table[i] = static_cast<std::uint8_t>(i);
  return table;
}

}  // namespace detail

/// Stretches each channel so that its darkest byte becomes 0 and its lightest 255; a channel of one value stays.
inline Image auto_contrast(Image photo) {
  return detail::through_histograms(std::move(photo), [](const detail::Histogram& histogram) {
    detail::ByteTable table = detail::identity_table();
    int low = 0, high = 255;
    while (low < 256 && histogram[static_cast<std::size_t>(low)] == 0) ++low;
    while (high >= 0 && histogram[static_cast<std::size_t>(high)] == 0) --high;
    if (high <= low) return table;
    const double scale = 255.0 / (high - low), offset = -low * scale;
    for (int i = 0; i < 256; ++i) {
      volatile double product = i * scale;  // fused with the sum it would not be rounded
      table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(product + offset), 0, 255));
    }
    return table;
  });
}

/// Spreads each channel's bytes so that all are about as frequent; a channel of one value stays.
inline Image equalize(Image photo) {
  return detail::through_histograms(std::move(photo), [](const detail::Histogram& histogram) {
    detail::ByteTable table = detail::identity_table();
    std::int64_t total = 0, last = 0, values = 0;
    for (const std::int64_t count : histogram) {
      if (count == 0) continue;
      total += count;
      last = count;
      ++values;
    }
    const std::int64_t step = (total - last) / 255;
    if (values <= 1 || step == 0) return table;
    std::int64_t below = step / 2;
    for (std::size_t i = 0; i < 256; ++i) {
      table[i] = static_cast<std::uint8_t>(std::min<std::int64_t>(below / step, 255));
      below += histogram[i];
    }
    return table;
  });
}

}  // namespace vpr
