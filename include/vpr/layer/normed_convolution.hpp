// SPDX-License-Identifier: MIT
/// @file
/// A convolution and its batch normalisation, which inference folds into one.
#pragma once

#include <vpr/layer/batch_norm.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// batch_norm(convolution(x)) over a map. Its parameters are `conv` and `bn`, or under the names that `visit` is given.
template <class B>
struct NormedConvolution {
  using X = typename B::tensor;
  /// Only where it takes the running statistics, which a recorded one does not.
  static constexpr bool is_foldable = requires { requires B::host; };

  Convolution<B> conv;
  BatchNorm<B> bn;

  NormedConvolution(std::int64_t inputs, std::int64_t outputs, Window window, typename B::value eps, bool with_bias = false,
                    std::int64_t groups = 1)
      : conv(inputs, outputs, window, with_bias, groups), bn(outputs, eps) {}

  /// With ReLU: relu(residual + batch_norm(convolution(x))); an empty residual is none.
  X operator()(const X& x, Grid map, bool with_relu = false, X residual = X()) const {
    if constexpr (is_foldable) {
      if (is_folded()) {
        Epilogue<X> epilogue{.bias = &bn.bias, .relu_of_sum = with_relu};
        if (!residual.empty()) epilogue.residual = std::move(residual);
        return convolution(x, map, conv.window, conv.weight, std::move(epilogue));
      }
    }
    X y = bn(conv(x, map));
    if (!residual.empty()) y = add(std::move(residual), y);
    return with_relu ? relu(std::move(y)) : y;
  }
  /// relu6(batch_norm(convolution(x))), a layer of a MobileNet.
  X with_relu6(const X& x, Grid map) const {
    if constexpr (is_foldable) {
      if (is_folded()) return convolution(x, map, conv.window, conv.weight, {.bias = &bn.bias, .activation = Activation::relu6});
    }
    return relu6(bn(conv(x, map)));
  }

  /// Multiplies the weight by what the normalisation does to each output, γ / √(σ² + ε), and leaves it the bias alone. The result is the
  /// same but for roundings. From then on one kernel computes both.
  void fold_batch_norm() requires(is_foldable) {
    std::vector<float> weight = conv.weight.to_vector(), shift = bn.bias.to_vector();
    const std::vector<float> gamma = bn.weight.to_vector(), mean = bn.running_mean.to_vector(), variance = bn.running_variance.to_vector();
    const std::vector<float> bias = conv.bias.empty() ? std::vector<float>(shift.size()) : conv.bias.to_vector();
    const std::size_t inputs = weight.size() / shift.size();
    for (std::size_t o = 0; o < shift.size(); ++o) {
      const double factor = static_cast<double>(gamma[o]) / std::sqrt(static_cast<double>(variance[o]) + static_cast<double>(bn.eps));
      for (std::size_t i = o * inputs; i < (o + 1) * inputs; ++i) weight[i] = static_cast<float>(weight[i] * factor);
      shift[o] = static_cast<float>(shift[o] + (static_cast<double>(bias[o]) - static_cast<double>(mean[o])) * factor);
    }
    conv.weight.assign(std::span<const float>(weight));
    const auto fill = [](X& values, float value) {
      values.assign(std::span<const float>(std::vector<float>(static_cast<std::size_t>(values.elements()), value)));
    };
    fill(conv.bias, 0);
    fill(bn.weight, 1);
    fill(bn.running_mean, 0);
    fill(bn.running_variance, static_cast<float>(1 - bn.eps));
    bn.bias.assign(std::span<const float>(shift));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visit(visitor, prefix + "conv.", prefix + "bn.");
  }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& convolution_prefix, const std::string& norm_prefix) {
    if constexpr (is_foldable) {
      const auto fold = [this] { fold_batch_norm(); };
      if constexpr (requires { visitor.foldable(fold); }) visitor.foldable(fold);
    }
    conv.visit(visitor, convolution_prefix);
    bn.visit(visitor, norm_prefix);
  }

 private:
  bool is_folded() const { return bn.is_bias() && is_zero(conv.bias); }
  static bool is_zero(const X& values) {
    return std::all_of(values.data(), values.data() + values.elements(), [](auto value) { return value == 0; });
  }
};

namespace detail {

struct BatchNormFolder {
  template <class P>
  void operator()(const std::string&, P&) const {}
  template <class Fold>
  void foldable(const Fold& fold) const {
    fold();
  }
};

}  // namespace detail

/// Folds the batch normalisations of a loaded model into their convolutions, wherever it has a `NormedConvolution`, in host memory. Its parameters
/// keep their names and shapes, and may be saved: they say the same. A model that is recorded, for training, stays as it is.
template <class Model>
void fold_batch_norm(Model& model) {
  model.visit(detail::BatchNormFolder(), std::string());
}

}  // namespace vpr
