// SPDX-License-Identifier: MIT
// Layers over `Recorded`: the gradients of their parameters.
#include <vpr/layer.hpp>

#include "tests/autograd/component_gradients.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Gradients of convolutions agree with central differences, of any window") {
  for (const Window& window : std::vector<Window>{{1, 1, 0}, {3, 1, 1}, {3, 2, 1}, {5, 1, 2}}) {
    Convolution<Training> convolution(3, 4, window);
    check_parameter_gradients(convolution, [](const auto& c) { return c(constant(Shape{2, 15, 3}, 1), {3, 5}); });
  }
}

TEST_CASE("Gradients of convolutions in groups agree with central differences") {
  for (const std::int64_t groups : {2, 4}) {
    Convolution<Training> convolution(4, 8 / groups * groups, {3, 2, 1}, true, groups);
    check_parameter_gradients(convolution, [](const auto& c) { return c(constant(Shape{2, 15, 4}, 1), {3, 5}); });
  }
}

TEST_CASE("Gradients of transposed convolutions agree with central differences") {
  TransposedConvolution<Training> convolution(3, 4, {3, 2, 1}, 1);
  check_parameter_gradients(convolution, [](const auto& c) { return c(constant(Shape{2, 6, 3}, 1), {2, 3}); });
}

TEST_CASE("Gradients of a batch normalisation agree with central differences, by the batch's statistics and by frozen ones") {
  for (const bool frozen : {false, true}) {
    BatchNorm<Training> norm(3, 1e-3);
    norm.freeze_statistics(frozen);
    check_parameter_gradients(norm, [](const auto& n) { return n(constant(Shape{2, 5, 3}, 1)); });
  }
}

TEST_CASE("Gradients of attention agree with central differences, to itself and to a memory") {
  MultiheadAttention<Training> attention(6, 2);
  check_parameter_gradients(attention, [](const auto& a) { return a(constant(Shape{2, 3, 6}, 1)); });
  check_parameter_gradients(attention, [](const auto& a) { return a(constant(Shape{2, 3, 6}, 1), constant(Shape{2, 4, 6}, 2)); });
}

TEST_CASE("Gradients of an encoder layer agree with central differences") {
  TransformerEncoderLayer<Training> layer(6, 5);
  check_parameter_gradients(layer, [](const auto& l) {
    return l(constant(Shape{2, 3, 6}, 1), [](const V& qkv) { return self_attention(qkv, 2); });
  });
}
