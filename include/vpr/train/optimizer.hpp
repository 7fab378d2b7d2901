// SPDX-License-Identifier: MIT
/// @file
/// What an optimiser is, and the part that all of ours share.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/train/parameters.hpp>
#include <vpr/train/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// An optimiser: moves the parameters of a recorded model against the gradients that `backward` left in them.
/// `parameters()` are those it moves, as `NamedParameter`s. `step(schedule, t)` moves each that has a gradient by one step, at the
/// rate that the schedule gives for the parameter's own at time t, and clears the gradient. `visit(visitor, prefix)` shows all it
/// remembers from step to step, as a component shows its parameters: saved and loaded again, training goes on with the same bits.
/// A step that throws before it changes anything, or never, may say so by `static constexpr bool all_or_nothing = true`; of another one
/// a `Trainer` keeps a copy during the step.
template <class O>
concept Optimizer = requires(O& optimizer, const ConstantRate& schedule, std::int64_t t, std::string prefix) {
  { optimizer.parameters()[0].name } -> std::convertible_to<std::string>;
  optimizer.parameters()[0].parameter.gradient();
  optimizer.step(schedule, t);
  optimizer.visit([](const std::string&, auto&) {}, prefix);
};

/// Settings of their own for the chosen parameters, such as a lower rate for the backbone.
template <class Settings>
struct ParameterGroup {
  ParameterNames names;
  Settings settings;
};

/// How many steps were made, up to 2^47. Shown as a tensor of two whole numbers whose sum it is, since a float counts alone up to 2^24
/// only: the largest float that is not above it, and the rest.
class StepCount {
 public:
  Shape shape() const { return Shape{2}; }
  /// One number is taken as well. @throws FormatError  for what is no count.
  void assign(std::span<const float> values) {
    double sum = 0;
    bool whole = values.size() == 1 || values.size() == 2;
    for (const float value : values) {
      whole = whole && is_finite(value) && value >= 0 && value <= 0x1p47F && value == std::trunc(value);
      sum += static_cast<double>(value);
    }
    VPR_REQUIRE(FormatError, whole, "step count: got ", values.size(), " values with the sum ", sum, ", want whole numbers from 0 to 2^47");
    count_ = static_cast<std::int64_t>(sum);
  }
  std::vector<float> to_vector() const {
    auto most = static_cast<float>(count_);
    if (static_cast<std::int64_t>(most) > count_) most = std::nextafter(most, 0.0F);
    return {most, static_cast<float>(count_ - static_cast<std::int64_t>(most))};
  }

  std::int64_t value() const { return count_; }
  std::int64_t operator++() { return ++count_; }

 private:
  std::int64_t count_ = 0;
};

/// An optimiser that treats each parameter by itself, by the rule `Update`: a class that holds what is remembered of one parameter,
/// made from settings (with a `rate`) and a shape, with `apply(rate, gradient, value)` and `visit`.
///
/// Only parameters that need a gradient when the optimiser is made are moved or cost memory. One without a gradient at a step is
/// left as it is, not even its weights decay, and counts no step. The same bits for any number of threads.
template <class Update>
class ParameterOptimizer {
 public:
  using backend = typename Update::backend;
  using Settings = typename Update::Settings;
  static_assert(TrainableBackend<backend>, "ParameterOptimizer: the backend needs every kernel of TrainableBackend");

  /// @param groups  the first that chooses a parameter gives its settings; `settings` are those of the rest
  /// @throws ConfigError  for settings outside their range, a group that chooses no parameter to be trained, or no such parameter at all.
  template <class Model>
  requires(!std::same_as<Model, ParameterOptimizer>) explicit ParameterOptimizer(Model& model, const Settings& settings = {},
                                                                                 const std::vector<ParameterGroup<Settings>>& groups = {}) {
    std::vector<bool> used(groups.size());
    model.visit(
        [&](const std::string& name, auto& parameter) {
          if (!parameter.needs_gradient()) return;
          const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& candidate) { return candidate.names(name); });
          if (group != groups.end()) used[static_cast<std::size_t>(group - groups.begin())] = true;
          updates_.emplace_back(group == groups.end() ? settings : group->settings, parameter.shape());
          parameters_.push_back({name, parameter});
        },
        std::string());
    VPR_REQUIRE(ConfigError, !parameters_.empty(), "optimiser: the model has no parameter that needs a gradient");
    for (std::size_t i = 0; i < groups.size(); ++i) {
      VPR_REQUIRE(ConfigError, used[i], "optimiser: no parameter to be trained is chosen by ", groups[i].names.text(), " of group ", i);
    }
  }

  /// Our own rules work in place, in memory that they have from the start, so that nothing of theirs throws.
  static constexpr bool all_or_nothing = requires { requires Update::in_place; };

  const std::vector<NamedParameter<backend>>& parameters() const& { return parameters_; }
  std::vector<NamedParameter<backend>> parameters() && { return std::move(parameters_); }

  /// @throws ConfigError  for a schedule whose rate is not a finite number from 0; nothing is moved then.
  template <Schedule S>
  void step(const S& schedule, std::int64_t t) {
    std::vector<double> rates;
    rates.reserve(updates_.size());
    for (const Update& update : updates_) {
      rates.push_back(schedule(update.settings().rate, t));
      VPR_REQUIRE(ConfigError, rates.back() >= 0 && is_finite(rates.back()), "optimiser: the schedule's rate at ", t, " is ", rates.back(),
                  ", want a finite one from 0");
    }
    for (std::size_t i = 0; i < updates_.size(); ++i) {
      parameters_[i].parameter.update([&](Tensor<backend>& value, Tensor<backend>& gradient) {
        if (!gradient.empty()) updates_[i].apply(rates[i], gradient, value);
        gradient = Tensor<backend>();
      });
    }
  }
  /// A step at the parameters' own rates.
  void step() { step(ConstantRate(), 0); }

  /// The names are the parameters', each followed by what is remembered of it.
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::size_t i = 0; i < updates_.size(); ++i) updates_[i].visit(visitor, prefix + parameters_[i].name + ".");
  }

 private:
  std::vector<NamedParameter<backend>> parameters_;
  std::vector<Update> updates_;
};

}  // namespace vpr
