// SPDX-License-Identifier: MIT
/// @file
/// What products multiply: the terms of a sum in each precision, and the packing of the left operand. See `ProductKernels` and
/// `vpr/backend/cpu/each_instruction_set.inl`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(VPR_VECTOR_BYTES)));
};

// The terms of a sum. A word of a packed column holds one unit of the depth; it is multiplied in `steps` by as many words of a packed row.

template <class T>
struct PlainTerms {
  using Left = T;
  using Right = typename VectorOf<T>::type;
  using Sum = Right;
  using Result = T;
  static constexpr int steps = 1, unit = 1;
  static VPR_INLINE Right right(Right word, int) { return word; }
  static VPR_INLINE void add(Sum& sum, T left, Right right) {
    if constexpr (sizeof(T) == sizeof(float)) {
      sum = multiply_add(splat(left), right, sum);
    } else {
      sum += left * right;
    }
  }
};

struct Bf16Terms {
  using Right = Ints;
  using Sum = Floats;
  using Result = float;
  static constexpr int unit = 2;
#if VPR_BF16_AND_VNNI
  using Left = std::int32_t;
  static constexpr int steps = 1;
  static VPR_INLINE Ints right(Ints word, int) { return word; }
  static VPR_INLINE void add(Sum& sum, std::int32_t left, Ints right) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(splat(left)), "v"(right));
  }
#else
  using Left = float;
  static constexpr int steps = 2;
  static VPR_INLINE Floats right(Ints word, int step) { return (Floats)(step == 0 ? word << 16 : word & -0x10000); }
  static VPR_INLINE void add(Sum& sum, float left, Floats right) { sum = multiply_add(splat(left), right, sum); }
#endif
};

struct Int8Terms {
  using Left = std::int32_t;
  using Right = Ints;
  using Sum = Ints;
  using Result = float;
  static constexpr int unit = 4;
#if VPR_BF16_AND_VNNI
  static constexpr int steps = 1;
  static VPR_INLINE Ints right(Ints word, int) { return word; }
  static VPR_INLINE void add(Sum& sum, std::int32_t left, Ints right) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(splat(left)), "v"(right));
  }
#else
  // Bytes 0 and 2 of a word, then 1 and 3, as 16-bit numbers: no sum of two products overflows.
  typedef std::int16_t Shorts __attribute__((vector_size(VPR_VECTOR_BYTES)));
  static constexpr int steps = 2;
  static VPR_INLINE Ints right(Ints word, int step) { return (Ints)((step == 0 ? (Shorts)word << 8 : (Shorts)word) >> 8); }
  static VPR_INLINE void add(Sum& sum, std::int32_t left, Ints right) {
#if VPR_VECTOR_BYTES == 64
    Ints products;
    asm("vpmaddwd %2, %1, %0" : "=v"(products) : "v"(splat(left)), "v"(right));
    sum += products;
#elif VPR_VECTOR_BYTES == 32
    sum += (Ints)__builtin_ia32_pmaddwd256((Shorts)splat(left), (Shorts)right);
#elif defined(__x86_64__)
    sum += (Ints)__builtin_ia32_pmaddwd128((Shorts)splat(left), (Shorts)right);
#else
    sum += (left & 0xffff) * (right << 16 >> 16) + (left >> 16) * (right >> 16);
#endif
  }
#endif
};

/// A vector of up to `lanes` floats.
VPR_INLINE Floats load_up_to(const float* from, std::int64_t count) { return count >= lanes ? load(from) : load_first(from, count); }
VPR_INLINE void store_up_to(float* to, Floats x, std::int64_t count) { count >= lanes ? store(to, x) : store_first(to, x, count); }

// The left operand: rows of floats as tiles of lines of 64 bytes, the line of each row beside those of the others.

/// x rounded to bfloat16 (nearest, ties to even), as a float.
VPR_INLINE Floats rounded_to_bf16(Floats x) {
  const Bits bits = (Bits)x, rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) & 0xffff0000U;
  return (Floats)((bits & 0x7fffffffU) > 0x7f800000U ? bits | 0x400000U : rounded);
}

/// Packs a row of `depth` floats into every `height`-th line from `to` on.
template <class T>
VPR_INLINE RowScale pack_row(PlainTerms<T>, const float* x, const float*, std::int64_t depth, std::int64_t height, char* to) {
  for (std::int64_t k = 0; k < depth; k += 16, to += 64 * height) {
    for (int v = 0; v < 16; v += lanes) {
      if (k + v < depth) store(reinterpret_cast<float*>(to) + v, load_up_to(x + k + v, depth - k - v));
    }
  }
  return {};
}

#if VPR_BF16_AND_VNNI
/// Two vectors rounded to bfloat16, the lanes of `first` first.
VPR_INLINE Ints bf16_line(Floats first, Floats second) {
  Ints line;
  asm("vcvtne2ps2bf16 %1, %2, %0" : "=v"(line) : "v"(first), "v"(second));
  return line;
}
#endif

/// Rounds to bfloat16.
VPR_INLINE RowScale pack_row(Bf16Terms, const float* x, const float*, std::int64_t depth, std::int64_t height, char* to) {
#if VPR_BF16_AND_VNNI
  for (std::int64_t k = 0; k < depth; k += 2 * lanes, to += 64 * height) {
    const std::int64_t rest = depth - k;
    const Floats first = load_up_to(x + k, rest), second = rest > lanes ? load_up_to(x + k + lanes, rest - lanes) : Floats{};
    const Ints line = bf16_line(first, second);
    __builtin_memcpy(to, &line, sizeof line);
  }
#else
  constexpr int vectors = 16 / lanes;
  for (std::int64_t k = 0; k < depth; k += 16, to += 64 * height) {
    for (int v = 0; v < vectors; ++v) {
      const std::int64_t rest = depth - k - v * lanes;
      store(reinterpret_cast<float*>(to) + v * lanes, rest > 0 ? rounded_to_bf16(load_up_to(x + k + v * lanes, rest)) : Floats{});
    }
  }
#endif
  return {};
}

/// Up to `lanes` elements of a row, times their factors.
VPR_INLINE Floats load_scaled(const float* x, const float* factors, std::int64_t at, std::int64_t depth) {
  const Floats value = load_up_to(x + at, depth - at);
  return factors == nullptr ? value : value * load_up_to(factors + at, depth - at);
}

/// Packs a row as bytes `round(x / step) + zero`, and says how; where a float is not finite the step is NaN.
VPR_INLINE RowScale pack_row(Int8Terms, const float* x, const float* factors, std::int64_t depth, std::int64_t height, char* to) {
  Floats most{}, least{};
  Ints magnitudes{};
  for (std::int64_t k = 0; k < depth; k += lanes) {
    const Floats value = load_scaled(x, factors, k, depth);
    const Ints bits = (Ints)magnitude(value);
    most = larger(most, value);
    least = smaller(least, value);
    magnitudes = bits > magnitudes ? bits : magnitudes;
  }
  bool finite = true;
  for (int i = 0; i < lanes; ++i) finite &= magnitudes[i] < 0x7f800000;
  // 253 steps from the least to the most, with zero among them: rounding never leaves the byte.
  const float low = -largest_lane(-least), step = largest_lane(most) / 253.0F - low / 253.0F;
  const float used = step > 1e-36F ? step : 1e-36F, inverse = 1.0F / used;
  // Added to the next power of two but one, a number's last bits are its nearest integer.
  const float zero = static_cast<float>(static_cast<std::int32_t>(-low * inverse + 0.5F) + 1), shift = 0x1.8p23F + zero;
  for (std::int64_t k = 0; k < depth; to += 64 * height) {
#if VPR_BF16_AND_VNNI
    for (int v = 0; v < 4; ++v, k += lanes) {
      const Floats value = k < depth ? load_scaled(x, factors, k, depth) : Floats{};
      typedef std::uint8_t Bytes __attribute__((vector_size(lanes)));
      Bytes bytes;
      asm("vpmovdb %1, %0" : "=v"(bytes) : "v"(value * inverse + shift));  // the last byte of each lane
      __builtin_memcpy(to + v * lanes, &bytes, sizeof bytes);
    }
#else
    // Four bytes a b c d as 16-bit numbers a c b d.
    for (int v = 0; v < 32 / lanes; ++v, k += lanes) {
      const Floats value = k < depth ? load_scaled(x, factors, k, depth) : Floats{};
      const Ints bytes = (Ints)(value * inverse + shift) & 0xff;
      for (int i = 0; i < lanes; i += 4) {
        const std::int32_t words[2] = {bytes[i] | bytes[i + 2] << 16, bytes[i + 1] | bytes[i + 3] << 16};
        __builtin_memcpy(to + (v * lanes + i) * 2, words, sizeof words);
      }
    }
#endif
  }
  if (!finite) return {__builtin_nanf(""), 0};
  return {used, static_cast<std::int32_t>(zero)};
}

/// See `ProductKernels::pack`.
template <class Terms>
void pack_rows(RowsView<float> rows, std::int64_t depth, std::int64_t height, void* to, RowScale* scales) {
  constexpr std::int64_t line_depth = 64 / sizeof(typename Terms::Left) / Terms::steps * Terms::unit;
  for (std::int64_t r = 0; r < height; ++r) {
    char* const lines = static_cast<char*>(to) + 64 * r;
    if (r < rows.count) {
      scales[r] = pack_row(Terms(), rows.data + r * rows.step, rows.factors, depth, height, lines);
    } else {
      for (std::int64_t k = 0; k < depth; k += line_depth) __builtin_memset(lines + k / line_depth * height * 64, 0, 64);
    }
  }
}

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
