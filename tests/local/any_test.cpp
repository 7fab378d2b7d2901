// SPDX-License-Identifier: MIT
#include <vpr/layer/initialise.hpp>
#include <vpr/local/any.hpp>
#include <vpr/local/up_conv.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace vpr;
using X = Tensor<Cpu<>>;

TEST_CASE("A local head chosen at run time gives the bits of the one it holds") {
  UpConvHead<> held({.channels = 8, .hidden = 6, .outputs = 4});
  initialise(held, 1, 0.3F);
  const AnyLocalHead<> any(held);
  const Features<X> features{X(), X::from(Shape{2, 6, 8}, std::span<const float>(random_floats(2 * 6 * 8, 2))), {2, 3}};
  CHECK(static_cast<bool>(any));
  CHECK(any.channels(8) == 4);
  CHECK(any(features).grid == held(features).grid);
  CHECK(any(features).tokens.to_vector() == held(features).tokens.to_vector());
}

TEST_CASE("No local head has no parameters and refuses to be asked") {
  AnyLocalHead<> none;
  CHECK_FALSE(static_cast<bool>(none));
  int parameters = 0;
  none.visit([&](const std::string&, auto&) { ++parameters; }, "");
  CHECK(parameters == 0);
  CHECK_THROWS_WITH(none.channels(8), "this system has no local head");
  CHECK_THROWS_WITH(none(Features<X>()), "this system has no local head");
}
