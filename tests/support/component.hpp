// SPDX-License-Identifier: MIT
/// What the tests of components share: seeded parameters, names, features, results on several threads.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/ops/layout.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace vpr::test {

using X = Tensor<Cpu<f32>>;

inline X tensor(Shape shape, const std::vector<float>& values) { return X::from(shape, values); }

/// Numbers in [-1, 1), the same on every machine.
inline X random_tensor_f32(Shape shape, std::uint64_t seed) { return X::from(shape, random_floats(shape.elements(), seed)); }

/// Features of a grid with class tokens, all random.
inline Features<X> random_features(std::int64_t batch, std::int64_t channels, Grid grid, std::uint64_t seed) {
  return {random_tensor_f32(Shape{batch, channels}, seed), random_tensor_f32(Shape{batch, grid.patches(), channels}, seed + 1000), grid};
}

/// The features of one image of a batch.
inline Features<X> one_of(const Features<X>& features, std::int64_t image) {
  return {features.cls.empty() ? X() : slice(features.cls, 0, image, image + 1), slice(features.patches, 0, image, image + 1),
          features.grid};
}

/// The features with their patches in another order: patch i of the result is patch order[i].
inline Features<X> reordered(const Features<X>& features, const std::vector<std::int64_t>& order) {
  const Shape shape = features.patches.shape();
  std::vector<float> values;
  for (std::int64_t b = 0; b < shape[0]; ++b) {
    for (const std::int64_t i : order) {
      const float* const row = features.patches.data() + (b * shape[1] + i) * shape[2];
      values.insert(values.end(), row, row + shape[2]);
    }
  }
  return {features.cls, tensor(shape, values), features.grid};
}

/// Gives every parameter seeded numbers in [-scale, scale); powers and running variances, which are positive, keep theirs.
template <class Component>
void randomise(Component& component, std::uint64_t seed, float scale = 0.5F) {
  component.visit(
      [&](const std::string& name, auto& parameter) {
        if (name.ends_with("running_var") || name == "p" || name.ends_with(".p")) return;
        std::vector<float> values = random_floats(parameter.shape().elements(), ++seed);
        for (float& value : values) value *= scale;
        parameter.assign(std::span<const float>(values));
      },
      "");
}

/// Sets the parameter of that name; fails where there is none.
template <class Component>
void set(Component& component, const std::string& wanted, const std::vector<float>& values) {
  bool found = false;
  component.visit(
      [&](const std::string& name, auto& parameter) {
        if (name != wanted) return;
        parameter.assign(std::span<const float>(values));
        found = true;
      },
      "");
  INFO("parameter " << wanted);
  REQUIRE(found);
}

/// Every parameter as "name [shape]", in the order of `visit`.
template <class Component>
std::vector<std::string> parameters(Component component) {
  std::vector<std::string> all;
  component.visit(
      [&](const std::string& name, auto& parameter) {
        std::ostringstream out;
        out << name << ' ' << parameter.shape();
        all.push_back(out.str());
      },
      "");
  return all;
}

/// Checks that `compute()` gives the same bits on one thread, two and three, and returns them.
template <class Compute>
std::vector<float> same_on_any_threads(const Compute& compute) {
  std::vector<float> first;
  for (const int count : {1, 2, 3}) {
    const Threads limit(count);
    const std::vector<float> values = compute();
    if (count == 1) first = values;
    CHECK(values == first);
  }
  return first;
}

/// Checks that each image has the same bits alone, in the batch, and on any number of threads; returns the batch's result.
template <class Component>
std::vector<float> same_alone_and_in_batches(const Component& component, const Features<X>& features) {
  const std::vector<float> together = same_on_any_threads([&] { return component(features).to_vector(); });
  std::vector<float> alone;
  for (std::int64_t i = 0; i < features.patches.shape()[0]; ++i) {
    const std::vector<float> one = component(one_of(features, i)).to_vector();
    alone.insert(alone.end(), one.begin(), one.end());
  }
  CHECK(alone == together);
  return together;
}

/// The length of row `row` of a matrix with `dim` columns.
inline double row_length(const std::vector<float>& values, std::int64_t dim, std::int64_t row) {
  double squares = 0;
  for (std::int64_t i = row * dim; i < (row + 1) * dim; ++i)
    squares += static_cast<double>(values[static_cast<std::size_t>(i)]) * static_cast<double>(values[static_cast<std::size_t>(i)]);
  return std::sqrt(squares);
}

}  // namespace vpr::test
