// SPDX-License-Identifier: MIT
#include <vpr/autograd/linear.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Recorded linear maps give the values of the ops themselves") {
  const auto x = random_tensor({2, 3, 4}, 1), w = random_tensor({5, 4}, 2), b = random_tensor({5}, 3);
  const Var<F64> vx(x, true), vw(w, true), vb(b, true);
  CHECK(largest_difference(linear(vx, vw, {.bias = &vb, .activation = Activation::gelu}).to_vector(),
                           linear(x, w, {.bias = &b, .activation = Activation::gelu}).to_vector()) < 1e-6F);
  CHECK(linear(vx, vw, {.bias = &vb, .activation = Activation::relu}).to_vector() ==
        linear(x, w, {.bias = &b, .activation = Activation::relu}).to_vector());
  const NotRecording without;
  CHECK(linear(vx, vw, {.bias = &vb, .activation = Activation::gelu, .scale = 0.2, .residual = linear(vx, vw)}).to_vector() ==
        linear(x, w, {.bias = &b, .activation = Activation::gelu, .scale = 0.2, .residual = linear(x, w)}).to_vector());
}

TEST_CASE("A weight and a result used twice get both gradients") {
  check_gradients(
      [](const Vars& in) {
        const Var<F64> shared = gelu(linear(in[0], in[1]));
        return linear(linear(shared, in[1]), in[1], {.activation = Activation::relu});
      },
      {random_tensor({2, 3}, 1), random_tensor({3, 3}, 2)});
}
