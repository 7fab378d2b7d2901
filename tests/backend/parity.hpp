// SPDX-License-Identifier: MIT
/// @file
/// Runs the table of kernels on a backend: against the scalar reference in double, alone and in a batch, in place.
#pragma once

#include <vpr/backend/host.hpp>

#include "tests/backend/kernel_cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

namespace vpr::test {

/// Host values of a case's tensors.
using Values = std::vector<std::vector<float>>;

template <class B>
Values random_inputs(const KernelCase<B>& kernel_case, std::int64_t batch) {
  Values values;
  for (const Operand& operand : kernel_case.inputs) {
    values.push_back(random_floats(operand.of(batch).elements(), 1 + values.size()));
    for (float& value : values.back()) value = operand.low + (value + 1) / 2 * (operand.high - operand.low);
  }
  return values;
}

/// The outputs of a case. With `in_place` the first output is the first input.
template <class B>
std::vector<std::vector<typename B::value>> outputs_of(const KernelCase<B>& kernel_case, std::int64_t batch, const Values& values,
                                                       bool in_place = false) {
  std::vector<Tensor<B>> tensors, results;
  for (std::size_t i = 0; i < values.size(); ++i) {
    tensors.push_back(Tensor<B>::from(kernel_case.inputs[i].of(batch), std::span<const float>(values[i])));
  }
  // Nothing may be left unwritten.
  for (const Operand& output : kernel_case.outputs)
    results.push_back(Tensor<B>::full(output.of(batch), std::numeric_limits<typename B::value>::quiet_NaN()));
  Inputs<B> inputs;
  for (const Tensor<B>& tensor : tensors) inputs.push_back(&tensor);
  if (in_place) {
    results[0] = tensors[0];
    inputs[0] = &results[0];
  }
  kernel_case.run(inputs, results);
  std::vector<std::vector<typename B::value>> host;
  for (const Tensor<B>& result : results) host.push_back(result.values());
  return host;
}

/// Equal to the bit.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](T x, T y) { return x == y && std::signbit(x) == std::signbit(y); });
}

/// Every kernel of B agrees with `Reference<double>`, each within its case's number of rounding errors.
template <class B>
void check_parity() {
  const Threads one(1);
  const auto cases = kernel_cases<B>();
  const auto reference_cases = kernel_cases<Reference<double>>();
  REQUIRE(cases.size() == reference_cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::int64_t batch = 3;
    const Values values = random_inputs(cases[i], batch);
    const auto ours = outputs_of(cases[i], batch, values);
    const auto references = outputs_of(reference_cases[i], batch, values);
    for (std::size_t o = 0; o < ours.size(); ++o) {
      double largest = 0, error = 0;
      for (std::size_t k = 0; k < ours[o].size(); ++k) {
        const double difference = std::abs(static_cast<double>(ours[o][k]) - references[o][k]);
        error = difference <= error ? error : std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
        largest = std::max(largest, std::abs(references[o][k]));
      }
      INFO(cases[i].title() << ", output " << o << ": " << error / largest / std::numeric_limits<typename B::value>::epsilon()
                            << " roundings");
      CHECK(error <= cases[i].roundings * std::numeric_limits<typename B::value>::epsilon() * largest);
    }
  }
}

/// An image has the same bits alone and in a batch of seven.
template <class B>
void check_batch_invariance() {
  const Threads one(1);
  const std::int64_t batch = 7;
  for (const auto& kernel_case : kernel_cases<B>()) {
    const Values values = random_inputs(kernel_case, batch);
    const auto together = outputs_of(kernel_case, batch, values);
    for (std::int64_t image = 0; image < batch; ++image) {
      const auto part = [&](const auto& all, const Operand& operand) {
        if (!operand.per_image) return all;
        const std::int64_t size = operand.shape.elements();
        return std::decay_t<decltype(all)>(all.begin() + image * size, all.begin() + (image + 1) * size);
      };
      Values own;
      for (std::size_t i = 0; i < values.size(); ++i) own.push_back(part(values[i], kernel_case.inputs[i]));
      const auto alone = outputs_of(kernel_case, 1, own);
      for (std::size_t o = 0; o < alone.size(); ++o) {
        if (!kernel_case.outputs[o].per_image) continue;  // summed over the batch
        INFO(kernel_case.title() << ", output " << o << ", image " << image);
        CHECK(same_bits(alone[o], part(together[o], kernel_case.outputs[o])));
      }
    }
  }
}

/// The number of threads does not change a bit.
template <class B>
void check_thread_invariance() {
  for (const auto& kernel_case : kernel_cases<B>()) {
    const Values values = random_inputs(kernel_case, 3);
    const auto with_threads = [&](int count) {
      const Threads threads(count);
      return outputs_of(kernel_case, 3, values);
    };
    const auto serial = with_threads(1);
    for (const int count : {2, 5}) {
      const auto parallel = with_threads(count);
      for (std::size_t o = 0; o < serial.size(); ++o) {
        INFO(kernel_case.title() << ", output " << o << ", " << count << " threads");
        CHECK(same_bits(serial[o], parallel[o]));
      }
    }
  }
}

/// Where a kernel may overwrite its input, that gives the same bits.
template <class B>
void check_in_place() {
  const Threads one(1);
  for (const auto& kernel_case : kernel_cases<B>()) {
    if (!kernel_case.in_place) continue;
    const Values values = random_inputs(kernel_case, 3);
    INFO(kernel_case.title());
    CHECK(same_bits(outputs_of(kernel_case, 3, values)[0], outputs_of(kernel_case, 3, values, true)[0]));
  }
}

/// No clamp or maximum hides a NaN of the first input.
template <class B>
void check_nan() {
  const Threads one(1);
  for (const auto& kernel_case : kernel_cases<B>()) {
    const std::string& kernel = kernel_case.kernel;
    // insert writes a part of its output, convolution, windows and fold have cells outside the map, a gradient through batch_norm may not need its
    // input, one_hot, relu_gradient and max_pool_gradient give no number of their first one.
    static const std::set<std::string> others{"insert",  "convolution",   "windows",          "fold", "batch_norm_gradient",
                                              "one_hot", "relu_gradient", "max_pool_gradient"};
    if (others.contains(kernel) || kernel_case.inputs[0].shape.elements() == 0 || kernel_case.outputs[0].shape.elements() == 0) continue;
    Values values = random_inputs(kernel_case, 1);
    std::fill(values[0].begin(), values[0].end(), std::numeric_limits<float>::quiet_NaN());
    const auto result = outputs_of(kernel_case, 1, values)[0];
    INFO(kernel_case.title());
    CHECK(std::all_of(result.begin(), result.end(), [](auto value) { return std::isnan(value); }));
  }
}

}  // namespace vpr::test
