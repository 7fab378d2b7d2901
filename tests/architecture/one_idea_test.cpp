// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>
#ifdef VPR_WITH_THRUST
#include <vpr/backend/thrust.hpp>
#endif

#include "tests/architecture/seeded_describer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/central_difference.hpp"

#include <map>

using namespace vpr::test;
using vpr::Cpu;
using vpr::Shape;
using vpr::Tensor;
using vpr::Var;

namespace {

/// Σ cotangent ∘ describe(tokens), in double.
double objective(const TinyDescriber<Cpu<double>>& model, const Tensor<Cpu<double>>& x, const std::vector<double>& cotangent) {
  const std::vector<double> y = model(x).values();
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += cotangent[i] * y[i];
  return sum;
}

}  // namespace

TEST_CASE("One line of source runs at once and recorded, with the same result") {
  const auto at_once = describer<Cpu<float>>()(input<Cpu<float>>());
  const auto recorded = describer<vpr::Recorded<Cpu<float>>>()(Var(input<Cpu<float>>()));
  REQUIRE(at_once.shape() == Shape{batch, channels});
  CHECK(largest_difference(at_once.to_vector(), recorded.to_vector()) < 1e-6F);
}

TEST_CASE("The recorded line's gradients agree with central differences in double") {
  using B = Cpu<double>;
  const std::vector<float> random = random_floats(batch * channels, 7);
  const std::vector<double> cotangent(random.begin(), random.end());
  auto model = describer<vpr::Recorded<B>>();
  const Var<B> x(input<B>(), true);
  model(x).backward(Tensor<B>::from(Shape{batch, channels}, cotangent));

  auto plain = describer<B>();
  auto plain_input = input<B>();
  const auto check = [&](const std::string& name, Tensor<B>& value, const Tensor<B>& gradient) {
    REQUIRE(gradient.shape() == value.shape());
    for (std::int64_t i = 0; i < value.elements(); ++i) {
      const double wanted = central_difference(value.data()[i], 1e-5, [&] { return objective(plain, plain_input, cotangent); });
      INFO(name << "[" << i << "]");
      CHECK(gradient.data()[i] == Approx(wanted).epsilon(1e-6).margin(1e-9));
    }
  };
  check("input", plain_input, x.gradient());
  std::map<std::string, Tensor<B>> gradients;
  model.visit([&](const std::string& name, Var<B>& parameter) { gradients[name] = parameter.gradient(); }, "");
  REQUIRE(gradients.size() == 5);
  plain.visit([&](const std::string& name, Tensor<B>& parameter) { check(name, parameter, gradients.at(name)); }, "");
}

#ifdef VPR_WITH_THRUST
TEST_CASE("The same line runs on Thrust under the plain compiler") {
  const auto expected = describer<Cpu<float>>()(input<Cpu<float>>());
  const auto on_thrust = describer<vpr::Thrust<float>>()(input<vpr::Thrust<float>>());
  CHECK(largest_difference(expected.to_vector(), on_thrust.to_vector()) < 1e-6F);
}

TEST_CASE("The same line is recorded on Thrust") {
  using B = vpr::Thrust<double>;
  const Var<B> x(input<B>(), true);
  const Var<B> y = describer<vpr::Recorded<B>>()(x);
  y.backward(Tensor<B>::full(y.shape(), 1.0));
  const Var<Cpu<double>> expected(input<Cpu<double>>(), true);
  const Var<Cpu<double>> z = describer<vpr::Recorded<Cpu<double>>>()(expected);
  z.backward(Tensor<Cpu<double>>::full(z.shape(), 1.0));
  CHECK(largest_difference(x.gradient().to_vector(), expected.gradient().to_vector()) < 1e-6F);
}
#endif
