// SPDX-License-Identifier: MIT
/// @file
/// The functions of vectors over arrays, for their tests: whole registers, then the first lanes of a last one.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

#define VPR_OVER_ARRAY(name)                                                                    \
  inline void array_##name(const float* x, std::int64_t count, float* out) {                    \
    for (; count >= lanes; x += lanes, out += lanes, count -= lanes) store(out, name(load(x))); \
    store_first(out, name(load_first(x, count)), count);                                        \
  }
VPR_OVER_ARRAY(exp)
VPR_OVER_ARRAY(log)
VPR_OVER_ARRAY(sigmoid)
VPR_OVER_ARRAY(relu)
VPR_OVER_ARRAY(relu6)
VPR_OVER_ARRAY(gelu)
VPR_OVER_ARRAY(near_gelu)
VPR_OVER_ARRAY(gelu_derivative)
VPR_OVER_ARRAY(quick_gelu)
VPR_OVER_ARRAY(silu)
#undef VPR_OVER_ARRAY

inline float array_sum(const float* x) { return sum_of_lanes(load(x)); }
inline float array_largest(const float* x) { return largest_lane(load(x)); }

inline constexpr VectorFunctions vector_functions{lanes,       array_exp,  array_log,       array_sigmoid,         array_relu,
                                                  array_relu6, array_gelu, array_near_gelu, array_gelu_derivative, array_quick_gelu,
                                                  array_silu,  array_sum,  array_largest};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
