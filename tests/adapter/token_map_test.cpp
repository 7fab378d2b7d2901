// SPDX-License-Identifier: MIT
#include <vpr/adapter/token_map.hpp>

#include "tests/adapter/adapter_test.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Class and register tokens come first, then the patches; there may be none of either") {
  const X tokens = tensor(Shape{2, 3, 1}, {1, 2, 3, 4, 5, 6});
  CHECK(adapter::leading_of(tokens, {1, {1, 2}}).to_vector() == std::vector<float>{1, 4});
  CHECK(adapter::patches_of(tokens, {1, {1, 2}}).to_vector() == std::vector<float>{2, 3, 5, 6});
  CHECK(adapter::leading_of(tokens, {0, {1, 3}}).empty());
  CHECK(adapter::patches_of(tokens, {3, {0, 0}}).empty());
}
