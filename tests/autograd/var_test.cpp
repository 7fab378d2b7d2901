// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;
using B = Cpu<f64>;

namespace {

Var<B> leaf(std::vector<double> values, bool needs_gradient = true) {
  const auto size = static_cast<std::int64_t>(values.size());
  return Var<B>(Tensor<B>::from({size}, values), needs_gradient);
}
std::vector<double> gradient(const Var<B>& x) { return x.gradient().values(); }

}  // namespace

TEST_CASE("A leaf keeps its value and wants no gradient unless asked") {
  Var<B> x = leaf({1, 2}, false);
  CHECK(x.value().values() == std::vector<double>{1, 2});
  CHECK_FALSE(x.needs_gradient());
  CHECK(x.gradient().empty());
  CHECK(Var<B>::zeros({3}).needs_gradient());
  CHECK(Var<B>().empty());
  x.assign(std::span<const float>(std::vector<float>{3, 4}));
  CHECK(x.to_vector() == std::vector<float>{3, 4});
}

TEST_CASE("Copies of a Var share its value and gradient") {
  const Var<B> x = leaf({1, 2});
  const Var<B> same = x;
  add(x, same).backward(Tensor<B>::from({2}, {1, 10}));
  CHECK(gradient(same) == std::vector<double>{2, 20});
}

TEST_CASE("What a temporary Var shows is the caller's own") {
  const Var<B> x = leaf({1, 2});
  const auto temporary = [&] { return add(x, x); };
  const Tensor<B>& value = temporary().value();
  const Shape& shape = temporary().shape();
  CHECK(value.values() == std::vector<double>{2, 4});
  CHECK(shape == Shape{2});
  temporary().backward(Tensor<B>::full({2}, 1));
  CHECK(Var<B>(x).gradient().values() == std::vector<double>{2, 2});
  CHECK(Var<B>(x).value().values() == std::vector<double>{1, 2});
  CHECK(x.value().values() == std::vector<double>{1, 2});  // a copy's value is not moved out of it
}

TEST_CASE("A Var that was moved from is an error until it is assigned to") {
  Var<B> x(Tensor<B>::full({2}, 3), true);
  const Var<B> kept = std::move(x);
  const std::string sentence = "Var: it was moved from; assign it a new value first";
  CHECK_THROWS_WITH(x.shape(), sentence);
  CHECK_THROWS_WITH(x.empty(), sentence);
  CHECK_THROWS_WITH(x.value(), sentence);
  CHECK_THROWS_WITH(x.to_vector(), sentence);
  CHECK_THROWS_WITH(x.gradient(), sentence);
  CHECK_THROWS_WITH(x.needs_gradient(), sentence);
  CHECK_THROWS_WITH(x.set_needs_gradient(true), sentence);
  CHECK_THROWS_WITH(x.clear_gradient(), sentence);
  CHECK_THROWS_WITH(x.update([](auto&, auto&) {}), sentence);
  CHECK_THROWS_WITH(x.assign(std::vector<float>{1, 2}), sentence);
  CHECK_THROWS_WITH(x.detached(), sentence);
  CHECK_THROWS_WITH(x.take(), sentence);
  CHECK_THROWS_WITH(x.backward(), sentence);
  CHECK_THROWS_WITH(x.backward(Tensor<B>::full({2}, 1)), sentence);
  CHECK_THROWS_WITH(multiply(kept, x), sentence);
  CHECK_THROWS_WITH(add(x, kept), sentence);
  CHECK_THROWS_WITH(x.with_value_if(false).shape(), sentence);
  x = kept;
  CHECK(x.value().values() == kept.value().values());
}

TEST_CASE("A Var whose value was taken says so") {
  Var<B> x(Tensor<B>::full({2}, 3), true);
  CHECK(x.take().shape() == Shape{2});
  CHECK_THROWS_WITH(x.take(), ContainsSubstring("the value [2] was not kept"));
  CHECK_THROWS_WITH(x.update([](auto&, auto&) {}), ContainsSubstring("was not kept"));
  CHECK_THROWS_WITH(x.assign(std::vector<float>{1, 2}), ContainsSubstring("was not kept"));
}

TEST_CASE("Gradients of several backward calls add up until cleared") {
  Var<B> x = leaf({1, 2});
  for (int i = 0; i < 2; ++i) add_scaled(x, x, 2).backward(Tensor<B>::from({2}, {1, 1}));
  CHECK(gradient(x) == std::vector<double>{6, 6});
  x.clear_gradient();
  CHECK(x.gradient().empty());
}

TEST_CASE("What needs no gradient is not recorded and gets none") {
  const Var<B> x = leaf({1, 2}, false), y = leaf({3, 4}, false), w = leaf({5, 6});
  CHECK_FALSE(add(x, y).needs_gradient());
  add(x, y).backward(Tensor<B>::from({2}, {1, 1}));
  const Var<B> result = add(add(x, y), w);
  CHECK(result.needs_gradient());
  result.backward(Tensor<B>::from({2}, {1, 1}));
  CHECK(x.gradient().empty());
  CHECK(gradient(w) == std::vector<double>{1, 1});
}

TEST_CASE("An input frozen between recording and backward gets no gradient") {
  Var<B> x = leaf({1, 2});
  const Var<B> y = gelu(x);
  x.set_needs_gradient(false);
  y.backward(Tensor<B>::from({2}, {1, 1}));
  CHECK(x.gradient().empty());
}

TEST_CASE("Only one element can go without a cotangent") {
  const Var<B> x = leaf({2});
  gelu(x).backward();
  CHECK(x.gradient().elements() == 1);
  CHECK_THROWS_WITH(leaf({1, 2}).backward(), ContainsSubstring("backward: a value [2] needs a cotangent"));
}

TEST_CASE("A cotangent of another shape is refused and changes nothing") {
  const Var<B> x = leaf({1, 2});
  const Var<B> y = gelu(x);
  CHECK_THROWS_AS(y.backward(Tensor<B>::full({3}, 1)), ShapeError);
  CHECK_THROWS_WITH(y.backward(Tensor<B>::full({2, 1}, 1)), ContainsSubstring("backward: got cotangent [2, 1] for a value [2]"));
  CHECK(x.gradient().empty());
  y.backward(Tensor<B>::full({2}, 1));
  CHECK(x.gradient().elements() == 2);
}

TEST_CASE("A recording that was used up is refused, not silently left out") {
  const Var<B> x = leaf({1, 2});
  const Var<B> shared = gelu(x), first = add(shared, shared), second = add_scaled(shared, shared, 3);
  const Tensor<B> ones = Tensor<B>::full({2}, 1);
  first.backward(ones);
  const std::vector<double> before = gradient(x);
  CHECK_THROWS_WITH(first.backward(ones), ContainsSubstring("an earlier backward has used up the recording of a result [2]"));
  CHECK_THROWS_AS(second.backward(ones), Error);
  CHECK_THROWS_AS(gelu(shared).backward(ones), Error);
  CHECK(gradient(x) == before);
}

TEST_CASE("A user's own op is recorded as ours are") {
  const Var<B> x = leaf({2, 3});
  const auto square = [](const Var<B>& v) {
    Tensor<B> y = v.value();
    for (std::int64_t i = 0; i < y.elements(); ++i) y.data()[i] *= y.data()[i];
    return Var<B>::record(std::move(y), {v}, [=](const Tensor<B>& dy) {
      v.accumulate([&] {
        Tensor<B> dx = dy;
        for (std::int64_t i = 0; i < dx.elements(); ++i) dx.data()[i] *= 2 * v.value().data()[i];
        return dx;
      });
    });
  };
  square(square(x)).backward(Tensor<B>::full({2}, 1));
  CHECK(gradient(x) == std::vector<double>{32, 108});
}

TEST_CASE("The whole gradient of a shared result is propagated once") {
  int calls = 0;
  const Var<B> x = leaf({1});
  const Var<B> shared = Var<B>::record(x.value(), {x}, [&calls, x](const Tensor<B>& dy) {
    ++calls;
    x.accumulate([&] { return dy; });
  });
  add(add(shared, gelu(leaf({1}, false))), add(shared, shared)).backward();
  CHECK(calls == 1);
  CHECK(gradient(x) == std::vector<double>{3});
}

TEST_CASE("A very deep recording neither overflows the stack when used nor when dropped") {
  const auto same = [](const Var<B>& a, const Var<B>& b) {
    return Var<B>::record(a.value(), {a, b}, [=](const Tensor<B>& dy) { a.accumulate([&] { return dy; }); });
  };
  const Var<B> x = leaf({1}), other = leaf({2});
  Var<B> y = x;
  SECTION("used") {
    for (int i = 0; i < 400000; ++i) y = same(y, other);
    y.backward();
    CHECK(gradient(x) == std::vector<double>{1});
  }
  SECTION("dropped") {
    for (int i = 0; i < 400000; ++i) y = same(y, other);
    y = Var<B>();
    CHECK(x.gradient().empty());
  }
  SECTION("dropped where each result is used twice") {
    for (int i = 0; i < 400000; ++i) y = same(y, y);
    y = Var<B>();
    CHECK(x.gradient().empty());
  }
}
