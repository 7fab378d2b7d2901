// SPDX-License-Identifier: MIT
/// @file
/// The kernels by which optimisers change parameters, written once and plainly.
#pragma once

#include <vpr/backend/kernel.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// Kernels of optimisers, in the manner of `ScalarKernels`. They change the parameter and the optimiser's memory of it in place.
template <class Executor>
struct ScalarUpdates {
  /// Sutskever et al. 2013 in PyTorch's form. An empty `velocity` is none; the first step of one passes `momentum` 0 and `share` 1.
  template <class X>
  static void sgd_update(const X& gradient, SgdStep<typename X::value_type> step, X& parameter, X& velocity) {
    using T = typename X::value_type;
    const T* g = gradient.data();
    T *value = parameter.data(), *speed = velocity.empty() ? nullptr : velocity.data();
    Executor::for_each(parameter.elements(), [=] VPR_HD(std::int64_t i) {
      T change = g[i] + step.weight_decay * value[i];
      if (speed != nullptr) {
        speed[i] = step.momentum * speed[i] + step.share * change;
        change = step.nesterov ? change + step.momentum * speed[i] : speed[i];
      }
      value[i] -= step.rate * change;
    });
  }

  /// Kingma and Ba 2015, algorithm 1, in PyTorch's form; with a `largest` that is not empty AMSGrad (Reddi et al. 2018).
  template <class X>
  static void adam_update(const X& gradient, AdamStep<typename X::value_type> step, X& parameter, X& mean, X& square, X& largest) {
    using T = typename X::value_type;
    const T* g = gradient.data();
    T *value = parameter.data(), *first = mean.data(), *second = square.data(), *most = largest.empty() ? nullptr : largest.data();
    Executor::for_each(parameter.elements(), [=] VPR_HD(std::int64_t i) {
      const T change = g[i] + step.weight_decay * value[i];
      first[i] += step.mean_share * (change - first[i]);
      second[i] = step.beta2 * second[i] + step.square_share * change * change;
      if (most != nullptr) most[i] = detail::clamped(second[i], most[i]);
      const T root = std::sqrt(most != nullptr ? most[i] : second[i]) / step.correction + step.eps;
      value[i] = step.decay * value[i] - step.rate * first[i] / root;
    });
  }
};

}  // namespace vpr
