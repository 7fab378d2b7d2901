// SPDX-License-Identifier: MIT
/// @file
/// The cases of every op on a backend, over host values: tests see no backend's types.
#pragma once

#include "tests/specs/all.hpp"
#include "tests/support/random.hpp"

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace vpr::test {

/// Host values of several tensors. Every float and double is one of these.
using Values = std::vector<std::vector<double>>;

struct Result {
  std::vector<double> values;
  bool in_place;  // whether it lies where the first input lay
};

/// An op's case on one backend.
struct Run {
  std::string op;
  std::string title = {};  // the op with its inputs' shapes
  std::vector<Operand> inputs = {};
  Tolerance value;
  std::optional<Tolerance> gradient = {};  // none where the op has no gradient
  bool hides_nan;
  bool in_place;
  double epsilon = 0;  // of the backend's number type
  std::function<Result(const Values&, std::int64_t batch)> compute = {};
  /// The gradient of each input, empty for constants, of Σ cotangent ∘ result.
  std::function<Values(const Values&, std::int64_t batch, const std::vector<float>& cotangent)> differentiate = {};

  bool batched() const {
    return std::any_of(inputs.begin(), inputs.end(), [](const Operand& operand) { return operand.per_image; });
  }
  /// Values in the inputs' ranges, which every number type holds.
  Values random_inputs(std::int64_t batch) const {
    Values values;
    for (const Operand& operand : inputs) {
      const std::vector<float> units = random_floats(operand.of(batch).elements(), 1 + values.size());
      values.emplace_back();
      for (const float unit : units) values.back().push_back(operand.low + (unit + 1) / 2 * (operand.high - operand.low));
    }
    return values;
  }
  /// The gradients by a random cotangent, each image's the same in every batch.
  Values gradients(const Values& values, std::int64_t batch) const {
    const auto count = static_cast<std::int64_t>(compute(values, batch).values.size());
    return differentiate(values, batch, random_floats(count, 99));
  }
};

template <class B>
std::vector<double> host_values(const Tensor<B>& tensor) {
  const auto values = tensor.values();
  return std::vector<double>(values.begin(), values.end());
}

/// A spec's `apply` with the settings behind a pointer; null where there is none.
template <class X>
using Apply = X (*)(Inputs<X>&, const void* settings);

template <class S, class X>
X apply_spec(Inputs<X>& in, const void* settings) {
  return S::apply(in, *static_cast<const std::decay_t<decltype(S::speed().settings)>*>(settings));
}

/// Adds a run of an op: what depends on the backend, but not on the op.
template <class B>
void add_run(std::vector<Run>& to, Run run, std::shared_ptr<const void> settings, Apply<Tensor<B>> apply, Apply<Var<B>> record) {
  std::ostringstream title;
  title << run.op;
  for (const Operand& input : run.inputs) title << ' ' << input.shape;
  run.title = title.str();
  run.epsilon = std::numeric_limits<typename B::value>::epsilon();
  const auto tensors = [inputs = run.inputs](const Values& values, std::int64_t batch) {
    Inputs<Tensor<B>> made;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      made.push_back(Tensor<B>::from(inputs[i].of(batch), std::span<const double>(values[i])));
    return made;
  };
  run.compute = [=](const Values& values, std::int64_t batch) {
    Inputs<Tensor<B>> in = tensors(values, batch);
    const auto* const memory = std::as_const(in[0]).data();
    const Tensor<B> out = apply(in, settings.get());
    return Result{host_values(out), out.data() == memory};
  };
  run.differentiate = [=, inputs = run.inputs](const Values& values, std::int64_t batch, const std::vector<float>& cotangent) {
    Inputs<Var<B>> leaves;
    for (Tensor<B>& tensor : tensors(values, batch)) leaves.emplace_back(std::move(tensor), !inputs[leaves.size()].constant);
    Inputs<Var<B>> in = leaves;
    const Var<B> y = record(in, settings.get());
    y.backward(Tensor<B>::from(y.shape(), std::span<const float>(cotangent)));
    Values gradients;
    for (const Var<B>& leaf : leaves) gradients.push_back(host_values(leaf.gradient()));
    return gradients;
  };
  to.push_back(std::move(run));
}

template <class S, class B>
void add_runs(std::vector<Run>& to) {
  Apply<Var<B>> record = nullptr;
  Run run{.op = S::name, .value = S::value, .hides_nan = hides_nan<S>, .in_place = is_in_place<S>};
  if constexpr (has_gradient<S>) {
    record = &apply_spec<S, Var<B>>;
    run.gradient = S::gradient;
  }
  for (const auto& one : S::cases()) {
    run.inputs = one.inputs;
    add_run<B>(to, run, std::make_shared<std::decay_t<decltype(one.settings)>>(one.settings), &apply_spec<S, Tensor<B>>, record);
  }
}

/// Every case of every op, in the same order for every backend.
template <class B, class... S>
std::vector<Run> runs_of(Specs<S...>) {
  std::vector<Run> runs;
  (add_runs<S, B>(runs), ...);
  return runs;
}

using ReferenceBackend = Specified<AllSpecs>;

/// The reference in double, which reference_test.cpp compiles for all.
const std::vector<Run>& reference_runs();

}  // namespace vpr::test
