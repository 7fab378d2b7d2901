// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A product's gradients agree with central differences, whichever operand is transposed") {
  const auto of = [](Product product) { return [=](const Vars& in) { return matmul(in[0], in[1], product); }; };
  check_gradients(of(Product::ab), {random_tensor({3, 5}, 1), random_tensor({5, 2}, 2)});
  check_gradients(of(Product::atb), {random_tensor({5, 3}, 1), random_tensor({5, 2}, 2)});
  check_gradients(of(Product::abt), {random_tensor({3, 5}, 1), random_tensor({2, 5}, 2)});
  check_gradients(of(Product::ab), {random_tensor({2, 3, 5}, 1), random_tensor({2, 5, 2}, 2)});
  check_gradients(of(Product::atb), {random_tensor({2, 5, 3}, 1), random_tensor({2, 5, 2}, 2)});
  check_gradients(of(Product::abt), {random_tensor({2, 3, 5}, 1), random_tensor({2, 2, 5}, 2)});
}

TEST_CASE("A matrix that all images are multiplied by gets the sum of their gradients") {
  check_gradients([](const Vars& in) { return matmul(in[0], in[1]); }, {random_tensor({2, 3, 5}, 1), random_tensor({5, 2}, 2)});
  check_gradients([](const Vars& in) { return matmul(in[0], in[1]); }, {random_tensor({2, 3, 5}, 1), random_tensor({5, 2, 2, 1}, 2)});
  check_gradients([](const Vars& in) { return matmul(in[0], in[1], Product::abt); },
                  {random_tensor({2, 3, 5}, 1), random_tensor({2, 5}, 2)});
}

TEST_CASE("The product of a tensor with itself gets both gradients") {
  check_gradients([](const Vars& in) { return matmul(in[0], in[0], Product::abt); }, {random_tensor({3, 5}, 1)});
}
