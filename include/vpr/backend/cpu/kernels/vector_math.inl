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
typedef std::uint32_t Bits __attribute__((vector_size(VPR_VECTOR_BYTES)));  // wraps around

VPR_INLINE Floats splat(float x) { return x - Floats{}; }
VPR_INLINE Ints splat(std::int32_t x) { return x - Ints{}; }

/// a · b + c, by one instruction and one rounding where there is such. GCC would find it by itself, but not in every loop where it tunes for AMD's
/// processors: that costs half of the speed there, and the same bits from loop to loop.
VPR_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
#if !defined(__FMA__) || defined(__clang__)
  return a * b + c;
#elif VPR_VECTOR_BYTES == 64
  return __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4);
#elif VPR_VECTOR_BYTES == 32
  return __builtin_ia32_vfmaddps256(a, b, c);
#else
  return __builtin_ia32_vfmaddps(a, b, c);
#endif
}

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

/// The same with `rest` in place of the zeros.
VPR_INLINE Floats load_first(const float* from, std::int64_t count, Floats rest) {
  return lane_numbers() < static_cast<std::int32_t>(count) ? load_first(from, count) : rest;
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

/// As many of `count` floats as there are lanes.
VPR_INLINE Floats load_some(const float* from, std::int64_t count) { return count >= lanes ? load(from) : load_first(from, count); }
VPR_INLINE void store_some(float* to, Floats x, std::int64_t count) { count >= lanes ? store(to, x) : store_first(to, x, count); }

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
typedef float EightFloats __attribute__((vector_size(32)));

#if VPR_VECTOR_BYTES == 64
VPR_INLINE EightFloats low_half(Floats x) { return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7); }
VPR_INLINE EightFloats high_half(Floats x) { return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15); }
#endif
#if VPR_VECTOR_BYTES >= 32
VPR_INLINE FourFloats low_half(EightFloats x) { return __builtin_shufflevector(x, x, 0, 1, 2, 3); }
VPR_INLINE FourFloats high_half(EightFloats x) { return __builtin_shufflevector(x, x, 4, 5, 6, 7); }
#endif

/// The sum of all lanes, always in the same order.
VPR_INLINE float sum_of_lanes(Floats x) {
#if VPR_VECTOR_BYTES == 64
  const EightFloats eight = low_half(x) + high_half(x);
#elif VPR_VECTOR_BYTES == 32
  const EightFloats eight = x;
#endif
#if VPR_VECTOR_BYTES >= 32
  const FourFloats four = low_half(eight) + high_half(eight);
#else
  const FourFloats four = x;
#endif
  const FourFloats two = four + __builtin_shufflevector(four, four, 2, 3, 0, 1);
  return two[0] + two[1];
}

VPR_INLINE float largest_lane(Floats x) {
#if VPR_VECTOR_BYTES == 64
  const EightFloats low = low_half(x), high = high_half(x), eight = low > high ? low : high;
#elif VPR_VECTOR_BYTES == 32
  const EightFloats eight = x;
#endif
#if VPR_VECTOR_BYTES >= 32
  const FourFloats one = low_half(eight), other = high_half(eight), four = one > other ? one : other;
#else
  const FourFloats four = x;
#endif
  const FourFloats turned = __builtin_shufflevector(four, four, 2, 3, 0, 1), two = four > turned ? four : turned;
  return two[0] > two[1] ? two[0] : two[1];
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

/// e^x as 2^n e^r, r = x - n log 2. `bits` are those of n + 0x1.8p23.
struct SplitExponent {
  Floats n, r;
  Ints bits;
};

VPR_INLINE SplitExponent split_exponent(Floats x) {
  x = larger(splat(-104.5F), smaller(splat(89.0F), x));  // outside of these the result is 0 or ∞; a NaN stays one
  constexpr float round = 0x1.8p23F;                     // a sum with it has no digits behind the point
  const Floats shifted = opaque(x * 1.44269504F + round), n = shifted - round;
  // log 2 in two parts, of which n times the first is exact.
  return {n, opaque(x - n * 0.693359375F) + n * 2.12194440e-4F, (Ints)shifted};
}

/// 2^n e^r for an |r| < 0.45.
VPR_INLINE Floats joined_exp(const SplitExponent& x) {
  Floats p = splat(0.001381432094F);
  p = p * x.r + 0.008368851059F;
  p = p * x.r + 0.04166840108F;
  p = p * x.r + 0.1666651952F;
  p = p * x.r + 0.4999999337F;
  const Floats y = 1.0F + (x.r + x.r * x.r * p);
#if VPR_VECTOR_BYTES == 64
  return __builtin_ia32_scalefps512_mask(y, x.n, y, static_cast<unsigned short>(-1), 4);
#else
  // 2^n in two factors: n reaches from -151 to 128.
  const Ints power = x.bits - (Ints)splat(0x1.8p23F), half = power >> 1;
  return opaque(y * (Floats)((half + 127) << 23)) * (Floats)((power - half + 127) << 23);
#endif
}

/// e^x within 1 ulp for every float: 0, ∞ and denormal results where they are due, NaN of NaN.
VPR_INLINE Floats exp(Floats x) { return joined_exp(split_exponent(x)); }

/// e^(x + rest) for a |rest| < 0.1 that continues x beyond its last digit.
VPR_INLINE Floats exp_of_sum(Floats x, Floats rest) {
  SplitExponent split = split_exponent(x);
  split.r += rest;
  return joined_exp(split);
}

/// log x within 1 ulp for every float from 0 on, denormal ones too: -∞ at 0, ∞ at ∞, NaN below 0 and of NaN.
VPR_INLINE Floats log(Floats x) {
  const Ints denormal = x < 0x1p-126F;
  const Floats scaled = denormal ? x * 0x1p23F : x;
  // x = 2^power (1 + f), 1 + f from √½ to √2: what the bits are above those of √½ is cut into exponent and rest.
  const Ints above = (Ints)((Bits)scaled - 0x3f3504f3U), power = (above >> 23) - (denormal & 23);
  const Floats n = __builtin_convertvector(power, Floats), f = (Floats)((above & 0x7fffff) + 0x3f3504f3) - 1.0F;
  // log(1 + f) = f - f²/2 + f³ P(f): our own minimax fit, relative error 6e-9.
  Floats p = splat(-0.07634699537F);
  p = p * f + 0.1276167447F;
  p = p * f - 0.1316014822F;
  p = p * f + 0.1420174162F;
  p = p * f - 0.1662335937F;
  p = p * f + 0.2000122765F;
  p = p * f - 0.2500082099F;
  p = p * f + 0.333333317F;
  const Floats square = f * f;
  const Floats y = opaque(f + (p * f * square + (n * -2.12194440e-4F - 0.5F * square))) + n * 0.693359375F;
  const Floats infinity = splat(__builtin_inff());
  return x > 0.0F && x < infinity ? y : x == 0.0F ? -infinity : x > 0.0F ? x : x * splat(__builtin_nanf(""));
}

/// x^power of an x from 0 on, by log and exp: within 2 + |power log x| ulp, as many as that product's rounding is worth.
VPR_INLINE Floats power(Floats x, Floats exponent) { return exp(exponent * log(x)); }

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
VPR_INLINE Floats relu6(Floats x) { return smaller(splat(6.0F), relu(x)); }

/// x Φ(x), Φ the normal distribution function, within 4 ulp for every float, the far negative tail too; 0 at -∞.
VPR_INLINE Floats gelu(Floats x) {
  const NormalTail tail = normal_tail(x);
  return relu(x) - tail.s * tail.p * tail.bell;
}

/// The GELU within 7e-5 or, of larger ones, 2e-6 of itself, for sums of rounded products: in a third of the time.
VPR_INLINE Floats near_gelu(Floats x) {
  const Floats from = larger(splat(-4.2F), x), c = smaller(splat(4.2F), from), u = c * c;
  // Φ(c) = 1/2 + c P(c²) for |c| <= 4.2: our own minimax fit to c Φ(c), with c P(c²) = 1/2 at 4.2.
  Floats p = splat(5.13533363e-11F);
  p = multiply_add(p, u, splat(-4.95026953e-9F));
  p = multiply_add(p, u, splat(2.11923256e-7F));
  p = multiply_add(p, u, splat(-5.36514513e-6F));
  p = multiply_add(p, u, splat(9.05398304e-5F));
  p = multiply_add(p, u, splat(-0.00109024832F));
  p = multiply_add(p, u, splat(0.00975211662F));
  p = multiply_add(p, u, splat(-0.0662378300F));
  p = multiply_add(p, u, splat(0.398842055F));
  return from * multiply_add(c, p, splat(0.5F));
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
