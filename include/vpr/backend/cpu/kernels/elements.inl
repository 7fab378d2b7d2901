// SPDX-License-Identifier: MIT
/// @file
/// Functions of elements, and the loops over elements that functions of rows use too. See `vpr/backend/cpu/each_instruction_set.inl`; what each
/// computes is defined by the kernel of that name in `ScalarKernels` or `ScalarGradients`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

#if VPR_BF16_AND_VNNI

inline constexpr const ElementKernels& element_kernels = avx512::element_kernels;  // none needs the instructions that this set adds

#else

// Loops over elements, whole vectors and at last a part of one. Functions are objects, since GCC compiles a lambda for the flags of the
// file.

template <class F>
VPR_INLINE void map(std::int64_t count, const float* x, float* out, F f) {
  for (; count > 0; count -= lanes, x += lanes, out += lanes) store_some(out, f(load_some(x, count)), count);
}

template <class F>
VPR_INLINE void map(std::int64_t count, const float* x, const float* y, float* out, F f) {
  for (; count > 0; count -= lanes, x += lanes, y += lanes, out += lanes) {
    store_some(out, f(load_some(x, count), load_some(y, count)), count);
  }
}

template <class F>
VPR_INLINE void map(std::int64_t count, const float* x, const float* y, const float* z, float* out, F f) {
  for (; count > 0; count -= lanes, x += lanes, y += lanes, z += lanes, out += lanes) {
    store_some(out, f(load_some(x, count), load_some(y, count), load_some(z, count)), count);
  }
}

/// Σ f(x[i], y[i]) in four registers.
template <class F>
VPR_INLINE float sum(std::int64_t count, const float* x, const float* y, F f) {
  Floats a{}, b{}, c{}, d{};
  std::int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a += f(load(x + i), load(y + i));
    b += f(load(x + i + lanes), load(y + i + lanes));
    c += f(load(x + i + 2 * lanes), load(y + i + 2 * lanes));
    d += f(load(x + i + 3 * lanes), load(y + i + 3 * lanes));
  }
  for (; i + lanes <= count; i += lanes) a += f(load(x + i), load(y + i));
  if (i < count) {
    const Floats rest = f(load_first(x + i, count - i), load_first(y + i, count - i));
    b += lane_numbers() < static_cast<std::int32_t>(count - i) ? rest : Floats{};
  }
  return sum_of_lanes((a + b) + (c + d));
}

/// The largest of at least one element, -∞ if all are NaN.
VPR_INLINE float largest(std::int64_t count, const float* x) {
  const Floats least = splat(-__builtin_inff());
  Floats a = least, b = least;
  std::int64_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    a = larger(load(x + i), a);
    b = larger(load(x + i + lanes), b);
  }
  for (; i + lanes <= count; i += lanes) a = larger(load(x + i), a);
  if (i < count) b = larger(load_first(x + i, count - i, least), b);
  return largest_lane(larger(a, b));
}

struct Exp {
  VPR_INLINE Floats operator()(Floats x) const { return exp(x); }
};
struct Relu {
  VPR_INLINE Floats operator()(Floats x) const { return relu(x); }
};
struct Relu6 {
  VPR_INLINE Floats operator()(Floats x) const { return relu6(x); }
};
struct Gelu {
  VPR_INLINE Floats operator()(Floats x) const { return gelu(x); }
};
struct QuickGelu {
  VPR_INLINE Floats operator()(Floats x) const { return quick_gelu(x); }
};
struct ReluGradient {
  VPR_INLINE Floats operator()(Floats y, Floats dy) const { return y <= 0.0F ? Floats{} : dy; }
};
struct Relu6Gradient {
  VPR_INLINE Floats operator()(Floats y, Floats dy) const { return ((y <= 0.0F) | (y >= 6.0F)) ? Floats{} : dy; }
};
struct GeluGradient {
  VPR_INLINE Floats operator()(Floats x, Floats dy) const { return dy * gelu_derivative(x); }
};
struct QuickGeluGradient {
  VPR_INLINE Floats operator()(Floats x, Floats dy) const {
    const Floats share = sigmoid(1.702F * x);
    return dy * share * (1.0F + 1.702F * x * (1.0F - share));
  }
};
struct SiluGate {
  VPR_INLINE Floats operator()(Floats x, Floats gated) const { return silu(x) * gated; }
};
struct SiluGateGradient {
  VPR_INLINE Floats operator()(Floats x, Floats gated, Floats dy) const {
    const Floats share = sigmoid(x);
    return dy * gated * share * (1.0F + x * (1.0F - share));
  }
};
struct Multiply {
  VPR_INLINE Floats operator()(Floats x, Floats y) const { return x * y; }
};
struct Divide {
  VPR_INLINE Floats operator()(Floats x, Floats y) const { return x / y; }
};
struct AddScaled {
  float scale;
  VPR_INLINE Floats operator()(Floats x, Floats y) const { return x + scale * y; }
};
struct AddGated {
  VPR_INLINE Floats operator()(Floats x, Floats y, Floats gate) const { return x + gate * y; }
};
inline void map_exp(std::int64_t count, const float* x, float* out) { map(count, x, out, Exp{}); }
inline void map_relu(std::int64_t count, const float* x, float* out) { map(count, x, out, Relu{}); }
inline void map_relu6(std::int64_t count, const float* x, float* out) { map(count, x, out, Relu6{}); }
inline void map_gelu(std::int64_t count, const float* x, float* out) { map(count, x, out, Gelu{}); }
inline void map_quick_gelu(std::int64_t count, const float* x, float* out) { map(count, x, out, QuickGelu{}); }

inline void map_multiply(std::int64_t count, const float* x, const float* y, float* out) { map(count, x, y, out, Multiply{}); }
inline void map_divide(std::int64_t count, const float* x, const float* y, float* out) { map(count, x, y, out, Divide{}); }
inline void map_silu_gate(std::int64_t count, const float* x, const float* y, float* out) { map(count, x, y, out, SiluGate{}); }
inline void map_relu_gradient(std::int64_t count, const float* y, const float* dy, float* dx) { map(count, y, dy, dx, ReluGradient{}); }
inline void map_relu6_gradient(std::int64_t count, const float* y, const float* dy, float* dx) { map(count, y, dy, dx, Relu6Gradient{}); }
inline void map_gelu_gradient(std::int64_t count, const float* x, const float* dy, float* dx) { map(count, x, dy, dx, GeluGradient{}); }
inline void map_quick_gelu_gradient(std::int64_t count, const float* x, const float* dy, float* dx) {
  map(count, x, dy, dx, QuickGeluGradient{});
}
inline void map_silu_gate_gradient(std::int64_t count, const float* x, const float* y, const float* dy, float* dx) {
  map(count, x, y, dy, dx, SiluGateGradient{});
}
inline void map_add_scaled(std::int64_t count, const float* x, const float* y, float scale, float* out) {
  map(count, x, y, out, AddScaled{scale});
}
inline void map_add_gated(std::int64_t count, const float* x, const float* y, const float* gate, float* out) {
  map(count, x, y, gate, out, AddGated{});
}

inline constexpr ElementKernels element_kernels{
    .exp = map_exp,
    .relu = map_relu,
    .relu6 = map_relu6,
    .gelu = map_gelu,
    .quick_gelu = map_quick_gelu,
    .multiply = map_multiply,
    .divide = map_divide,
    .silu_gate = map_silu_gate,
    .relu_gradient = map_relu_gradient,
    .relu6_gradient = map_relu6_gradient,
    .gelu_gradient = map_gelu_gradient,
    .quick_gelu_gradient = map_quick_gelu_gradient,
    .silu_gate_gradient = map_silu_gate_gradient,
    .add_scaled = map_add_scaled,
    .add_gated = map_add_gated,
};

#endif

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
