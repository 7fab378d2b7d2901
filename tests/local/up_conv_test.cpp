// SPDX-License-Identifier: MIT
#include <vpr/local/up_conv.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
const UpConvSettings small{.channels = 6, .hidden = 5, .outputs = 4};

UpConvHead<> head() {
  UpConvHead<> result(small);
  randomise(result, 1);
  return result;
}
}  // namespace

TEST_CASE("The up-conv head is four times as fine as the patches, less the border: 61x61 of a 16x16 grid") {
  const UpConvHead<> up = head();
  for (const auto& [grid, fine] : {std::pair{Grid{16, 16}, Grid{61, 61}}, std::pair{Grid{3, 5}, Grid{9, 17}},
                                   std::pair{Grid{1, 1}, Grid{1, 1}}, std::pair{Grid{1, 4}, Grid{1, 13}}}) {
    const LocalTokens<X> local = up(random_features(1, 6, grid, 2));
    CHECK(local.grid == fine);
    CHECK(local.tokens.shape() == Shape{1, fine.patches(), 4});
  }
  CHECK(up.channels(6) == 4);
}

TEST_CASE("A single patch goes through the two kernels' centres, and a ReLU between") {
  UpConvHead<> up({.channels = 1, .hidden = 2, .outputs = 2});
  std::vector<float> first(18, 9), second(36, 9);
  first[4] = 2;    // of the first hidden channel
  first[13] = -2;  // of the second, which the ReLU cuts
  second[4] = 3;
  second[13] = -4;
  set(up, "upconv1.weight", first);
  set(up, "upconv2.weight", second);
  const Features<X> features{X(), tensor(Shape{1, 1, 1}, {5}), {1, 1}};
  CHECK(up.half(features).to_vector() == std::vector<float>{10, -10});
  const std::vector<float> local = up(features).tokens.to_vector();
  CHECK(local[0] == Approx(0.6));
  CHECK(local[1] == Approx(-0.8));
}

TEST_CASE("Local features are of unit length, with the same bits alone, in a batch and on any threads") {
  const UpConvHead<> up = head();
  const std::vector<float> tokens =
      same_alone_and_in_batches([&](const Features<X>& f) { return up(f).tokens; }, random_features(3, 6, {3, 5}, 2));
  for (const std::int64_t row : {0, 100, 3 * 9 * 17 - 1}) CHECK(row_length(tokens, 4, row) == Approx(1).epsilon(1e-6));
}

TEST_CASE("The up-conv head's parameters are the official ones; other channels are refused") {
  CHECK(parameters(head()) ==
        std::vector<std::string>{"upconv1.weight [6, 5, 3, 3]", "upconv1.bias [5]", "upconv2.weight [5, 4, 3, 3]", "upconv2.bias [4]"});
  CHECK_THROWS_AS(head()(random_features(1, 7, {2, 2}, 1)), ShapeError);
}
