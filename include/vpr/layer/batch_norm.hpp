// SPDX-License-Identifier: MIT
/// @file
/// A learned batch normalisation.
#pragma once

#include <vpr/ops/normalization.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace vpr {

/// Batch normalisation over the channels, with its parameters `weight` and `bias` C and its statistics `running_mean` and
/// `running_var` C, as `torch.nn.BatchNorm2d`.
///
/// Over `Tensor` it takes the running statistics. Recorded, it takes those of the batch, and moves the running ones towards them:
/// by the momentum, the variance unbiased. `freeze_statistics` has a recorded one take the running statistics too.
template <class B>
struct BatchNorm {
  using X = typename B::tensor;

  X weight, bias;
  mutable X running_mean, running_variance;
  typename B::value eps;
  float momentum = 0.1F;
  bool frozen_statistics = false;

  BatchNorm(std::int64_t channels, typename B::value eps_)
      : weight(X::full(Shape{channels}, 1)),
        bias(X::zeros(Shape{channels})),
        running_mean(X::zeros(Shape{channels})),
        running_variance(X::full(Shape{channels}, 1)),
        eps(eps_) {
    if constexpr (requires { running_mean.set_needs_gradient(false); }) {
      running_mean.set_needs_gradient(false);
      running_variance.set_needs_gradient(false);
    }
  }

  void freeze_statistics(bool frozen = true) { frozen_statistics = frozen; }

  /// Whether it only adds its bias, as one that `NormedConvolution::fold_batch_norm` left behind. To be asked of values on the host.
  bool is_bias() const {
    const auto all = [](const X& values, float wanted) {
      return std::all_of(values.data(), values.data() + values.elements(), [wanted](auto v) { return static_cast<float>(v) == wanted; });
    };
    return all(running_mean, 0) && all(weight, 1) && all(running_variance, static_cast<float>(1 - eps));
  }

  X operator()(const X& x) const {
    if constexpr (requires { channel_moments(x.value()); }) {
      if (!frozen_statistics) {
        const auto moments = channel_moments(x.value());
        VPR_REQUIRE(ShapeError, x.shape().rows() > 1, "BatchNorm: got x ", x.shape(), ", want two rows at least to have a variance");
        if (X::recording()) {  // not in the first of a checkpoint's two passes
          const auto rows = static_cast<float>(x.shape().rows());
          move_towards(running_mean, moments.mean.to_vector(), 1);
          move_towards(running_variance, moments.variance.to_vector(), rows / (rows - 1));
        }
        return batch_norm(x, weight, bias, moments, eps);
      }
    }
    return batch_norm(x, weight, bias, running_mean, running_variance, eps);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
    visitor(prefix + "bias", bias);
    visitor(prefix + "running_mean", running_mean);
    visitor(prefix + "running_var", running_variance);
  }

 private:
  void move_towards(X& running, const std::vector<float>& moment, float factor) const {
    std::vector<float> values = running.to_vector();
    for (std::size_t c = 0; c < values.size(); ++c) values[c] += momentum * (factor * moment[c] - values[c]);
    running.assign(std::span<const float>(values));
  }
};

}  // namespace vpr
