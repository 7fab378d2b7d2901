// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Each op's gradients agree with central differences") {
  struct Case {
    const char* name;
    std::function<Var<F64>(const Vars&)> f;
    std::vector<Tensor<F64>> inputs;
  };
  auto r = [seed = std::uint64_t{0}](Shape shape, double low = -1, double high = 1) mutable {
    return random_tensor(shape, ++seed, low, high);
  };
  const std::vector<Case> cases{
      {"linear", [](const Vars& in) { return linear(in[0], in[1], in[2]); }, {r({2, 3, 5}), r({4, 5}), r({4})}},
      {"linear of a vector", [](const Vars& in) { return linear(in[0], in[1], in[2]); }, {r({5}), r({3, 5}), r({3})}},
      {"linear without bias", [](const Vars& in) { return linear(in[0], in[1], {}); }, {r({7, 5}), r({1, 5})}},
      {"linear of no features", [](const Vars& in) { return linear(in[0], in[1], in[2]); }, {r({2, 0}), r({3, 0}), r({3})}},
      {"linear_gelu", [](const Vars& in) { return linear_gelu(in[0], in[1], in[2]); }, {r({3, 4}), r({5, 4}), r({5})}},
      {"gelu", [](const Vars& in) { return gelu(in[0]); }, {r({3, 7}, -5, 5)}},
      {"add", [](const Vars& in) { return add(in[0], in[1]); }, {r({2, 3}), r({2, 3})}},
      {"add of a tail", [](const Vars& in) { return add(in[0], in[1]); }, {r({2, 3, 4}), r({1, 3, 4})}},
      {"add of one number", [](const Vars& in) { return add(in[0], in[1]); }, {r({2, 3, 4}), r({1})}},
      {"add_scaled", [](const Vars& in) { return add_scaled(in[0], in[1], -0.7); }, {r({2, 3}), r({3})}},
      {"add_gated", [](const Vars& in) { return add_gated(in[0], in[1], in[2]); }, {r({2, 3, 4}), r({2, 3, 4}), r({4})}},
      {"gem", [](const Vars& in) { return gem(in[0], in[1], 0.01); }, {r({2, 5, 3}), r({1}, 2.5, 3.5)}},
      {"gem of one token", [](const Vars& in) { return gem(in[0], in[1], 0.01); }, {r({2, 1, 3}, 0.1, 1), r({1}, 2.5, 3.5)}},
      {"l2_normalize", [](const Vars& in) { return l2_normalize(in[0]); }, {r({3, 5})}},
      {"l2_normalize below eps", [](const Vars& in) { return l2_normalize(in[0], 10); }, {r({3, 5})}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    check_gradients(c.f, c.inputs);
  }
}

TEST_CASE("Recorded ops give the values of the ops themselves") {
  const auto x = random_tensor({2, 3, 4}, 1), w = random_tensor({5, 4}, 2), b = random_tensor({5}, 3);
  const Var<F64> recorded = linear_gelu(Var<F64>(x, true), Var<F64>(w, true), Var<F64>(b, true));
  CHECK(largest_difference(recorded.to_vector(), linear_gelu(x, w, b).to_vector()) < 1e-6F);
}

TEST_CASE("An input used twice gets both gradients") {
  check_gradients([](const Vars& in) { return add_gated(in[0], in[0], in[1]); }, {random_tensor({2, 3}, 1), random_tensor({3}, 2)});
  check_gradients([](const Vars& in) {
    const Var<F64> shared = gelu(linear(in[0], in[1], {}));
    return add(linear(shared, in[1], {}), gelu(shared));  // the weight twice, the result twice
  }, {random_tensor({2, 3}, 1), random_tensor({3, 3}, 2)});
}

TEST_CASE("Results without elements leave no gradient and do no harm") {
  const Var<F64> x(random_tensor({2, 3}, 1), true), none(Tensor<F64>(Shape{0, 3}), true), bias(random_tensor({3}, 2), true);
  const auto run = [](const Var<F64>& y) { y.backward(Tensor<F64>(y.shape())); };
  run(linear(x, none, {}));
  run(linear(none, Var<F64>::zeros({3, 3}), bias));
  run(add(none, bias));
  run(add_gated(none, none, bias));
  run(gem(Var<F64>(Tensor<F64>(Shape{0, 2, 3})), Var<F64>::full({1}, 3), 1e-6));
  run(l2_normalize(none));
  CHECK(x.gradient().empty());
  CHECK(bias.gradient().empty());
}

TEST_CASE("GeM's gradient stays finite for large powers and clamped channels") {
  using F32 = Cpu<f32>;
  const Var<F32> x(Tensor<F32>::from({1, 2, 2}, {-1, 0.5F, -2, 0.25F}), true), p(Tensor<F32>::full({1}, 40), true);
  const Var<F32> y = gem(x, p, 1e-6F);
  CHECK(y.value().data()[0] == Approx(1e-6));
  CHECK(y.value().data()[1] == Approx(0.5 * std::pow(0.5, 1 / 40.0)));
  y.backward(Tensor<F32>::full(y.shape(), 1));
  CHECK(x.gradient().values()[0] == 0);
  CHECK(x.gradient().values()[1] == Approx(std::pow(0.5, 1 / 40.0)));
  CHECK(std::isfinite(p.gradient().values()[0]));
}

TEST_CASE("GeM's clamp passes the gradient at eps and not below") {
  const Var<F64> x(Tensor<F64>::from({1, 2, 1}, {0.5, 0.25}), true), p(Tensor<F64>::full({1}, 1));
  gem(x, p, 0.5).backward(Tensor<F64>::full({1, 1}, 1));
  CHECK(x.gradient().values() == std::vector<double>{0.5, 0});
  CHECK(p.gradient().empty());
}

TEST_CASE("The gradient of normalising a zero row is the cotangent over eps") {
  const Var<F64> x(Tensor<F64>::zeros({1, 2}), true);
  l2_normalize(x, 0.5).backward(Tensor<F64>::from({1, 2}, {1, -3}));
  CHECK(x.gradient().values() == std::vector<double>{2, -6});
}
