// SPDX-License-Identifier: MIT
#include "tests/specs/checks.hpp"

#include "tests/support/threads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vpr::test {

double roundings(const std::vector<double>& values, const std::vector<double>& reference, double epsilon) {
  REQUIRE(values.size() == reference.size());
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double difference = std::abs(values[i] - reference[i]);
    error = difference <= error ? error : std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
    largest = std::max(largest, std::abs(reference[i]));
  }
  return error == 0 ? 0 : error / largest / epsilon;
}

void check_parity(const std::vector<Run>& runs) {
  const Threads one(1);
  const std::vector<Run>& references = reference_runs();
  REQUIRE(runs.size() == references.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::int64_t batch = 3;
    const Run& run = runs[i];
    const Values values = run.random_inputs(batch);
    INFO(run.title);
    const double off = roundings(run.compute(values, batch).values, references[i].compute(values, batch).values, run.epsilon);
    INFO("got " << off << " roundings, want at most " << run.value.roundings << ": " << run.value.because);
    CHECK(off <= run.value.roundings);
    if (!run.gradient) continue;
    const Values gradients = run.gradients(values, batch), expected = references[i].gradients(values, batch);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      const double gradient_off = roundings(gradients[k], expected[k], run.epsilon);
      INFO("gradient of input " << k << ": got " << gradient_off << " roundings, want at most " << run.gradient->roundings << ": "
                                << run.gradient->because);
      CHECK(gradient_off <= run.gradient->roundings);
    }
  }
}

namespace {

/// Equal to the bit.
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return x == y && std::signbit(x) == std::signbit(y); });
}

/// An image and its gradients have the same bits alone and in a batch of five.
void check_batch_invariance(const std::vector<Run>& runs) {
  const Threads one(1);
  const std::int64_t batch = 5;
  for (const Run& run : runs) {
    if (!run.batched()) continue;
    INFO(run.title);
    const auto part = [&](const std::vector<double>& all, std::int64_t image) {
      const auto size = static_cast<std::ptrdiff_t>(all.size()) / batch;
      return std::vector<double>(all.begin() + image * size, all.begin() + (image + 1) * size);
    };
    const Values values = run.random_inputs(batch);
    const std::vector<double> together = run.compute(values, batch).values;
    const std::vector<float> cotangent = random_floats(static_cast<std::int64_t>(together.size()), 99);
    const Values gradients = run.gradient ? run.differentiate(values, batch, cotangent) : Values();
    for (std::int64_t image = 0; image < batch; ++image) {
      Values own;
      for (std::size_t i = 0; i < values.size(); ++i) own.push_back(run.inputs[i].per_image ? part(values[i], image) : values[i]);
      INFO("image " << image);
      CHECK(same_bits(run.compute(own, 1).values, part(together, image)));
      if (!run.gradient) continue;
      const auto size = static_cast<std::ptrdiff_t>(cotangent.size()) / batch;
      const Values alone = run.differentiate(own, 1, {cotangent.begin() + image * size, cotangent.begin() + (image + 1) * size});
      for (std::size_t k = 0; k < alone.size(); ++k) {
        INFO("gradient of input " << k);
        if (run.inputs[k].per_image) CHECK(same_bits(alone[k], part(gradients[k], image)));  // others are sums over the batch
      }
    }
  }
}

/// The number of threads changes no bit of a result or a gradient.
void check_thread_invariance(const std::vector<Run>& runs) {
  const auto results = [&](int count) {
    const Threads threads(count);
    Values all;
    for (const Run& run : runs) {
      const Values values = run.random_inputs(3);
      all.push_back(run.compute(values, 3).values);
      for (const std::vector<double>& gradient : run.gradient ? run.gradients(values, 3) : Values())
        all.back().insert(all.back().end(), gradient.begin(), gradient.end());
    }
    return all;
  };
  const Values serial = results(1);
  for (const int count : {2, 5}) {
    const Values parallel = results(count);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      INFO(runs[i].title << ", " << count << " threads");
      CHECK(same_bits(serial[i], parallel[i]));
    }
  }
}

/// A batch of no images gives no result and leaves no gradient.
void check_empty_batch(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (!run.batched()) continue;
    INFO(run.title);
    const Values none = run.random_inputs(0);
    CHECK(run.compute(none, 0).values.empty());
    if (run.gradient) CHECK(run.differentiate(none, 0, {}) == Values(none.size()));
  }
}

/// Ops that take over the memory of their first input write their result there.
void check_in_place(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const Result result = run.compute(run.random_inputs(3), 3);
    INFO(run.title);
    if (!result.values.empty()) CHECK(result.in_place == run.in_place);
  }
}

/// Whatever of a result depends on the first input is NaN where that is nothing else.
void check_nan(const std::vector<Run>& runs) {
  const Threads one(1);
  for (const Run& run : runs) {
    if (run.hides_nan) continue;
    Values values = run.random_inputs(3);
    const std::vector<double> usual = run.compute(values, 3).values;
    std::fill(values[0].begin(), values[0].end(), std::numeric_limits<double>::quiet_NaN());
    const std::vector<double> result = run.compute(values, 3).values;
    bool passed = true;
    for (std::size_t i = 0; i < result.size(); ++i) passed = passed && (std::isnan(result[i]) || result[i] == usual[i]);
    INFO(run.title);
    CHECK(passed);
    if (!values[0].empty() && run.inputs.size() == 1 && !result.empty())
      CHECK(std::any_of(result.begin(), result.end(), [](double value) { return std::isnan(value); }));
  }
}

}  // namespace

void check_ops(const std::vector<Run>& runs) {
  SECTION("Every op and its gradients agree with the reference in double") { check_parity(runs); }
  SECTION("An image has the same bits alone and in a batch") { check_batch_invariance(runs); }
  SECTION("The number of threads does not change a bit") { check_thread_invariance(runs); }
  SECTION("A batch of no images gives none") { check_empty_batch(runs); }
  SECTION("What is moved in is overwritten") { check_in_place(runs); }
  SECTION("A NaN stays a NaN") { check_nan(runs); }
}

}  // namespace vpr::test

TEST_CASE("Differences are counted in rounding errors at the largest magnitude, and a NaN is infinitely far") {
  using vpr::test::roundings;
  CHECK(roundings({1, 4}, {1, 4}, 0.5) == 0);
  CHECK(roundings({1.5, 4}, {1, 4}, 0.25) == 0.5);
  CHECK(std::isinf(roundings({std::numeric_limits<double>::quiet_NaN()}, {1}, 0.5)));
}
