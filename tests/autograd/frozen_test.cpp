// SPDX-License-Identifier: MIT
// What is frozen costs nothing.
#include <vpr/autograd.hpp>

#include "tests/autograd/counted.hpp"
#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

Var<Counted> leaf(const Shape& shape, bool trained) { return Var<Counted>(random_tensor<Counted>(shape, 1), trained); }

}  // namespace

TEST_CASE("A frozen weight costs no product, no sum and no gradient") {
  for (const bool trained : {false, true}) {
    const Var<Counted> x = leaf({5, 3}, true), weight = leaf({4, 3}, trained), bias = leaf({4}, trained);
    const Var<Counted> y = linear(x, weight, bias);
    Counted::start();
    propagate_ones(y);
    CHECK(Counted::products == (trained ? 2 : 1));
    CHECK(Counted::sums == (trained ? 1 : 0));
    CHECK(weight.gradient().empty() == !trained);
    CHECK(bias.gradient().empty() == !trained);
    CHECK_FALSE(x.gradient().empty());
  }
}

TEST_CASE("An input that wants no gradient costs no product") {
  const Var<Counted> x = leaf({5, 3}, false), weight = leaf({4, 3}, true);
  const Var<Counted> y = linear(x, weight);
  Counted::start();
  propagate_ones(y);
  CHECK(Counted::products == 1);
  CHECK(x.gradient().empty());
}

TEST_CASE("Frozen layers keep none of their results, trained ones keep what their gradients need") {
  for (const bool trained : {false, true}) {
    const Var<Counted> weight = leaf({3, 3}, trained), x = leaf({100, 3}, true);
    const std::int64_t before = Counted::live;
    Var<Counted> y = x;
    for (int i = 0; i < 10; ++i) y = linear(y, weight);
    CHECK(Counted::live - before == (trained ? 10 : 1) * 300);
  }
}

TEST_CASE("Sums keep none of their operands for a backward pass") {
  const Var<Counted> gamma = leaf({3}, false);
  const std::int64_t before = Counted::live;
  Var<Counted> y = leaf({100, 3}, true);
  for (int i = 0; i < 10; ++i) y = add_scaled(add_gated(y, y, gamma), y, 0.5);
  CHECK(Counted::live - before == 300);
}

TEST_CASE("What nothing trained flows into is computed in place and records nothing") {
  const Var<Counted> gamma = leaf({3}, false), beta = leaf({3}, false);
  Var<Counted> y = leaf({100, 3}, false);
  Counted::start();
  const std::int64_t before = Counted::live;
  for (int i = 0; i < 10; ++i) y = softmax(relu(add(std::move(y), beta)));
  CHECK(Counted::live == before);
  CHECK(Counted::most == before);
  CHECK_FALSE(y.needs_gradient());
}

TEST_CASE("Nothing is recorded while NotRecording exists") {
  const Var<F64> x(random_tensor({2, 3}, 1), true), constant(random_tensor({2, 3}, 1));
  {
    const NotRecording outer;
    {
      const NotRecording inner;
      CHECK_FALSE(gelu(constant).needs_gradient());
      CHECK_FALSE(inner.missed());
      CHECK_FALSE(gelu(gelu(x)).needs_gradient());
      CHECK(inner.missed());
    }
    CHECK(outer.missed());
  }
  CHECK(gelu(x).needs_gradient());
}

TEST_CASE("A weight that was frozen when recorded is refused, not misled, when unfrozen before backward") {
  Var<F64> x(random_tensor({2, 3}, 1), true), weight(random_tensor({4, 3}, 2));
  const Var<F64> y = linear(x, weight);
  weight.set_needs_gradient(true);
  CHECK_THROWS_WITH(propagate_ones(y), ContainsSubstring("the value [2, 3] was not kept, since no gradient needed it"));
}
