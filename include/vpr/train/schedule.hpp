// SPDX-License-Identifier: MIT
/// @file
/// Schedules: how a learning rate changes while training goes on.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/setting.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <numbers>
#include <vector>

namespace vpr {

/// A schedule: `schedule(rate, t)` is the learning rate at time t ≥ 0 of a parameter whose own rate is `rate`. Time is counted in
/// whatever the schedule's lengths are meant in, steps or epochs; the caller passes that count. It is a function of these two
/// alone, so that a training that was cut off goes on with the rate it would have had. Ours throw a ConfigError for settings out of range.
template <class S>
concept Schedule = requires(const S& schedule, double rate, std::int64_t t) {
  { schedule(rate, t) } -> std::convertible_to<double>;
};

/// The rate as it is.
struct ConstantRate {
  double operator()(double rate, std::int64_t) const { return rate; }
};

/// From `start` times the rate to `end` times it, in a straight line over `total`, then level: `torch.optim.lr_scheduler.LinearLR`.
struct LinearDecay {
  double start = 1;
  double end = 0.2;
  std::int64_t total = 4000;

  double operator()(double rate, std::int64_t t) const {
    detail::require_setting("LinearDecay", "total", static_cast<double>(total), 1);
    detail::require_setting("LinearDecay", "start", start, 0);
    detail::require_setting("LinearDecay", "end", end, 0);
    return rate * (t >= total ? end : start + (end - start) * static_cast<double>(t) / static_cast<double>(total));
  }
};

/// The rate times `gamma` after every `size`: `StepLR`.
struct StepDecay {
  std::int64_t size = 1;
  double gamma = 0.5;

  double operator()(double rate, std::int64_t t) const {
    detail::require_setting("StepDecay", "size", static_cast<double>(size), 1);
    detail::require_setting("StepDecay", "gamma", gamma, 0);
    return rate * std::pow(gamma, static_cast<double>(t / size));
  }
};

/// The rate times `gamma` at each of the `milestones`: `MultiStepLR`.
struct MultiStepDecay {
  std::vector<std::int64_t> milestones;
  double gamma = 0.1;

  double operator()(double rate, std::int64_t t) const {
    detail::require_setting("MultiStepDecay", "gamma", gamma, 0);
    for (const std::int64_t milestone : milestones)
      detail::require_setting("MultiStepDecay", "milestone", static_cast<double>(milestone), 0);
    const auto passed = std::count_if(milestones.begin(), milestones.end(), [t](std::int64_t milestone) { return milestone <= t; });
    return rate * std::pow(gamma, static_cast<double>(passed));
  }
};

/// The rate times `gamma` each time: `ExponentialLR`.
struct ExponentialDecay {
  double gamma = 0.9;

  double operator()(double rate, std::int64_t t) const {
    detail::require_setting("ExponentialDecay", "gamma", gamma, 0);
    return rate * std::pow(gamma, static_cast<double>(t));
  }
};

/// From the rate to `least`, an absolute rate, along half a cosine over `total` (Loshchilov and Hutter 2017, eq. 5). Beyond, it
/// rises again as PyTorch's `CosineAnnealingLR` does.
struct CosineDecay {
  std::int64_t total = 4000;
  double least = 0;

  double operator()(double rate, std::int64_t t) const {
    detail::require_setting("CosineDecay", "total", static_cast<double>(total), 1);
    detail::require_setting("CosineDecay", "least", least, 0);
    return least + (rate - least) * (1 + std::cos(std::numbers::pi * static_cast<double>(t) / static_cast<double>(total))) / 2;
  }
};

/// From `start` times the rate up to it over the first `steps`, then `Then` from its own beginning: PyTorch's `SequentialLR` of a
/// `LinearLR` and another.
template <Schedule Then = ConstantRate>
struct WarmUp {
  std::int64_t steps = 0;
  double start = 1.0 / 3;
  Then then{};

  double operator()(double rate, std::int64_t t) const {
    detail::require_setting("WarmUp", "steps", static_cast<double>(steps), 0);
    detail::require_setting("WarmUp", "start", start, 0);
    const double later = then(rate, std::max<std::int64_t>(t - steps, 0));  // before it is needed too: its settings are looked at
    return t < steps ? LinearDecay{start, 1, steps}(rate, t) : later;
  }
};

/// `(t + 1) / steps` of the rate over the first `steps`, while `Then` runs on underneath unseen: OpenVPRLab's warm-up. What `Then`
/// has taken off before the warm-up ends is lost, so that the rise ends at the whole rate.
template <Schedule Then = ConstantRate>
struct OverlaidWarmUp {
  std::int64_t steps = 0;
  Then then{};

  double operator()(double rate, std::int64_t t) const {
    detail::require_setting("OverlaidWarmUp", "steps", static_cast<double>(steps), 0);
    if (steps == 0 || rate == 0) return then(rate, t);
    const double at_end = then(rate, steps - 1);
    VPR_REQUIRE(ConfigError, at_end > 0, "OverlaidWarmUp: the schedule under it has come to ", at_end, " when the warm-up ends");
    return t < steps ? rate * static_cast<double>(t + 1) / static_cast<double>(steps) : rate * then(rate, t) / at_end;
  }
};

}  // namespace vpr
