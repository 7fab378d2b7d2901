// SPDX-License-Identifier: MIT
/// @file
/// Local features in fewer bytes.
#pragma once

#include <vpr/core/half.hpp>
#include <vpr/local/features.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <vector>

namespace vpr {

/// What the numbers of stored local features are held as.
enum class LocalPrecision : std::uint32_t {
  float32 = 0,  ///< as they are: 4 bytes a number
  float16 = 1,  ///< 2 bytes, the 11 leading bits of each
  int8 = 2,     ///< 1 byte, and 4 a row: each row over its largest magnitude, in 127 steps either way
};

/// Bytes of `size` local features of `channels` numbers, and of the keypoints that they have.
constexpr std::uint64_t byte_size(LocalPrecision precision, std::uint64_t size, std::uint64_t channels, std::uint64_t keypoints = 0) {
  const std::uint64_t places = keypoints * sizeof(Keypoint);
  switch (precision) {
    case LocalPrecision::float16: return size * channels * 2 + places;
    case LocalPrecision::int8: return size * (channels + sizeof(float)) + places;
    default: return size * channels * sizeof(float) + places;
  }
}

namespace detail {

/// f16 to float for finite numbers: one multiplication shifts the exponent, subnormals included, and no branch stops the
/// compiler from doing many at once.
inline float finite_f16(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits} << 16 & 0x80000000U, rest = std::uint32_t{bits} << 13 & 0x0fffe000U;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(std::bit_cast<float>(rest) * 0x1p112F) | sign);
}

/// Keypoints as rows of x, y and score.
inline Rows keypoint_rows(const std::vector<Keypoint>& keypoints) {
  static_assert(sizeof(Keypoint) == 3 * sizeof(float));
  return {keypoints.empty() ? nullptr : &keypoints[0].x, std::ssize(keypoints), 3};
}

}  // namespace detail

/// The numbers in that precision: f16 in order; int8 row by row, each a float, the step, then the row in steps. Keypoints follow, as three
/// floats each.
/// @throws ShapeError as `LocalFeatures`; FormatError for NaN, infinity, or with f16 a magnitude above 65504.
inline std::vector<std::byte> encode(const LocalFeatures& features, LocalPrecision precision) {
  const Rows rows = features;
  require_finite(rows, rows.dim(), "local features: feature");
  const Rows places = detail::keypoint_rows(features.keypoints);
  require_finite(places, places.dim(), "local features: keypoint");
  std::vector<std::byte> bytes(
      byte_size(precision, static_cast<std::uint64_t>(rows.size()), static_cast<std::uint64_t>(rows.dim()), features.keypoints.size()));
  std::byte* out = bytes.data();
  const auto put = [&out](const auto& value) {
    std::memcpy(out, &value, sizeof value);
    out += sizeof value;
  };
  for (std::int64_t r = 0; r < rows.size(); ++r) {
    const std::span row(rows[r], static_cast<std::size_t>(rows.dim()));
    if (precision == LocalPrecision::float32) {
      for (const float value : row) put(value);
      continue;
    }
    float largest = 0;
    for (const float value : row) largest = std::max(largest, std::abs(value));
    if (precision == LocalPrecision::float16) {
      VPR_REQUIRE(FormatError, largest < 65520, "local features: feature ", r, " holds ", largest,
                  ", beyond what f16 can: keep them as f32 or int8");
      for (const float value : row) put(f16(value));
    } else {
      const float step = largest / 127;
      put(step);
      for (const float value : row) put(static_cast<std::int8_t>(step > 0 ? std::nearbyint(std::clamp(value / step, -127.0F, 127.0F)) : 0));
    }
  }
  for (const Keypoint& keypoint : features.keypoints) put(keypoint);
  return bytes;
}

/// What `encode` made, as floats again.
/// @param keypoints  how many there are; 0: the features lie on the grid
/// @throws ShapeError  unless there are as many bytes as the grid, or the keypoints, and the channels need.
inline LocalFeatures decode(std::span<const std::byte> bytes, LocalPrecision precision, Grid grid, std::int64_t channels,
                            std::int64_t keypoints = 0) {
  const auto size = static_cast<std::size_t>(keypoints > 0 ? keypoints : grid.patches()), dim = static_cast<std::size_t>(channels);
  const std::uint64_t expected = byte_size(precision, size, dim, static_cast<std::uint64_t>(keypoints));
  VPR_REQUIRE(ShapeError, bytes.size() == expected, "local features: got ", bytes.size(), " bytes, expected ", expected);
  LocalFeatures features{grid, channels, std::vector<float>(size * dim), std::vector<Keypoint>(static_cast<std::size_t>(keypoints))};
  if (keypoints > 0) {
    const std::span<const std::byte> places = bytes.last(features.keypoints.size() * sizeof(Keypoint));
    std::memcpy(features.keypoints.data(), places.data(), places.size());
    bytes = bytes.first(bytes.size() - places.size());
  }
  float* out = features.values.data();
  const std::byte* in = bytes.data();
  if (precision == LocalPrecision::float32) {
    if (!bytes.empty()) std::memcpy(out, in, bytes.size());
  } else if (precision == LocalPrecision::float16) {
    for (std::size_t i = 0; i < size * dim; ++i) {
      std::uint16_t bits;
      std::memcpy(&bits, in + i * sizeof bits, sizeof bits);
      out[i] = detail::finite_f16(bits);
    }
  } else {
    for (std::size_t r = 0; r < size; ++r, in += dim, out += dim) {
      float step;
      std::memcpy(&step, in, sizeof step);
      in += sizeof step;
      for (std::size_t k = 0; k < dim; ++k) out[k] = step * static_cast<float>(static_cast<std::int8_t>(in[k]));
    }
  }
  return features;
}

}  // namespace vpr
