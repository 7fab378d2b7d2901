// SPDX-License-Identifier: MIT
/// @file
/// Adam and AdamW.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/train/optimizer.hpp>

#include <cmath>

namespace vpr {

/// Numbers of `Adam` and `AdamW`, with the defaults of `torch.optim`.
template <bool Decoupled>
struct AdamSettingsOf {
  double rate = 1e-3;
  double beta1 = 0.9;    ///< how much of the gradients' running mean stays at a step
  double beta2 = 0.999;  ///< how much of the running mean of their squares does
  double eps = 1e-8;     ///< added to the square's root before it divides
  double weight_decay = Decoupled ? 1e-2 : 0;
  bool amsgrad = false;  ///< divide by the largest running mean of squares so far
};
using AdamSettings = AdamSettingsOf<false>;
using AdamWSettings = AdamSettingsOf<true>;

/// What `Adam` and `AdamW` remember of a parameter, and their step.
template <class B, bool Decoupled>
class AdamUpdate {
 public:
  using backend = B;
  using Settings = AdamSettingsOf<Decoupled>;
  static constexpr bool in_place = true;

  AdamUpdate(const Settings& settings, const Shape& shape)
      : settings_(settings), mean_(Tensor<B>::zeros(shape)), square_(mean_), largest_(settings.amsgrad ? mean_ : Tensor<B>()) {
    const auto is_share = [](double beta) { return detail::is_setting(beta) && beta >= 0 && beta < 1; };
    VPR_REQUIRE(ConfigError, is_share(settings.beta1) && is_share(settings.beta2), "Adam: got betas ", settings.beta1, " and ",
                settings.beta2, ", want both in [0, 1)");
    const auto is_amount = [](double value) { return detail::is_setting(value) && value >= 0; };
    VPR_REQUIRE(ConfigError, is_amount(settings.rate) && is_amount(settings.eps) && is_amount(settings.weight_decay), "Adam: got rate ",
                settings.rate, ", eps ", settings.eps, " and weight decay ", settings.weight_decay, ", want finite ones from 0");
  }

  const Settings& settings() const& { return settings_; }
  Settings settings() && { return settings_; }

  void apply(double rate, const Tensor<B>& gradient, Tensor<B>& value) {
    using T = typename B::value;
    const auto step = static_cast<double>(++steps_);
    B::adam_update(gradient,
                   AdamStep<T>{.rate = T(rate / (1 - std::pow(settings_.beta1, step))),
                               .weight_decay = T(Decoupled ? 0 : settings_.weight_decay),
                               .decay = T(Decoupled ? 1 - rate * settings_.weight_decay : 1),
                               .mean_share = T(1 - settings_.beta1),
                               .beta2 = T(settings_.beta2),
                               .square_share = T(1 - settings_.beta2),
                               .correction = T(std::sqrt(1 - std::pow(settings_.beta2, step))),
                               .eps = T(settings_.eps)},
                   value, mean_, square_, largest_);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "step", steps_);
    visitor(prefix + "exp_avg", mean_);
    visitor(prefix + "exp_avg_sq", square_);
    if (!largest_.empty()) visitor(prefix + "max_exp_avg_sq", largest_);
  }

 private:
  Settings settings_;
  StepCount steps_;
  Tensor<B> mean_, square_, largest_;
};

/// Adam (Kingma and Ba 2015), weight decay being added to the gradient, as `torch.optim.Adam`. Goldens optim_adam*.
template <class B>
using Adam = ParameterOptimizer<AdamUpdate<B, false>>;

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019), as `torch.optim.AdamW`. Goldens optim_adamw*.
template <class B>
using AdamW = ParameterOptimizer<AdamUpdate<B, true>>;

}  // namespace vpr
