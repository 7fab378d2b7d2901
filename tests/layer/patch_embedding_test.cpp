// SPDX-License-Identifier: MIT
#include <vpr/layer/patch_embedding.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A patch embedding weighs the pixels of each patch, plane by plane, and goes row by row") {
  PatchEmbedding<Cpu<>> embedding(1, 2);
  set(embedding, "proj.weight", {1, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 100});  // red's top left, green's top right, blue's bottom right
  set(embedding, "proj.bias", {0.5F});
  std::vector<float> image;
  for (const float plane : {1.0F, 2.0F, 3.0F}) {
    for (int i = 0; i < 8; ++i) image.push_back(plane * static_cast<float>(i));  // 2×4
  }
  CHECK(embedding(tensor(Shape{1, 3, 2, 4}, image)).to_vector() == std::vector<float>{0.5F + 0 + 20 + 1500, 0.5F + 2 + 60 + 2100});
  CHECK(parameters(embedding) == std::vector<std::string>{"proj.weight [1, 3, 2, 2]", "proj.bias [1]"});
  CHECK_THROWS_AS(embedding(X::zeros(Shape{1, 3, 2, 3})), ShapeError);
}
