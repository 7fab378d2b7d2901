// SPDX-License-Identifier: MIT
#include <vpr/autograd/arithmetic.hpp>
#include <vpr/autograd/attention.hpp>
#include <vpr/autograd/product.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("An input used twice gets both gradients, and one used thrice all three") {
  check_gradients([](const Vars& in) { return add_gated(in[0], in[0], in[1]); }, {random_tensor({2, 3}, 1), random_tensor({3}, 2)});
  check_gradients([](const Vars& in) { return multiply(in[0], in[0]); }, {random_tensor({2, 3}, 1)});
  check_gradients([](const Vars& in) { return add_scaled(in[0], in[0], 3); }, {random_tensor({2, 3}, 1)});
  check_gradients([](const Vars& in) { return matmul(in[0], in[0], Product::abt); }, {random_tensor({3, 5}, 1)});
  check_gradients([](const Vars& in) { return attention(in[0], in[0], in[0], 2); }, {random_tensor({1, 3, 4}, 1)});
}

TEST_CASE("A gate may be shaped as a map's layer scale") {
  check_gradients([](const Vars& in) { return add_gated(in[0], in[1], in[2]); },
                  {random_tensor({2, 5, 3}, 1), random_tensor({2, 5, 3}, 2), random_tensor({3, 1, 1}, 3)});
}
