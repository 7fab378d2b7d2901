// SPDX-License-Identifier: MIT
/// @file
/// What a backend is: the list of everything a port must write.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/backend/window.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/core/tensor.hpp>

#include <concepts>
#include <span>

namespace vpr {

/// The memory of a backend. `value` is the number type that flows between ops, `storage` owns elements (copyable, not
/// initialised, `size()`), `pointer` gives their address in the backend's memory, `upload` and `download` move them from
/// and to host memory, and `host` tells whether the host may read that address.
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

/// A backend: memory, what its components hold (`tensor`, `weight` for the matrices of `linear`, and `convolution_weight`), and the kernels of inference. What each kernel computes
/// is defined by `ScalarKernels`; a backend may inherit those and hide the ones it can do better. Kernels write `out`,
/// already of the right shape, and must give the same bits for any number of threads and, since a batch is a set of
/// separate images, for each image whatever its batch.
template <class B>
concept Backend = Memory<B> &&
    requires(const Tensor<B> x, const typename B::weight weight, const typename B::convolution_weight kernel, Tensor<B> out,
             typename B::value number, std::int64_t size, std::size_t axis, bool flag, Grid map, Window window,
             AttentionOperand<typename B::value> operand, EpilogueOperands<typename B::value> epilogue) {
  requires std::same_as<typename B::tensor, Tensor<B>>;
  requires LinearWeight<typename B::weight> && LinearWeight<typename B::convolution_weight>;
  B::linear(x, weight, epilogue, out);
  B::linear(x, x, epilogue, out);
  B::matmul(x, flag, x, flag, out);
  B::gelu(x, out);
  B::quick_gelu(x, out);
  B::exp(x, out);
  B::relu(x, out);
  B::silu_gate(x, out);
  B::multiply(x, x, out);
  B::divide(x, x, out);
  B::add_scaled(x, x, number, out);
  B::add_gated(x, x, x, out);
  B::layer_norm(x, x, x, number, out);
  B::softmax(x, out);
  B::attention(operand, operand, operand, size, out);
  B::patches(x, size, out);
  B::gem(x, x, number, out);
  B::mean(x, out);
  B::l2_normalize(x, number, out);
  B::one_hot(x, out);
  B::residual_sums(x, x, x, out);
  B::resample(x, x, x, out);
  B::slice(x, axis, size, out);
  B::insert(x, axis, size, out);
  B::transpose(x, axis, out);
  B::convolution(x, map, window, kernel, epilogue, out);
  B::convolution(x, map, window, x, epilogue, out);
  B::windows(x, map, window, out);
  B::fold(x, map, window, out);
  B::max_pool(x, map, window, out);
  B::batch_norm(x, x, x, x, x, number, out);
  B::optimal_transport(x, x, size, out);
  B::gather(x, x, out);
  B::norms(x, out);
  B::distances(x, x, out);
  B::log_sum_exp(x, x, flag, out);
};

/// A backend that can be recorded for training: it has the kernels of the gradients, which `ScalarGradients` defines.
template <class B>
concept DifferentiableBackend = Backend<B> &&
    requires(const Tensor<B> x, Tensor<B> out, typename B::value number, typename B::value* gradient, std::int64_t size, bool flag,
             AttentionOperand<typename B::value> operand, Grid map, Window window) {
  B::linear_gradient(x, x, out);
  B::linear_weight_gradient(x, x, out);
  B::column_sums(x, x, out);
  B::gelu_gradient(x, x, out);
  B::quick_gelu_gradient(x, x, out);
  B::relu_gradient(x, x, out);
  B::silu_gate_gradient(x, x, out);
  B::layer_norm_gradient(x, x, number, x, out);
  B::softmax_gradient(x, x, out);
  B::l2_normalize_gradient(x, number, x, x, out);
  B::channel_moments(x, out, out);
  B::batch_norm_gradient(x, x, x, x, number, x, flag, out, out);
  B::attention_gradient(operand, operand, operand, size, x, gradient, gradient, gradient);
  B::patches_gradient(x, size, out);
  B::max_pool_gradient(x, map, window, x, out);
  B::resample_gradient(x, x, x, out);
  B::gem_gradient(x, x, number, x, x, out);
  B::gem_power_gradient(x, x, number, x, x, out);
  B::mean_gradient(x, out);
  B::residual_sums_gradient(x, x, out);
  B::residual_shares_gradient(x, x, x, out);
  B::residual_centres_gradient(x, x, out);
  B::optimal_transport_gradient(x, x, size, x, out, out);
  B::norms_gradient(x, x, x, out);
  B::distances_gradient(x, x, x, x, flag, out);
  B::log_sum_exp_gradient(x, x, x, x, out);
  B::sum_gathered(x, x, x, out);
};

/// A backend whose recorded parameters optimisers can move: it has the kernels that `ScalarUpdates` defines.
template <class B>
concept TrainableBackend = DifferentiableBackend<B> &&
    requires(const Tensor<B> x, Tensor<B> out, SgdStep<typename B::value> sgd, AdamStep<typename B::value> adam) {
  B::sgd_update(x, sgd, out, out);
  B::adam_update(x, adam, out, out, out, out);
};

}  // namespace vpr
