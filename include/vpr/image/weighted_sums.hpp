// SPDX-License-Identifier: MIT
/// @file
/// Weighted sums of pixels, of four neighbouring values at once: compilers vectorise no loop of unknown length by -O2.
#pragma once

#include <vpr/core/memory.hpp>
#include <vpr/image/taps.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace vpr::detail {

typedef std::uint8_t SixteenBytes __attribute__((vector_size(16)));
typedef std::int32_t FourInts __attribute__((vector_size(16)));
typedef float FourFloats __attribute__((vector_size(16)));

/// Each byte in the lower half of 16 bits, of the first eight and of the last eight.
inline SixteenBytes lower_widened(SixteenBytes bytes) {
  return __builtin_shufflevector(bytes, SixteenBytes{}, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
inline SixteenBytes upper_widened(SixteenBytes bytes) {
  return __builtin_shufflevector(bytes, SixteenBytes{}, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
/// Each 16 bits in the lower half of a word, likewise.
inline FourInts lower_words(SixteenBytes halves) {
  return reinterpret_cast<FourInts>(
      __builtin_shufflevector(halves, SixteenBytes{}, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23));
}
inline FourInts upper_words(SixteenBytes halves) {
  return reinterpret_cast<FourInts>(
      __builtin_shufflevector(halves, SixteenBytes{}, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31));
}

inline void load_floats(const std::uint8_t* from, FourFloats (&to)[4]) {
  SixteenBytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  const SixteenBytes lower = lower_widened(bytes), upper = upper_widened(bytes);
  to[0] = __builtin_convertvector(lower_words(lower), FourFloats);
  to[1] = __builtin_convertvector(upper_words(lower), FourFloats);
  to[2] = __builtin_convertvector(lower_words(upper), FourFloats);
  to[3] = __builtin_convertvector(upper_words(upper), FourFloats);
}
inline void load_floats(const float* from, FourFloats (&to)[4]) { std::memcpy(to, from, sizeof to); }

/// out[i] = the sum over j < count of weights[j] · row(j)[i], in the order of j, for i < length.
template <class Row>
void sum_rows(std::int64_t length, std::int64_t count, const float* weights, const Row& row, float* out) {
  std::int64_t i = 0;
  for (; i + 16 <= length; i += 16) {
    FourFloats sums[4] = {};
    for (std::int64_t j = 0; j < count; ++j) {
      FourFloats values[4];
      load_floats(row(j) + i, values);
      for (int k = 0; k < 4; ++k) sums[k] += weights[j] * values[k];
    }
    std::memcpy(out + i, sums, sizeof sums);
  }
  for (; i < length; ++i) {
    out[i] = 0;
    for (std::int64_t j = 0; j < count; ++j) out[i] += weights[j] * static_cast<float>(row(j)[i]);
  }
}

/// The same of `count` neighbouring pixels of `Channels` interleaved values, as many of the four sums as there are channels; four values are read
/// of each pixel.
template <int Channels>
FourFloats sum_pixels(const float* source, std::int64_t count, const float* weights) {
  FourFloats sums = {};
  for (std::int64_t j = 0; j < count; ++j) {
    FourFloats values;
    std::memcpy(&values, source + j * Channels, sizeof values);
    sums += weights[j] * values;
  }
  return sums;
}

/// A sum with 22 bits after the point as a byte: rounded by the half added before, cut at 0 and 255.
inline std::uint8_t pil_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> pil_fraction_bits, 0, 255)); }

/// Weights of PIL's in two parts, the lower 11 bits and those above, which fit 16 bits each, and of two neighbouring taps beside each other: their
/// products with bytes are summed exactly, a pair by one instruction.
struct PilWeights {
  static constexpr int low_bits = 11;
  struct Pair {
    std::int32_t high, low;  ///< the second tap's in the upper half
  };

  explicit PilWeights(const Taps<std::int32_t>& taps)
      : stride((taps.stride + 1) / 2), pairs(static_cast<std::size_t>(taps.outputs() * stride), Pair{0, 0}) {
    const auto half = [](std::int32_t value, std::int64_t tap) {
      return static_cast<std::int32_t>((static_cast<std::uint32_t>(value) & 0xffffU) << tap % 2 * 16);
    };
    for (std::int64_t i = 0; i < taps.outputs(); ++i) {
      for (std::int64_t j = 0; j < taps.window(i).count; ++j) {
        const std::int32_t weight = taps.weights(i)[j];
        Pair& pair = pairs[static_cast<std::size_t>(i * stride + j / 2)];
        pair.high |= half(weight >> low_bits, j);
        pair.low |= half(weight & ((1 << low_bits) - 1), j);
      }
    }
  }

  const Pair* of(std::int64_t output) const { return pairs.data() + output * stride; }

  std::int64_t stride;
  ScratchVector<Pair> pairs;
};

/// The sums of the products of the 16-bit halves of each word.
inline FourInts products_of_halves(FourInts a, std::int32_t b) {
#if defined(__SSE2__)
  typedef std::int16_t Halves __attribute__((vector_size(16)));
  return reinterpret_cast<FourInts>(__builtin_ia32_pmaddwd128(reinterpret_cast<Halves>(a), reinterpret_cast<Halves>(b - FourInts{})));
#else
  return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}

/// The sums for `pil_byte` of four neighbouring bytes and those `step` further on, of `count` taps.
inline FourInts pil_sums(const std::uint8_t* source, std::int64_t step, std::int64_t count, const PilWeights::Pair* weights) {
  FourInts high = {}, low = {};
  for (std::int64_t j = 0; j < count; j += 2, source += 2 * step, ++weights) {
    FourInts first = {}, second = {};
    std::memcpy(&first, source, 4);
    std::memcpy(&second, source + (j + 1 < count ? step : 0), 4);  // behind the last its weight is 0
    const SixteenBytes pairs = __builtin_shufflevector(reinterpret_cast<SixteenBytes>(first), reinterpret_cast<SixteenBytes>(second), 0, 16,
                                                       1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const auto halves = reinterpret_cast<FourInts>(lower_widened(pairs));
    high += products_of_halves(halves, weights->high);
    low += products_of_halves(halves, weights->low);
  }
  return (high << PilWeights::low_bits) + low + (1 << (pil_fraction_bits - 1));
}

/// The same of one byte.
inline std::int32_t pil_sum(const std::uint8_t* source, std::int64_t step, std::int64_t count, const std::int32_t* weights) {
  std::int32_t sum = 1 << (pil_fraction_bits - 1);
  for (std::int64_t j = 0; j < count; ++j) sum += weights[j] * source[j * step];
  return sum;
}

}  // namespace vpr::detail
