// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu/vector_math.hpp>

#include "tests/backend/instruction_sets.hpp"
#include "tests/support/catch.hpp"

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace vpr::detail {
/// Of one instruction set.
struct VectorFunctions {
  using OfArray = void (*)(const float*, std::int64_t, float*);
  int lanes;
  OfArray exp, log, sigmoid, relu, relu6, gelu, near_gelu, gelu_derivative, quick_gelu, silu;
  float (*sum)(const float*);
  float (*largest)(const float*);
};
}  // namespace vpr::detail

#define VPR_KERNELS "tests/backend/vector_math_kernels.inl"
#include <vpr/backend/cpu/each_instruction_set.inl>

using namespace vpr;
using detail::VectorFunctions;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

auto sets() { return VPR_EACH_SET(vector_functions); }

/// Every 1009th float from -∞ to ∞ in the order of their bits, each exponent and sign many times; special ones behind them.
std::vector<float> dense_floats() {
  std::vector<float> values;
  for (std::uint64_t bits = 0; bits <= 0xffffffff; bits += 1009) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isnan(value)) values.push_back(value);
  }
  // Where the functions are neither 0 nor x: evenly too.
  for (int i = -120000; i <= 120000; ++i) values.push_back(static_cast<float>(i) * 0.001F);
  return values;
}

/// The distance of `got` from `want` in units of the last place of a float of the size of `want`.
double ulps(float got, double want) {
  const double unit = std::ldexp(1.0, std::max(std::ilogb(want), -126) - 23);
  if (std::abs(want) >= 0x1.ffffffp127) return got == std::copysign(infinity, want) ? 0 : 1e9;
  return std::abs(static_cast<double>(got) - want) / unit;
}

struct Worst {
  double error = 0;
  float at = 0;
};

Worst worst_of(VectorFunctions::OfArray function, const std::vector<float>& x, const std::vector<double>& want,
               const std::function<double(float x, float got, double want)>& error) {
  std::vector<float> got(x.size());
  function(x.data(), static_cast<std::int64_t>(x.size()), got.data());
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double one = error(x[i], got[i], want[i]);
    if (!(one <= worst.error)) worst = {std::isnan(one) ? 1e9 : one, x[i]};
  }
  return worst;
}

std::vector<double> values_of(const std::vector<float>& x, double (*function)(double)) {
  std::vector<double> values(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) values[i] = function(x[i]);
  return values;
}

double exact_gelu(double x) { return x < -1e4 ? 0 : 0.5 * x * std::erfc(-x * 0.70710678118654752440); }
double exact_gelu_derivative(double x) {
  return 0.5 * std::erfc(-x * 0.70710678118654752440) + (std::abs(x) > 1e4 ? 0 : x * 0.39894228040143267794 * std::exp(-0.5 * x * x));
}
double exact_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double exact_quick_gelu(double x) { return std::isinf(x) && x < 0 ? 0 : x / (1 + std::exp(-1.702 * x)); }
double exact_silu(double x) { return std::isinf(x) && x < 0 ? 0 : x / (1 + std::exp(-x)); }

}  // namespace

TEST_CASE("The exponential is within 1 ulp over all floats, with infinities, zeros and denormal numbers where they are due") {
  const std::vector<float> x = dense_floats();
  const std::vector<double> want = values_of(x, [](double v) { return std::exp(v); });
  for (const auto& [name, set] : sets()) {
    const Worst worst = worst_of(set->exp, x, want, [](float, float got, double exact) { return ulps(got, exact); });
    INFO(name << ": " << worst.error << " ulp at " << worst.at);
    CHECK(worst.error <= 1);
  }
}

TEST_CASE("The logarithm is within 1 ulp over all floats") {
  std::vector<float> x = dense_floats();
  std::erase_if(x, [](float v) { return v <= 0; });
  x.push_back(std::numeric_limits<float>::denorm_min());
  const std::vector<double> want = values_of(x, [](double v) { return std::log(v); });
  for (const auto& [name, set] : sets()) {
    const Worst worst = worst_of(set->log, x, want, [](float, float got, double exact) { return ulps(got, exact); });
    INFO(name << ": " << worst.error << " ulp at " << worst.at);
    CHECK(worst.error <= 1);
  }
}

TEST_CASE("GELU is within 4 ulp over all floats, and its derivative within 2e-7") {
  const std::vector<float> x = dense_floats();
  const std::vector<double> want = values_of(x, exact_gelu), slope = values_of(x, exact_gelu_derivative);
  for (const auto& [name, set] : sets()) {
    const Worst worst = worst_of(set->gelu, x, want, [](float, float got, double exact) { return ulps(got, exact); });
    INFO(name << ": " << worst.error << " ulp at " << worst.at);
    CHECK(worst.error <= 4);
    const Worst derivative = worst_of(set->gelu_derivative, x, slope, [](float, float got, double exact) { return std::abs(got - exact); });
    INFO("its derivative: " << derivative.error << " at " << derivative.at);
    CHECK(derivative.error <= 2e-7);
  }
}

TEST_CASE("The GELU of rounded products is within 7e-5 or 2e-6 of itself over all floats, and keeps a NaN") {
  const std::vector<float> x = dense_floats();
  const std::vector<double> want = values_of(x, exact_gelu);
  for (const auto& [name, set] : sets()) {
    const Worst worst = worst_of(set->near_gelu, x, want, [](float, float got, double exact) {
      return std::abs(got - exact) / std::max(7e-5, 2e-6 * std::abs(exact));
    });
    INFO(name << ": " << worst.error << " of what is allowed at " << worst.at);
    CHECK(worst.error <= 1);
    const std::vector<float> ends{-infinity, infinity, not_a_number, 0};
    std::vector<float> got(4);
    set->near_gelu(ends.data(), 4, got.data());
    CHECK((std::abs(got[0]) <= 7e-5F && got[1] == infinity && std::isnan(got[2]) && got[3] == 0));
  }
}

TEST_CASE("The sigmoid, SiLU and the quick GELU keep their bounds over all floats") {
  const std::vector<float> x = dense_floats();
  const std::vector<double> sigmoid = values_of(x, exact_sigmoid), quick_gelu = values_of(x, exact_quick_gelu),
                            silu = values_of(x, exact_silu);
  // Below `least` the result may be 0.
  const auto within = [](double least, double most, double factor) {
    return [=](float at, float got, double exact) {
      if (std::abs(exact) < least) return std::abs(got) <= least ? 0.0 : 1e9;
      return ulps(got, exact) / (most + factor * std::abs(static_cast<double>(at)));
    };
  };
  for (const auto& [name, set] : sets()) {
    const Worst one = worst_of(set->sigmoid, x, sigmoid, within(1e-38, 3, 0)),
                two = worst_of(set->quick_gelu, x, quick_gelu, within(1e-36, 3, 2)),
                three = worst_of(set->silu, x, silu, within(1e-36, 4, 0));
    INFO(name << ": " << one.error << " at " << one.at << ", " << two.error << " at " << two.at << ", " << three.error << " at "
              << three.at);
    CHECK(one.error <= 1);
    CHECK(two.error <= 1);
    CHECK(three.error <= 1);
  }
}

TEST_CASE("Functions of vectors at infinities, zeros and NaN") {
  const std::vector<float> x{-infinity, infinity, not_a_number, 0.0F, -0.0F, -3e38F, 3e38F};
  std::vector<float> got(x.size());
  const auto of = [&](VectorFunctions::OfArray function) {
    function(x.data(), static_cast<std::int64_t>(x.size()), got.data());
    return got;
  };
  for (const auto& [name, set] : sets()) {
    INFO(name);
    for (const auto function : {set->exp, set->log, set->sigmoid, set->relu, set->gelu, set->gelu_derivative, set->quick_gelu, set->silu})
      CHECK(std::isnan(of(function)[2]));
    of(set->exp);
    CHECK((got[0] == 0 && got[1] == infinity && got[3] == 1 && got[4] == 1 && got[5] == 0 && got[6] == infinity));
    of(set->log);
    CHECK((std::isnan(got[0]) && got[1] == infinity && got[3] == -infinity && got[4] == -infinity && std::isnan(got[5])));
    of(set->sigmoid);
    CHECK((got[0] == 0 && got[1] == 1 && got[3] == 0.5F && got[5] == 0 && got[6] == 1));
    of(set->gelu_derivative);
    CHECK((got[0] == 0 && got[1] == 1 && got[3] == Approx(0.5) && got[5] == 0 && got[6] == 1));
    of(set->relu6);
    CHECK((got[0] == 0 && got[1] == 6 && std::isnan(got[2]) && got[3] == 0 && got[5] == 0 && got[6] == 6));
    for (const auto function : {set->relu, set->gelu, set->quick_gelu, set->silu}) {
      of(function);
      CHECK((got[0] == 0 && got[1] == infinity && got[3] == 0 && got[4] == 0 && got[5] == 0 && got[6] == 3e38F));
    }
  }
}

TEST_CASE("A vector's function gives an element the same bits in any lane, and touches nothing behind the last") {
  for (const auto& [name, set] : sets()) {
    INFO(name);
    for (const auto function : {set->exp, set->gelu, set->near_gelu, set->quick_gelu}) {
      float want = 0;
      const float x = -0.7F;
      function(&x, 1, &want);
      for (std::int64_t count = 0; count <= 3 * set->lanes + 1; ++count) {
        const std::vector<float> in(static_cast<std::size_t>(count), x);
        std::vector<float> out(static_cast<std::size_t>(count) + 1, 77.0F);
        function(in.data(), count, out.data());
        for (std::int64_t i = 0; i < count; ++i) CHECK(out[static_cast<std::size_t>(i)] == want);
        CHECK(out.back() == 77);
      }
    }
  }
}

TEST_CASE("The sum and the largest of a vector's lanes") {
  for (const auto& [name, set] : sets()) {
    INFO(name);
    for (int i = 0; i < set->lanes; ++i) {
      std::vector<float> x(static_cast<std::size_t>(set->lanes), 1.0F);
      x[static_cast<std::size_t>(i)] = 5;
      CHECK(set->sum(x.data()) == static_cast<float>(set->lanes + 4));
      CHECK(set->largest(x.data()) == 5);
    }
  }
}
