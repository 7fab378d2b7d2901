// SPDX-License-Identifier: MIT
#include <vpr/aggregator/shared.hpp>
#include <vpr/local/patch_net_vlad.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
Shared<Projected<NetVlad<>>> aggregator() {
  Shared shared(Projected(NetVlad<>({.channels = 3, .clusters = 2}), 3, 5));
  randomise(shared, 1);
  return shared;
}
}  // namespace

TEST_CASE("A patch is described as a photo of its cells is") {
  const auto whole = aggregator();
  const Features<X> features = random_features(2, 3, {4, 5}, 2);
  const LocalTokens<X> local = PatchNetVlad<>(whole.inner, {{2, 1}, {4, 2}, {9, 1}})(features);
  CHECK(local.grid == Grid{4, 5});
  CHECK(local.tokens.shape() == Shape{2, 3 * 4 + 1, 5});
  CHECK(local.keypoints.shape() == Shape{2, 13, 3});
  const auto row = [&](std::int64_t image, std::int64_t n) {
    const float* const from = local.tokens.data() + (image * 13 + n) * 5;
    return std::vector<float>(from, from + 5);
  };
  std::vector<float> patch;
  for (const std::int64_t n : {6, 7, 11, 12}) {  // the patch at row 1, column 1
    const float* const from = features.patches.data() + (20 + n) * 3;
    patch.insert(patch.end(), from, from + 3);
  }
  CHECK(largest_difference(row(1, 1 * 4 + 1), whole({X(), tensor(Shape{1, 4, 3}, patch), {2, 2}}).to_vector()) < 1e-6F);
  CHECK(local.keypoints.data()[5 * 3] == Approx(2.0 / 5));
  CHECK(local.keypoints.data()[5 * 3 + 1] == Approx(2.0 / 4));
  CHECK(local.keypoints.data()[12 * 3] == Approx(2.0 / 5));  // of the large patch
}

TEST_CASE("Patches are of unit length, with the same bits alone, in a batch and on any threads") {
  const auto whole = aggregator();
  const PatchNetVlad<> head(whole.inner, {{2, 1}, {3, 1}});
  const std::vector<float> tokens =
      same_alone_and_in_batches([&](const Features<X>& f) { return head(f).tokens; }, random_features(3, 3, {4, 5}, 3));
  for (const std::int64_t row : {0, 17, 53}) CHECK(row_length(tokens, 5, row) == Approx(1).epsilon(1e-6));
}

TEST_CASE("The head shows no parameters, which are the aggregator's; what does not fit is refused") {
  const auto whole = aggregator();
  CHECK(parameters(PatchNetVlad<>(whole.inner)).empty());
  CHECK(PatchNetVlad<>(whole.inner).channels(3) == 5);
  CHECK_THROWS_WITH(PatchNetVlad<>(whole.inner, {{5, 1}})(random_features(1, 3, {4, 4}, 1)),
                    ContainsSubstring("got a grid of 4x4, smaller than every patch"));
  CHECK_THROWS_AS(PatchNetVlad<>(whole.inner, {{0, 1}}), ConfigError);
  CHECK_THROWS_WITH(PatchNetVlad<>(whole.inner, {}), ContainsSubstring("got no patch size"));
  CHECK_THROWS_AS(PatchNetVlad<>(whole.inner)(random_features(1, 4, {4, 4}, 1)), ShapeError);
}
