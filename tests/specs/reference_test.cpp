// SPDX-License-Identifier: MIT
// The reference in double: its gradients against central differences.
#include "tests/specs/checks.hpp"
#include "tests/support/central_difference.hpp"
#include "tests/support/threads.hpp"

#include <set>

using namespace vpr::test;

const std::vector<Run>& vpr::test::reference_runs() {
  static const std::vector<Run> runs = runs_of<ReferenceBackend>(AllSpecs());
  return runs;
}

namespace {

/// Elements of a case whose every partial derivative is compared.
constexpr std::size_t few = 200;

std::size_t elements(const Values& values) {
  std::size_t count = 0;
  for (const std::vector<double>& one : values) count += one.size();
  return count;
}

template <class S>
void check_by_hand() {
  using T = vpr::Tensor<ReferenceBackend>;
  INFO(S::name);
  if constexpr (requires { S::examples(); }) {
    for (const auto& example : S::examples()) {
      Inputs<T> in;
      for (std::size_t i = 0; i < example.values.size(); ++i) in.push_back(T::from(example.of.inputs[i].of(1), example.values[i]));
      CHECK(roundings(S::apply(in, example.of.settings).values(), example.result, 0x1p-52) <= S::value.roundings);
    }
  }
  if constexpr (requires { S::refused(); }) {
    for (const auto& refusal : S::refused()) {
      Inputs<T> in;
      for (const Operand& operand : refusal.of.inputs) in.push_back(T::zeros(operand.of(1)));
      CHECK_THROWS_WITH(S::apply(in, refusal.of.settings), ContainsSubstring(refusal.message));
    }
  }
}

template <class... S>
void check_by_hand(Specs<S...>) {
  (check_by_hand<S>(), ...);
}

}  // namespace

TEST_CASE("Every op passes the gradients of central differences") {
  const Threads one(1);
  std::set<std::string> with_gradient, compared;
  for (const Run& run : reference_runs()) {
    const std::int64_t batch = 2;
    Values values = run.random_inputs(batch);
    if (run.gradient) with_gradient.insert(run.op);
    if (!run.gradient || elements(values) > few) continue;
    const std::vector<float> cotangent = random_floats(static_cast<std::int64_t>(run.compute(values, batch).values.size()), 99);
    if (cotangent.empty()) continue;
    compared.insert(run.op);
    const Values gradients = run.differentiate(values, batch, cotangent);
    const auto objective = [&] {
      const std::vector<double> y = run.compute(values, batch).values;
      double sum = 0;
      for (std::size_t i = 0; i < y.size(); ++i) sum += cotangent[i] * y[i];
      return sum;
    };
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (run.inputs[k].constant) continue;
      INFO(run.title << ", input " << k);
      REQUIRE(gradients[k].size() == values[k].size());
      for (std::size_t i = 0; i < values[k].size(); ++i) {
        const double wanted = central_difference(values[k][i], 1e-5, objective);
        INFO("element " << i);
        CHECK(gradients[k][i] == Approx(wanted).epsilon(1e-6).margin(1e-8));
      }
    }
  }
  CHECK(compared == with_gradient);  // each has a case that is small enough
}

TEST_CASE("Every op gives what was computed by hand, and refuses what it cannot take") { check_by_hand(AllSpecs()); }

TEST_CASE("The reference does with every op what each backend must") { check_ops(reference_runs()); }

TEST_CASE("Every kernel that a spec lists is run by the op or its gradient") {
  for (auto& [kernel, calls] : kernel_calls()) calls = 0;
  check_parity(reference_runs());
  for (const auto& [kernel, calls] : kernel_calls()) {
    INFO(kernel);
    CHECK(calls > 0);
  }
}
