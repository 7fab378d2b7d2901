// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backbone/r2former.hpp>

#include "tests/autograd/component_gradients.hpp"
#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
const R2FormerConfig small{.channels = 8, .depth = 3, .heads = 2, .trained = {2, 3}};

R2FormerNetwork<> network() {
  R2FormerNetwork<> result(small);
  randomise(result, 1);
  return result;
}
}  // namespace

TEST_CASE("R2Former's features are two class tokens, and each patch's attention beside the token two places before it") {
  const R2FormerNetwork<> model = network();
  const X images = random_tensor_f32(Shape{2, 3, 32, 48}, 2);
  const Features<X> features = model(images);
  CHECK(features.grid == Grid{2, 3});
  CHECK(features.cls.shape() == Shape{2, 16});
  CHECK(features.patches.shape() == Shape{2, 6, 9});
  X x = model.embed(images);
  for (std::size_t i = 0; i < 2; ++i) x = model.blocks()[i](x, {2, features.grid});
  CHECK(slice(features.patches, 2, 0, 8).to_vector() == slice(x, 1, 0, 6).to_vector());
  const X end = model.normed(model.blocks()[2](x, {2, features.grid}));
  CHECK(features.cls.to_vector() == slice(end, 1, 0, 2).to_vector());
  for (std::int64_t image : {0, 1}) {  // two tokens and two heads attend, to the two tokens themselves too
    double sum = 0;
    for (std::int64_t n = 0; n < 6; ++n) sum += double{features.patches.data()[(image * 6 + n) * 9 + 8]};
    CHECK(sum > 0);
    CHECK(sum < 4);
  }
}

TEST_CASE("R2Former gives an image the same bits alone, in a batch and on any threads") {
  const R2FormerNetwork<> model = network();
  const X images = random_tensor_f32(Shape{2, 3, 48, 32}, 3);
  const std::vector<float> together = same_on_any_threads([&] { return model(images).patches.to_vector(); });
  std::vector<float> alone = model(slice(images, 0, 0, 1)).patches.to_vector();
  const std::vector<float> second = model(slice(images, 0, 1, 2)).patches.to_vector();
  alone.insert(alone.end(), second.begin(), second.end());
  CHECK(alone == together);
}

TEST_CASE("Positions of another grid are the middle of the trained one, or of it resized") {
  R2FormerNetwork<> model({.channels = 4, .depth = 1, .heads = 1, .trained = {4, 6}});
  std::vector<float> values(4 * (2 + 24));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i / 4);  // the token's number
  set(model, "pos_embed", values);
  const auto numbers = [&](Grid grid) {
    const X positions = model.positions(grid);
    std::vector<float> found;
    for (std::int64_t i = 0; i < positions.shape()[1]; ++i) found.push_back(positions.data()[4 * i]);
    return found;
  };
  CHECK(numbers({4, 6}).size() == 26);
  CHECK(numbers({2, 4}) ==
        std::vector<float>{0, 1, 2 + 6 + 1, 2 + 6 + 2, 2 + 6 + 3, 2 + 6 + 4, 2 + 12 + 1, 2 + 12 + 2, 2 + 12 + 3, 2 + 12 + 4});
  CHECK(numbers({1, 1}) == std::vector<float>{0, 1, 2 + 12 + 3});
  const std::vector<float> large = numbers({8, 8});  // spread so that the middle row's distance to the edge is as it was
  REQUIRE(large.size() == 66);
  CHECK(large[2 + 8 * 4 + 4] - large[2 + 8 * 2 + 4] == Approx(2 * 6).epsilon(1e-4));
  CHECK(numbers({8, 3}).size() == 2 + 24);
}

TEST_CASE("R2Former of the published sizes has the authors' parameters") {
  const std::vector<std::string> all = parameters(R2FormerNetwork<>());
  CHECK(all.size() == 3 + 2 + 12 * 12 + 2);
  CHECK(all[1] == "pos_embed [1, 1202, 384]");
  CHECK(all[3] == "patch_embed.proj.weight [384, 3, 16, 16]");
  CHECK(all.back() == "norm.bias [384]");
}

TEST_CASE("R2Former's gradients agree with central differences") {
  R2FormerNetwork<Training> model({.channels = 4, .depth = 2, .heads = 2, .trained = {1, 2}});
  check_parameter_gradients(model, [](const auto& m) {
    const Features<V> features = m(constant(Shape{1, 3, 16, 32}, 4));
    return concat(reshape(features.cls, Shape{1, 8}), reshape(features.patches, Shape{1, 10}), 1);
  });
}

TEST_CASE("R2Former refuses images whose sides are not multiples of 16, and sizes that mean nothing") {
  CHECK_THROWS_AS(network()(X::zeros(Shape{1, 3, 24, 32})), ShapeError);
  CHECK_THROWS_AS(R2FormerNetwork<>({.channels = 7}), ConfigError);
  CHECK_THROWS_WITH(R2FormerNetwork<>({.trained = {0, 2}}), ContainsSubstring("positions for a grid of 0x2"));
}
