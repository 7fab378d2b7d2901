// SPDX-License-Identifier: MIT
/// @file
/// Stochastic gradient descent.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/train/optimizer.hpp>

#include <cmath>

namespace vpr {

/// Numbers of `Sgd`, named and with the defaults of `torch.optim.SGD`.
struct SgdSettings {
  double rate = 1e-3;
  double momentum = 0;
  double dampening = 0;     ///< this much of a gradient does not enter the momentum, but for the first
  double weight_decay = 0;  ///< added to the gradient, times the parameter
  bool nesterov = false;    ///< needs a momentum and no dampening
};

/// What `Sgd` remembers of a parameter, and its step.
template <class B>
class SgdUpdate {
 public:
  using backend = B;
  using Settings = SgdSettings;
  static constexpr bool in_place = true;

  SgdUpdate(const SgdSettings& settings, const Shape& shape) : settings_(settings) {
    const auto is_amount = [](double value) { return detail::is_setting(value) && value >= 0; };
    VPR_REQUIRE(ConfigError,
                is_amount(settings.rate) && is_amount(settings.momentum) && is_amount(settings.weight_decay) &&
                    detail::is_setting(settings.dampening),
                "Sgd: got rate ", settings.rate, ", momentum ", settings.momentum, ", dampening ", settings.dampening, " and weight decay ",
                settings.weight_decay, ", want finite ones, none but the dampening below 0");
    VPR_REQUIRE(ConfigError, !settings.nesterov || (settings.momentum > 0 && settings.dampening == 0), "Sgd: Nesterov's form got momentum ",
                settings.momentum, " and dampening ", settings.dampening, ", want a momentum above 0 and no dampening");
    if (settings.momentum > 0) velocity_ = Tensor<B>::zeros(shape);
  }

  const SgdSettings& settings() const& { return settings_; }
  SgdSettings settings() && { return settings_; }

  void apply(double rate, const Tensor<B>& gradient, Tensor<B>& value) {
    using T = typename B::value;
    const bool first = ++steps_ == 1;
    B::sgd_update(gradient,
                  SgdStep<T>{.rate = T(rate),
                             .weight_decay = T(settings_.weight_decay),
                             .momentum = T(settings_.momentum),
                             .share = T(first ? 1 : 1 - settings_.dampening),
                             .nesterov = settings_.nesterov},
                  value, velocity_);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "step", steps_);
    if (!velocity_.empty()) visitor(prefix + "momentum_buffer", velocity_);
  }

 private:
  SgdSettings settings_;
  StepCount steps_;
  Tensor<B> velocity_;
};

/// Stochastic gradient descent with momentum (Sutskever et al. 2013), as `torch.optim.SGD`. Goldens optim_sgd*.
template <class B>
using Sgd = ParameterOptimizer<SgdUpdate<B>>;

}  // namespace vpr
