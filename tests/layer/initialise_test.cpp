// SPDX-License-Identifier: MIT
#include <vpr/layer/initialise.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/linear.hpp>

#include "tests/support/component.hpp"

#include <algorithm>
#include <cmath>

using namespace vpr;
using namespace vpr::test;

namespace {

struct Parts {
  Linear<Cpu<>> head{16, 8}, frozen{2, 2}, last{2, 2};

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string&) {
    frozen.visit(visitor, "backbone.");
    head.visit(visitor, "head.");
    last.visit(visitor, "adapter.D_fc2.");
  }
};

}  // namespace

TEST_CASE("Matrices start with normal numbers of the asked deviation, cut at twice that; vectors keep theirs") {
  Linear<Cpu<>> linear(100, 100);
  initialise(linear, 7, 0.1F);
  double sum = 0, squares = 0;
  float largest = 0;
  for (const float value : linear.weight.to_vector()) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
    largest = std::max(largest, std::abs(value));
  }
  CHECK(std::abs(sum / 1e4) < 0.005);
  CHECK(std::sqrt(squares / 1e4) == Approx(0.1 * 0.8796).epsilon(0.03));  // of a normal distribution cut at two deviations
  CHECK(largest <= 0.2F);
  CHECK(largest > 0.19F);
  CHECK(linear.bias.to_vector() == std::vector<float>(100, 0.0F));

  LayerNorm<Cpu<>> norm(3, 1e-6F);
  initialise(norm, 7);
  CHECK(norm.weight.to_vector() == std::vector<float>(3, 1.0F));
}

TEST_CASE("The same seed gives the same numbers, and another gives others") {
  const auto numbers = [](std::uint64_t seed) {
    Linear<Cpu<>> linear(8, 8);
    initialise(linear, seed);
    return linear.weight.to_vector();
  };
  CHECK(numbers(1) == numbers(1));
  CHECK(numbers(1) != numbers(2));
}

TEST_CASE("Heads start within PyTorch's bound, those that are chosen at zero, others not at all") {
  const auto not_of_backbone = [](const std::string& name) { return !name.starts_with("backbone."); };
  Parts parts;
  set(parts, "adapter.D_fc2.weight", {1, 1, 1, 1});
  set(parts, "head.bias", std::vector<float>(8, 3));
  initialise_heads(parts, 1, not_of_backbone, [](const std::string& name) { return name.ends_with("D_fc2.weight"); });
  float largest = 0;
  for (const float value : parts.head.weight.to_vector()) largest = std::max(largest, std::abs(value));
  CHECK(largest <= 0.25F);
  CHECK(largest > 0.2F);
  CHECK(parts.head.bias.to_vector() == std::vector<float>(8, 3));
  CHECK(parts.frozen.weight.to_vector() == std::vector<float>(4, 0.0F));
  CHECK(parts.last.weight.to_vector() == std::vector<float>(4, 0.0F));

  Parts others;
  initialise_heads(others, 1, [](const std::string& name) { return name.starts_with("head."); });
  CHECK(others.head.weight.to_vector() == parts.head.weight.to_vector());
}
