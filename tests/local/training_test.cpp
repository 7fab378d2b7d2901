// SPDX-License-Identifier: MIT
// Local heads over `Recorded`: the gradients of their parameters.
#include <vpr/local/up_conv.hpp>

#include "tests/autograd/component_gradients.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Gradients of the up-conv head agree with central differences") {
  UpConvHead<Training> head({.channels = 3, .hidden = 4, .outputs = 2});
  check_parameter_gradients(head, [](const auto& h) { return h(constant_features(2, 3, {2, 3}, 1)).tokens; });
}
