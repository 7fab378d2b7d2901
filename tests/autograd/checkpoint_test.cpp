// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>

#include "tests/autograd/counted.hpp"
#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// What a block of a network is like: wide inside, and its parameters.
template <class B>
struct Part {
  Var<B> up = Var<B>(random_tensor<B>({12, 3}, 1), true), down = Var<B>(random_tensor<B>({3, 12}, 2), true);

  Var<B> operator()(const Var<B>& x) const { return add(x, linear(linear(x, up, {.activation = Activation::gelu}), down)); }
};

}  // namespace

TEST_CASE("A checkpointed part has the same value and gradients to the bit") {
  const auto gradients = [](bool checkpointed) {
    const Part<F64> first, second;
    const Var<F64> x(random_tensor({2, 5, 3}, 3), true);
    Var<F64> y = x;
    for (const Part<F64>* part : {&first, &second}) {
      const auto f = [part](const Var<F64>& in) { return (*part)(in); };
      y = checkpointed ? checkpoint(f, y) : f(y);
    }
    y.backward(random_tensor({2, 5, 3}, 4));
    std::vector<std::vector<double>> all{y.value().values()};
    for (const Var<F64>& leaf : {x, first.up, first.down, second.up, second.down}) all.push_back(leaf.gradient().values());
    return all;
  };
  CHECK(gradients(true) == gradients(false));
}

TEST_CASE("Checkpointed parts keep only their inputs") {
  const auto held = [](bool checkpointed, std::int64_t& most) {
    const Part<Counted> part;
    const std::int64_t before = Counted::live;
    Var<Counted> y(random_tensor<Counted>({100, 3}, 3), true);
    const auto f = [&part](const Var<Counted>& in) { return part(in); };
    for (int i = 0; i < 10; ++i) y = checkpointed ? checkpoint(f, y) : f(y);
    const std::int64_t live = Counted::live - before;
    Counted::start();
    propagate_ones(y);
    most = Counted::most - before;
    return live;
  };
  std::int64_t most = 0, most_recorded = 0;
  CHECK(held(true, most) == 11 * 300);
  CHECK(held(false, most_recorded) >= 10 * (300 + 2 * 1200));  // the input, and before and after the activation
  CHECK(2 * most < most_recorded);
}

TEST_CASE("A checkpoint of constants computes parameters' gradients, and none where nothing is trained") {
  Part<F64> part;
  const Var<F64> x(random_tensor({2, 3}, 3));
  int calls = 0;
  const auto f = [&](const Var<F64>& in) {
    ++calls;
    return part(in);
  };
  propagate_ones(checkpoint(f, x));
  CHECK(calls == 2);
  CHECK(x.gradient().empty());
  CHECK_FALSE(part.up.gradient().empty());
  part.up.set_needs_gradient(false);
  part.down.set_needs_gradient(false);
  const Var<F64> y = checkpoint(f, x);
  CHECK(calls == 3);
  CHECK_FALSE(y.needs_gradient());
}

TEST_CASE("Checkpoints nest") {
  const Part<F64> part;
  check_gradients(
      [&](const Vars& in) {
        const auto inner = [&part](const Var<F64>& x) { return part(x); };
        return checkpoint([=](const Var<F64>& x) { return gelu(checkpoint(inner, x)); }, in[0]);
      },
      {random_tensor({2, 3}, 3)});
}

TEST_CASE("At inference a checkpoint is the function itself") {
  const Tensor<F64> x = random_tensor({2, 3}, 1);
  CHECK(checkpoint([](Tensor<F64> t) { return gelu(std::move(t)); }, x).values() == gelu(x).values());
}

TEST_CASE("The result of a checkpoint need not depend on its input") {
  const Var<F64> x(Tensor<F64>::full({2, 3}, 1), true), w(Tensor<F64>::full({2, 3}, 2), true);
  const auto gradients = [&](const auto& f) {
    Var<F64>(x).clear_gradient();
    Var<F64>(w).clear_gradient();
    propagate_ones(add(checkpoint(f, x), x));
    return std::pair(x.gradient().to_vector(), w.gradient().to_vector());
  };
  const std::vector<float> ones(6, 1), fours(6, 4);
  CHECK(gradients([w](const Var<F64>&) { return multiply(w, w); }) == std::pair(ones, fours));
  CHECK(gradients([w](const Var<F64>& v) { return multiply(w, v.detached()); }) == std::pair(ones, ones));
  CHECK(gradients([w](const Var<F64>&) { return w; }) == std::pair(ones, ones));
  CHECK(gradients([](const Var<F64>& v) { return v; }) == std::pair(std::vector<float>(6, 2), std::vector<float>()));
}
