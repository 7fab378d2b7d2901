// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/layer/normed_convolution.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

template <class B>
NormedConvolution<B> random_layer(bool with_bias, std::int64_t groups) {
  NormedConvolution<B> layer(6, 8 * groups, {3, 1, 1}, typename B::value(1e-3), with_bias, groups);
  randomise(layer, 1);
  std::vector<float> variances = random_floats(8 * groups, 99);
  for (float& variance : variances) variance = 1.2F + variance;
  set(layer, "bn.running_var", variances);
  return layer;
}

template <class Component>
std::vector<float> parameter_values(Component& component) {
  std::vector<float> all;
  component.visit(
      [&](const std::string&, auto& parameter) {
        const std::vector<float> values = parameter.to_vector();
        all.insert(all.end(), values.begin(), values.end());
      },
      "");
  return all;
}

}  // namespace

TEST_CASE("A folded batch normalisation gives the same but for roundings, with ReLU and a residual too") {
  const X x = random_tensor_f32(Shape{2, 20, 6}, 7);
  for (const bool with_bias : {false, true}) {
    for (const std::int64_t groups : {1, 3}) {
      NormedConvolution<Cpu<>> layer = random_layer<Cpu<>>(with_bias, groups), folded = layer;
      const X residual = random_tensor_f32(Shape{2, 20, 8 * groups}, 8);
      fold_batch_norm(folded);
      CHECK(folded.bn.is_bias());
      CHECK(!layer.bn.is_bias());
      CHECK(parameters(folded) == parameters(layer));
      for (const bool with_relu : {false, true}) {
        for (const X& added : {X(), residual}) {
          const std::vector<float> want = layer(x, {4, 5}, with_relu, added).to_vector();
          float largest = 0;
          for (const float value : want) largest = std::max(largest, std::abs(value));
          CHECK(largest_difference(want, folded(x, {4, 5}, with_relu, added).to_vector()) <= 1e-6F * largest);
          // The parameters say the same where nothing is folded.
          const std::vector<float> apart = folded.bn(folded.conv(x, {4, 5})).to_vector();
          if (!with_relu && added.empty()) CHECK(largest_difference(want, apart) <= 1e-6F * largest);
        }
      }
      const std::vector<float> want = layer.with_relu6(x, {4, 5}).to_vector();
      CHECK(want == relu6(layer(x, {4, 5})).to_vector());
      CHECK(largest_difference(want, folded.with_relu6(x, {4, 5}).to_vector()) <= 6e-6F);
      const std::vector<float> once = parameter_values(folded);
      fold_batch_norm(folded);
      CHECK(largest_difference(once, parameter_values(folded)) <= 1e-6F);
    }
  }
}

TEST_CASE("A folded batch normalisation that is given other parameters follows them") {
  NormedConvolution<Cpu<>> layer = random_layer<Cpu<>>(false, 1), other = layer;
  fold_batch_norm(other);
  std::vector<std::vector<float>> values;
  layer.visit([&](const std::string&, auto& parameter) { values.push_back(parameter.to_vector()); }, "");
  std::size_t next = 0;
  other.visit([&](const std::string&, auto& parameter) { parameter.assign(std::span<const float>(values[next++])); }, "");
  const X x = random_tensor_f32(Shape{1, 20, 6}, 7);
  CHECK(other(x, {4, 5}).to_vector() == layer(x, {4, 5}).to_vector());
}

TEST_CASE("A recorded batch normalisation is not folded") {
  NormedConvolution<Recorded<Cpu<f64>>> layer = random_layer<Recorded<Cpu<f64>>>(true, 1);
  const std::vector<float> before = parameter_values(layer);
  fold_batch_norm(layer);
  CHECK(parameter_values(layer) == before);
}
