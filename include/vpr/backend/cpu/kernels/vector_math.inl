// SPDX-License-Identifier: MIT
/// @file
/// A register of floats: reading and writing, sums, the exponential and the activations. See `vpr/backend/cpu/each_instruction_set.inl`.
///
/// The lanes of a register are computed apart: an element has the same bits in any lane, beside any others.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

inline constexpr int lanes = VPR_VECTOR_BYTES / 4;
typedef float Floats __attribute__((vector_size(VPR_VECTOR_BYTES)));
typedef std::int32_t Ints __attribute__((vector_size(VPR_VECTOR_BYTES)));

VPR_INLINE Floats splat(float x) { return x - Floats{}; }
VPR_INLINE Ints splat(std::int32_t x) { return x - Ints{}; }

VPR_INLINE Floats load(const float* from) {
  Floats x;
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}

VPR_INLINE void store(float* to, Floats x) { __builtin_memcpy(to, &x, sizeof x); }

/// 0, 1, 2, …
VPR_INLINE Ints lane_numbers() {
#if VPR_VECTOR_BYTES == 64
  return Ints{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif VPR_VECTOR_BYTES == 32
  return Ints{0, 1, 2, 3, 4, 5, 6, 7};
#else
  return Ints{0, 1, 2, 3};
#endif
}

/// The first `count` < `lanes` floats at `from`, then zeros; nothing behind them is read.
VPR_INLINE Floats load_first(const float* from, std::int64_t count) {
#if VPR_VECTOR_BYTES == 64
  return __builtin_ia32_loadups512_mask(from, Floats{}, static_cast<unsigned short>((1U << count) - 1));
#elif VPR_VECTOR_BYTES == 32
  return __builtin_ia32_maskloadps256((const Floats*)from, lane_numbers() < static_cast<std::int32_t>(count));
#else
  Floats x{};
  for (std::int64_t i = 0; i < count; ++i) x[i] = from[i];
  return x;
#endif
}

/// Writes the first `count` < `lanes` lanes.
VPR_INLINE void store_first(float* to, Floats x, std::int64_t count) {
#if VPR_VECTOR_BYTES == 64
  __builtin_ia32_storeups512_mask(to, x, static_cast<unsigned short>((1U << count) - 1));
#elif VPR_VECTOR_BYTES == 32
  __builtin_ia32_maskstoreps256((Floats*)to, lane_numbers() < static_cast<std::int32_t>(count), x);
#else
  for (std::int64_t i = 0; i < count; ++i) to[i] = x[i];
#endif
}

/// The larger of each pair of lanes; `x` where it is NaN.
VPR_INLINE Floats larger(Floats least, Floats x) {
#if VPR_VECTOR_BYTES == 64 && defined(__clang__)
  return __builtin_ia32_maxps512(least, x, 4);
#elif VPR_VECTOR_BYTES == 64
  return __builtin_ia32_maxps512_mask(least, x, x, static_cast<unsigned short>(-1), 4);
#elif VPR_VECTOR_BYTES == 32
  return __builtin_ia32_maxps256(least, x);
#else
  return least > x ? least : x;
#endif
}

/// The smaller of each pair of lanes; `x` where it is NaN.
VPR_INLINE Floats smaller(Floats most, Floats x) {
#if VPR_VECTOR_BYTES == 64 && defined(__clang__)
  return __builtin_ia32_minps512(most, x, 4);
#elif VPR_VECTOR_BYTES == 64
  return __builtin_ia32_minps512_mask(most, x, x, static_cast<unsigned short>(-1), 4);
#elif VPR_VECTOR_BYTES == 32
  return __builtin_ia32_minps256(most, x);
#else
  return most < x ? most : x;
#endif
}

VPR_INLINE Floats magnitude(Floats x) { return (Floats)((Ints)x & 0x7fffffff); }

typedef float FourFloats __attribute__((vector_size(16)));

/// The sum of all lanes, always in the same order.
VPR_INLINE float sum_of_lanes(Floats x) {
#if VPR_VECTOR_BYTES == 64
  const auto half = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  const Floats half = x;
#endif
#if VPR_VECTOR_BYTES >= 32
  const FourFloats four = __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
#else
  const FourFloats four = half;
#endif
  return (four[0] + four[2]) + (four[1] + four[3]);
}

VPR_INLINE float largest_lane(Floats x) {
  float largest = x[0];
  for (int i = 1; i < lanes; ++i) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

/// x, of which the compiler then knows nothing: with -ffast-math it would take (x + c) - c for x. The functions below keep their bounds without
/// that flag, and with it are as good to a few ulp.
VPR_INLINE Floats opaque(Floats x) {
#if VPR_VECTOR_BYTES == 64
  asm("" : "+v"(x));
#elif defined(__x86_64__)
  asm("" : "+x"(x));
#elif defined(__aarch64__)
  asm("" : "+w"(x));
#endif
  return x;
}

/// e^(x + rest) for a |rest| < 0.1 that continues x beyond its last digit: within 1 ulp.
VPR_INLINE Floats exp_of_sum(Floats x, Floats rest) {
  x = larger(splat(-104.5F), smaller(splat(89.0F), x));  // outside of these the result is 0 or ∞; a NaN stays one
  constexpr float round = 0x1.8p23F;                     // a sum with it has no digits behind the point
  const Floats shifted = opaque(x * 1.44269504F + round), n = shifted - round;
  // x - n log 2 in two parts, of which n times the first is exact.
  const Floats r = opaque(x - n * 0.693359375F) + n * 2.12194440e-4F + rest;
  Floats p = splat(0.001381432094F);
  p = p * r + 0.008368851059F;
  p = p * r + 0.04166840108F;
  p = p * r + 0.1666651952F;
  p = p * r + 0.4999999337F;
  const Floats y = 1.0F + (r + r * r * p);
#if VPR_VECTOR_BYTES == 64
  return __builtin_ia32_scalefps512_mask(y, n, y, static_cast<unsigned short>(-1), 4);
#else
  // 2^n in two factors: n reaches from -151 to 128.
  const Ints power = (Ints)shifted - (Ints)splat(round), half = power >> 1;
  return opaque(y * (Floats)((half + 127) << 23)) * (Floats)((power - half + 127) << 23);
#endif
}

/// e^x within 1 ulp for every float: 0, ∞ and denormal results where they are due, NaN of NaN.
VPR_INLINE Floats exp(Floats x) { return exp_of_sum(x, Floats{}); }

/// 1 / (1 + e^-x) within 3 ulp where it is no less than 1e-38, 0 below.
VPR_INLINE Floats sigmoid(Floats x) { return 1.0F / (1.0F + exp(-x)); }

/// What GELU and its gradient share, for a = min(|x|, 14.5): a, e^(-a²/2), and Φ(-a) over that in the two factors t and p, and s = a t.
struct NormalTail {
  Floats a, bell, t, s, p;
};

VPR_INLINE NormalTail normal_tail(Floats x) {
  const Floats a = smaller(splat(14.5F), magnitude(x));
  // The exponent needs more digits than a float has: a² = high² + (a - high)(a + high), high² exact.
  const Floats high = (Floats)((Ints)a & ~0xfff);
  const Floats bell = exp_of_sum(high * high * -0.5F, (a - high) * (a + high) * -0.5F);
  // Φ(-a) e^(a²/2) = t P(a t), t = 1 / (a + 2.5): our own minimax fit, relative error 1.5e-8.
  const Floats t = 1.0F / (a + 2.5F), s = a * t;
  Floats p = splat(-0.08051847016F);
  p = p * s + 0.2827525619F;
  p = p * s - 0.3187487207F;
  p = p * s + 0.1432872711F;
  p = p * s - 0.1528466502F;
  p = p * s + 0.05713771332F;
  p = p * s + 0.2916366684F;
  p = p * s + 0.1696332059F;
  p = p * s - 1.243393544F;
  p = p * s + 1.250000019F;
  return {a, bell, t, s, p};
}

VPR_INLINE Floats relu(Floats x) { return larger(Floats{}, x); }

/// x Φ(x), Φ the normal distribution function, within 4 ulp for every float, the far negative tail too; 0 at -∞.
VPR_INLINE Floats gelu(Floats x) {
  const NormalTail tail = normal_tail(x);
  return relu(x) - tail.s * tail.p * tail.bell;
}

/// The derivative of `gelu`, within 2e-7 (it crosses 0 near -0.75).
VPR_INLINE Floats gelu_derivative(Floats x) {
  const NormalTail tail = normal_tail(x);
  const Floats below = (tail.t * tail.p - tail.a * 0.39894228F) * tail.bell;  // at -a; at a it is one minus that
  return x < 0.0F ? below : 1.0F - below;
}

/// x / (1 + e^(-1.702 x)) within 3 + 2 |x| ulp where that is no less than 1e-36; 0 at -∞.
VPR_INLINE Floats quick_gelu(Floats x) { return larger(splat(-64.0F), x) * sigmoid(1.702F * x); }

/// x / (1 + e^-x) within 4 ulp where that is no less than 1e-36; 0 at -∞.
VPR_INLINE Floats silu(Floats x) { return larger(splat(-128.0F), x) * sigmoid(x); }

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
