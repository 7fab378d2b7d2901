// SPDX-License-Identifier: MIT
/// @file
/// What the tests and benchmarks of an op are made from: its `OpSpec`, one struct an op.
#pragma once

#include <vpr/autograd.hpp>
#include <vpr/backend/host.hpp>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr::test {

/// An input of a case: its shape, a batch axis in front of it if it differs from image to image, the range of its random values, and
/// whether it is a constant, of which the op has no gradient.
struct Operand {
  Shape shape;
  bool per_image = true;
  float low = -1;
  float high = 1;
  bool constant = false;

  Shape of(std::int64_t batch) const {
    std::vector<std::int64_t> extents(shape.begin(), shape.end());
    if (per_image) extents.insert(extents.begin(), batch);
    return Shape(extents);
  }
};

template <class X>
using Inputs = std::vector<X>;

/// For ops that take tensors alone.
struct NoSettings {};

/// An op at one size: its inputs, and what it is called with beside them. `flops` is the work of a benchmark's case that the processor's
/// arithmetic bounds; where it is 0, memory does, and the bytes of inputs and result are counted.
template <class Settings = NoSettings>
struct Case {
  std::vector<Operand> inputs;
  Settings settings = {};
  double flops = 0;
};
template <class Settings = NoSettings>
using Cases = std::vector<Case<Settings>>;

/// A case computed by hand: the values of its inputs, and of the result.
template <class Settings = NoSettings>
struct Example {
  Case<Settings> of;
  std::vector<std::vector<double>> values;
  std::vector<double> result;
};

/// Inputs that an op refuses, and how its message begins.
template <class Settings = NoSettings>
struct Refusal {
  Case<Settings> of;
  const char* message;
};

/// What a result may be off by from the reference in double, in rounding errors of the backend's number type at the result's largest magnitude.
struct Tolerance {
  double roundings;
  const char* because;
};
inline constexpr Tolerance exact{0, "elements are moved or compared"};

/// In place of a tolerance: why an op has no gradient.
struct NoGradient {
  const char* because;
};
constexpr bool has_reason(const auto& tolerance) { return tolerance.because && *tolerance.because; }

/// Around the sizes of vectors (16 floats) and tiles (192 columns, 256 elements).
inline constexpr std::initializer_list<std::int64_t> widths{0, 1, 2, 3, 15, 16, 17, 193, 257};

/// How often each kernel of a spec was called.
inline std::map<std::string, int>& kernel_calls() {
  static std::map<std::string, int> calls;
  return calls;
}

/// The definition of every kernel.
struct Definitions : ScalarKernels<SerialExecutor>, ScalarGradients<SerialExecutor>, ScalarUpdates<SerialExecutor> {};

/// A spec's `Kernels`: those that the op calls, and those of its gradient.
#define VPR_SPEC_KERNELS(first, ...)                                    \
  struct Kernels {                                                      \
    VPR_KERNEL(first) __VA_OPT__(VPR_SPEC_KERNELS_AFTER_1(__VA_ARGS__)) \
  }
#define VPR_SPEC_KERNELS_AFTER_1(first, ...) VPR_KERNEL(first) __VA_OPT__(VPR_SPEC_KERNELS_AFTER_2(__VA_ARGS__))
#define VPR_SPEC_KERNELS_AFTER_2(first, ...) VPR_KERNEL(first) __VA_OPT__(VPR_SPEC_KERNELS_AFTER_3(__VA_ARGS__))
#define VPR_SPEC_KERNELS_AFTER_3(last) VPR_KERNEL(last)
#define VPR_KERNEL(name)                                                                                                        \
  inline static int& name##_calls = ::vpr::test::kernel_calls()[#name];                                                         \
  template <class... Arguments>                                                                                                 \
  static auto name(Arguments&&... arguments)->decltype(::vpr::test::Definitions::name(std::forward<Arguments>(arguments)...)) { \
    ++name##_calls;                                                                                                             \
    return ::vpr::test::Definitions::name(std::forward<Arguments>(arguments)...);                                               \
  }

/// Refuses a spec that lacks a part.
///
/// A spec has
/// - `name`;
/// - `Kernels`, which lists those of `backend/scalar_*.hpp` that the op or its gradient calls and that no other spec lists;
/// - `value`, the tolerance of the result, and `gradient`, that of the gradients, or `NoGradient`;
/// - `in_place` = true where the op takes over the memory of its first input; `hides_nan`, the reason, where what depends on an input that is
///   NaN is not;
/// - `cases()`, at odd sizes, and `speed()`, one at the size of a network;
/// - `examples()`, computed by hand, and `refused()`, where they do not stand in tests/ops;
/// - `apply`, a function object of `(inputs, settings)`: the op in the library's words, over `Tensor` and `Var` alike.
template <class S>
constexpr bool is_op_spec() {
  static_assert(
      requires { S::name; }, "OpSpec: a spec needs `name`, the op's");
  static_assert(
      requires { typename S::Kernels; }, "OpSpec: a spec needs `Kernels`, the kernels that the op and its gradient call");
  static_assert(
      requires { S::value.roundings; }, "OpSpec: a spec needs `value`, the tolerance of the op's result with its reason");
  static_assert(
      requires { S::gradient.because; },
      "OpSpec: an op needs a gradient: overload it for Var and give its spec `gradient`, a tolerance, or NoGradient with the reason");
  static_assert(has_reason(S::value) && has_reason(S::gradient), "OpSpec: a tolerance and NoGradient need their reason");
  static_assert(
      requires { S::cases().front().inputs; }, "OpSpec: an op needs cases: give its spec `cases()`, at odd sizes");
  static_assert(
      requires { S::speed().inputs; }, "OpSpec: an op is timed: give its spec `speed()`, a case at the size of a network");
  static_assert(
      requires { S::apply; }, "OpSpec: a spec needs `apply`, a function object that calls the op over Tensor and Var alike");
  return true;
}

template <class S>
inline constexpr bool has_gradient = !std::is_same_v<std::remove_const_t<decltype(S::gradient)>, NoGradient>;

template <class S>
inline constexpr bool hides_nan = requires {
  S::hides_nan;
};
template <class S>
inline constexpr bool is_in_place = requires {
  S::in_place;
};

template <class... S>
struct Specs {
  static_assert((is_op_spec<S>() && ...));
};

template <class... Lists>
struct Joined;
template <class... S>
struct Joined<Specs<S...>> {
  using type = Specs<S...>;
};
template <class... S, class... More, class... Lists>
struct Joined<Specs<S...>, Specs<More...>, Lists...> : Joined<Specs<S..., More...>, Lists...> {};

/// The reference in double, with the kernels that the specs list and no other.
template <class List>
struct Specified;
template <class... S>
struct Specified<Specs<S...>> : HostMemory<double>, S::Kernels... {
  using tensor = Tensor<Specified>;
  using weight = Tensor<Specified>;
  using convolution_weight = weight;
};

/// Refuses a list of specs in which a kernel is missing.
template <class List>
struct Complete {
  static_assert(TrainableBackend<Specified<List>>,
                "OpSpec: a kernel that backend/concept.hpp asks for needs a spec, and one only: see docs/adding-an-op.md");
  using type = List;
};

}  // namespace vpr::test
