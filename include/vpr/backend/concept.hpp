// SPDX-License-Identifier: MIT
/// @file
/// What a backend is: what a port must write.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/backend/precision.hpp>
#include <vpr/backend/scalar.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/core/tensor.hpp>

#include <concepts>
#include <span>

namespace vpr {

/// The memory of a backend. `value` is the number type that flows between ops, `storage` owns elements (copyable, not
/// initialised, `size()`), `pointer` gives their address in the backend's memory, `upload` and `download` move them from
/// and to host memory, and `host` is whether the host may read that address.
template <class B>
concept Memory = requires(typename B::storage storage, const typename B::storage constant, std::span<const typename B::value> from,
                          std::span<typename B::value> to, typename B::value* pointer) {
  requires std::floating_point<typename B::value>;
  { B::host } -> std::convertible_to<bool>;
  { B::pointer(storage) } -> std::same_as<typename B::value*>;
  { B::pointer(constant) } -> std::same_as<const typename B::value*>;
  B::upload(from, pointer);
  B::download(pointer, to);
};

/// What a backend holds the matrix of `linear` in: a `Parameter` of two axes or more, outputs first, which the backend may pack into its
/// own layout and precision when it is assigned. `zeros(shape)` makes one.
template <class W>
concept LinearWeight = Parameter<W> && std::copyable<W> && requires(const W weight, const Shape& shape) {
  { W::zeros(shape) } -> std::same_as<W>;
  { weight.empty() } -> std::convertible_to<bool>;
};

/// A convolution's weight of this shape, zero, as `W` holds it: `W::zeros(shape, groups, form...)` where its layout depends on the groups, else
/// `W::zeros(shape, form...)`.
template <LinearWeight W, class... Form>
W zero_convolution_weight(const Shape& shape, std::int64_t groups, Form... form) {
  if constexpr (requires { W::zeros(shape, groups, form...); }) {
    return W::zeros(shape, groups, form...);
  } else {
    return W::zeros(shape, form...);
  }
}

/// A backend: memory, what its components hold (`tensor`, `weight` for the matrices of `linear`, and `convolution_weight`), and the kernels of
/// inference, listed beside the definition of what each computes (`scalar_*.hpp`). A backend may inherit those of `ScalarKernels` and hide the
/// ones it can do better. Kernels write `out`, already of the right shape, and must give the same bits for any number of threads and, since a
/// batch is a set of separate images, for each image whatever its batch.
template <class B>
concept Backend = Memory<B> && std::same_as<typename B::tensor, Tensor<B>> && LinearWeight<typename B::weight> &&
    LinearWeight<typename B::convolution_weight> && HasAttentionKernels<B> && HasElementwiseKernels<B> && HasLayoutKernels<B> &&
    HasMapKernels<B> && HasMetricKernels<B> && HasNormalizationKernels<B> && HasPoolingKernels<B> && HasProductKernels<B> &&
    HasTransportKernels<B> && requires(const Tensor<B> x, const typename B::weight weight, const typename B::convolution_weight kernel,
                                       Grid map, Window window, EpilogueOperands<typename B::value> epilogue, Tensor<B> out) {
  B::linear(x, weight, epilogue, out);
  B::convolution(x, map, window, kernel, epilogue, out);
};

/// A backend that can be recorded for training: it has the kernels of the gradients, which `ScalarGradients` defines.
template <class B>
concept DifferentiableBackend =
    Backend<B> && HasAttentionGradients<B> && HasElementwiseGradients<B> && HasLayoutGradients<B> && HasMapGradients<B> &&
    HasMetricGradients<B> && HasNormalizationGradients<B> && HasPoolingGradients<B> && HasProductGradients<B> && HasTransportGradients<B>;

/// A backend that can also round the operands of products with a plain matrix, and those of their gradients, to bfloat16.
template <class B>
concept RoundsProducts = requires(const Tensor<B> x, EpilogueOperands<typename B::value> epilogue, Tensor<B> out) {
  B::linear(x, x, epilogue, out, Precision::bf16);
  B::linear_gradient(x, x, out, Precision::bf16);
  B::linear_weight_gradient(x, x, out, Precision::bf16);
};

/// A backend that can also compute the two products of attention from operands rounded to bfloat16.
template <class B>
concept RoundsAttention = requires(AttentionOperand<typename B::value> operand, std::int64_t heads, Tensor<B> out) {
  B::attention(operand, operand, operand, heads, out, Precision::bf16);
};

/// A backend whose recorded parameters optimisers can move: it has the kernels that `ScalarUpdates` defines.
template <class B>
concept TrainableBackend = DifferentiableBackend<B> &&
    requires(const Tensor<B> x, Tensor<B> out, SgdStep<typename B::value> sgd, AdamStep<typename B::value> adam) {
  B::sgd_update(x, sgd, out, out);
  B::adam_update(x, adam, out, out, out, out);
};

}  // namespace vpr
