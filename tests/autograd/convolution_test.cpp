// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A convolution's gradients agree with central differences, of any window and groups") {
  for (const Window window : {Window{1, 1, 0}, Window{3, 1, 1}, Window{3, 2, 1}, Window{2, 2, 0}, Window{1, 2, 0}}) {
    for (const std::int64_t groups : {1, 2, 4}) {
      check_gradients(
          [=](const Vars& in) {
            return convolution(in[0], {4, 5}, window, in[1]);
          },
          {random_tensor({2, 20, 4}, 1), random_tensor({4, 4 / groups, window.kernel, window.kernel}, 2)});
    }
  }
}

TEST_CASE("The gradients of what follows a convolution agree with central differences") {
  for (const Activation activation : {Activation::none, Activation::relu, Activation::relu6, Activation::gelu}) {
    check_gradients(
        [=](const Vars& in) {
          return convolution(in[0], {3, 4}, {3, 1, 1}, in[1],
                             {.bias = &in[2],
                              .activation = activation,
                              .gate = &in[3],
                              .scale = 0.5,
                              .residual = in[4],
                              .relu_of_sum = activation == Activation::none});
        },
        {random_tensor({2, 12, 3}, 1), random_tensor({5, 3, 3, 3}, 2), random_tensor({5}, 3), random_tensor({5}, 4),
         random_tensor({2, 12, 5}, 5)});
  }
}
