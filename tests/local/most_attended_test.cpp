// SPDX-License-Identifier: MIT
#include <vpr/local/most_attended.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("The most attended tokens come first, with their attention over the largest, the first of equals first") {
  MostAttended<> head(2, 2, 3);
  set(head, "local_head.weight", {1, 0, 0, 2});
  const Features<X> features{X(), tensor(Shape{1, 4, 3}, {1, 1, 0.2F, 2, 2, 0.8F, 3, 3, 0.4F, 4, 4, 0.4F}), {2, 2}};
  const LocalTokens<X> local = head(features);
  CHECK(local.tokens.to_vector() == std::vector<float>{2, 4, 3, 6, 4, 8});
  CHECK(local.keypoints.to_vector() == std::vector<float>{0.75F, 0.25F, 1, 0.25F, 0.75F, 0.5F, 0.75F, 0.75F, 0.5F});
  CHECK(local.grid == Grid{2, 2});
}

TEST_CASE("All tokens are taken where there are few, the same alone, in a batch and on any threads") {
  MostAttended<> head(4, 3, 500);
  randomise(head, 1);
  const Features<X> features = random_features(3, 5, {2, 3}, 2);
  CHECK(head(features).tokens.shape() == Shape{3, 6, 3});
  same_alone_and_in_batches([&](const Features<X>& f) { return head(f).tokens; }, features);
  CHECK(parameters(head) == std::vector<std::string>{"local_head.weight [3, 4]", "local_head.bias [3]"});
  CHECK_THROWS_AS(head(random_features(1, 6, {2, 3}, 2)), ShapeError);
  CHECK_THROWS_WITH(MostAttended<>(4, 3, 0), ContainsSubstring("got 0 tokens"));
}
