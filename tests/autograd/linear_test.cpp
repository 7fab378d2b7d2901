// SPDX-License-Identifier: MIT
#include <vpr/autograd/linear.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Linear maps pass the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  check_gradients<B>([](const auto& in) { return linear(in[0], in[1], in[2]); }, {r({2, 3, 5}), r({4, 5}), r({4})});
  check_gradients<B>([](const auto& in) { return linear(in[0], in[1], in[2]); }, {r({5}), r({3, 5}), r({3})});
  check_gradients<B>([](const auto& in) { return linear(in[0], in[1]); }, {r({7, 5}), r({1, 5})});
  check_gradients<B>([](const auto& in) { return linear(in[0], in[1], in[2]); }, {r({2, 0}), r({3, 0}), r({3})});
  check_gradients<B>([](const auto& in) { return linear(in[0], in[1], in[2]); }, {r({1, 3, 12}), r({5, 3, 2, 2}), r({5})});
}

TEMPLATE_LIST_TEST_CASE("What follows a product passes the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  using V = Var<B>;
  auto r = random_tensors<B>();
  for (const Activation activation : {Activation::none, Activation::relu, Activation::gelu, Activation::quick_gelu}) {
    const auto activated = [=](const auto& in) { return Epilogue<V>{.bias = &in[2], .activation = activation}; };
    check_gradients<B>([&](const auto& in) { return linear(in[0], in[1], activated(in)); }, {r({2, 3, 4}), r({5, 4}), r({5})});
    for (const typename B::value scale : {1.0, 0.3}) {
      check_gradients<B>(
          [&](const auto& in) {
            Epilogue<V> epilogue = activated(in);
            epilogue.gate = &in[3];
            epilogue.scale = scale;
            return linear(in[0], in[1], epilogue);
          },
          {r({2, 3, 4}), r({5, 4}), r({5}), r({5})});
      check_gradients<B>(
          [&](const auto& in) {
            Epilogue<V> epilogue = activated(in);
            epilogue.gate = &in[3];
            epilogue.scale = scale;
            epilogue.residual = in[4];
            return linear(in[0], in[1], epilogue);
          },
          {r({2, 3, 4}), r({5, 4}), r({5}), r({5}), r({2, 3, 5})});
      check_gradients<B>([&](const auto& in) { return linear(in[0], in[1], {.scale = scale, .residual = in[2]}); },
                         {r({2, 3, 4}), r({5, 4}), r({2, 3, 5})});
    }
  }
}

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

TEST_CASE("Linear maps without rows or outputs leave no gradient and do no harm") {
  const Var<F64> x(random_tensor({2, 3}, 1), true), none(Tensor<F64>(Shape{0, 3}), true), bias(random_tensor({3}, 2), true);
  for (const Var<F64>& y : {linear(x, none), linear(none, Var<F64>::zeros({3, 3}), bias)}) propagate_ones(y);
  CHECK(x.gradient().empty());
  CHECK(bias.gradient().empty());
}
