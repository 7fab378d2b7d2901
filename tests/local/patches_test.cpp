// SPDX-License-Identifier: MIT
#include <vpr/local/patches.hpp>

#include "tests/support/catch.hpp"

using vpr::Shape;
using X = vpr::Tensor<vpr::Cpu<>>;

TEST_CASE("Patches are the backbone's tokens at unit length, a zero token staying zero") {
  const vpr::Features<X> features{X::zeros(Shape{2, 2}), X::from(Shape{2, 3, 2}, {3, 4, 0, 0, -2, 0, 1, 0, 0, 5, 6, 8}), {3, 1}};
  const vpr::LocalTokens<X> local = vpr::Patches<>()(features);
  CHECK(local.grid == vpr::Grid{3, 1});
  CHECK(local.tokens.shape() == Shape{2, 3, 2});
  CHECK(local.tokens.to_vector() == std::vector<float>{0.6F, 0.8F, 0, 0, -1, 0, 1, 0, 0, 1, 0.6F, 0.8F});
  CHECK(vpr::Patches<>().channels(384) == 384);
}
