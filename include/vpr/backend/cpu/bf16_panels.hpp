// SPDX-License-Identifier: MIT
/// @file
/// The columns of a product packed as words of two bfloat16.
#pragma once

#include <vpr/backend/cpu/matrix_view.hpp>
#include <vpr/core/half.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace vpr::detail {
inline namespace VPR_TARGET {

typedef std::uint32_t FourBits __attribute__((vector_size(16)));

/// Words of two floats rounded to bfloat16 (nearest, ties to even), `low` in the lower halves.
inline FourBits bf16_words(FourBits low, FourBits high) {
  const auto rounded = [](FourBits bits) {
    return (bits & 0x7fffffffU) > 0x7f800000U ? bits | 0x400000U : bits + 0x7fffU + (bits >> 16 & 1U);
  };
  return rounded(low) >> 16 | (rounded(high) & 0xffff0000U);
}
inline std::uint32_t bf16_word(float low, float high) { return bf16(low).bits | std::uint32_t{bf16(high).bits} << 16; }

/// The words of `count` floats, each of two neighbours; after an odd one comes a zero.
inline void pair_neighbours(const float* from, std::int64_t count, std::uint32_t* to) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8, to += 4) {
    FourBits a, b;
    std::memcpy(&a, from + i, sizeof a);
    std::memcpy(&b, from + i + 4, sizeof b);
    const FourBits words = bf16_words(__builtin_shufflevector(a, b, 0, 2, 4, 6), __builtin_shufflevector(a, b, 1, 3, 5, 7));
    std::memcpy(to, &words, sizeof words);
  }
  for (; i < count; i += 2) *to++ = bf16_word(from[i], i + 1 < count ? from[i + 1] : 0.0F);
}

/// The words of two rows of `count` floats, each of a float of `low` and the one of `high` beside it.
inline void pair_rows(const float* low, const float* high, std::int64_t count, std::uint32_t* to) {
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    FourBits a, b;
    std::memcpy(&a, low + i, sizeof a);
    std::memcpy(&b, high + i, sizeof b);
    const FourBits words = bf16_words(a, b);
    std::memcpy(to + i, &words, sizeof words);
  }
  for (; i < count; ++i) to[i] = bf16_word(low[i], high[i]);
}

/// As `pack_panels`, in words of two rows, the second one of the last word zero where `depth` is odd.
inline void pack_bf16_panels(MatrixView<float> x, std::int64_t depth, std::int64_t columns, std::uint32_t* to) {
  const std::int64_t units = ceiling(depth, 2), panel = units * panel_columns, rest = columns % panel_columns;
  if (rest > 0) std::fill_n(to + columns / panel_columns * panel, panel, 0U);
  const auto each_panel = [&](const auto& pack) {
    for (std::int64_t c = 0; c < columns; c += panel_columns) pack(c, std::min(panel_columns, columns - c), to + c * units);
  };
  if (x.row_step != 1) {
    static constexpr float zeros[panel_columns] = {};
    for (std::int64_t k = 0; k < depth; k += 2) {
      each_panel([&](std::int64_t first, std::int64_t width, std::uint32_t* words) {
        pair_rows(x.from(k, first).data, k + 1 < depth ? x.from(k + 1, first).data : zeros, width, words + k / 2 * panel_columns);
      });
    }
    return;
  }
  each_panel([&](std::int64_t first, std::int64_t width, std::uint32_t* words) {
    constexpr std::int64_t most = 64;
    std::uint32_t block[panel_columns * most];  // column by column
    for (std::int64_t begin = 0; begin < units; begin += most) {
      const std::int64_t count = std::min(most, units - begin);
      for (std::int64_t c = 0; c < width; ++c)
        pair_neighbours(x.from(2 * begin, first + c).data, std::min(depth - 2 * begin, 2 * count), block + c * most);
      copy_transposed(block, most, width, count, words + begin * panel_columns, panel_columns);
    }
  });
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
