// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/train/parameters.hpp>

#include "tests/support/catch.hpp"
#include "tests/train/bag.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Parameters are chosen by prefix or predicate") {
  CHECK(ParameterNames("a.")("a.weight"));
  CHECK_FALSE(ParameterNames("a.")("b.a.weight"));
  CHECK(ParameterNames("")("anything"));
  CHECK(ParameterNames([](const std::string& name) { return name.ends_with("bias"); })("a.bias"));
}

TEST_CASE("A frozen parameter gets no gradient until it is unfrozen") {
  Bag bag{{"a", {1}}, {"b", {2}}};
  const auto backward = [&] { add(bag["a"], bag["b"]).backward(); };
  freeze(bag, "");
  unfreeze(bag, "b");
  backward();
  CHECK(bag["a"].gradient().empty());
  CHECK(bag["b"].gradient().values() == Floats{1});
  unfreeze(bag, "a");
  backward();
  CHECK(bag["a"].gradient().values() == Floats{1});
}

TEST_CASE("Freezing what is not there is refused") {
  Bag bag{{"a", {1}}};
  CHECK_THROWS_AS(freeze(bag, "backbone."), ConfigError);
  CHECK_THROWS_WITH(freeze(bag, "backbone."), ContainsSubstring("freeze: no parameter's name is chosen by 'backbone.'"));
  CHECK_THROWS_WITH(unfreeze(bag, [](const std::string&) { return false; }),
                    ContainsSubstring("unfreeze: no parameter's name is chosen by a predicate"));
}
