// SPDX-License-Identifier: MIT
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/rotary_turns.hpp>

#include "tests/support/component.hpp"

#include <cmath>
#include <numbers>

using namespace vpr;
using namespace vpr::test;

namespace {

constexpr double pi = std::numbers::pi;

/// The dot product of two vectors after they are turned as tokens at these cells of a grid.
double turned_product(const X& a, const X& b, Grid grid, std::int64_t at_a, std::int64_t at_b) {
  const std::int64_t depth = a.shape()[2];
  const RotaryTurns<X> turns(grid, depth, 100);
  const auto turn = [&](const X& x, std::int64_t cell) {
    return rotary(x, slice(turns.cosine, 0, cell, cell + 1), slice(turns.sine, 0, cell, cell + 1), depth).to_vector();
  };
  const std::vector<float> x = turn(a, at_a), y = turn(b, at_b);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  return sum;
}

}  // namespace

TEST_CASE("A patch is turned by its row in the first half of the angles, and by its column in the second") {
  const RotaryTurns<X> turns({1, 2}, 8, 100);  // the row's place is 0, the columns' are -1/2 and 1/2; the periods are 1 and 10
  const std::vector<float> cosine = turns.cosine.to_vector(), sine = turns.sine.to_vector();
  CHECK(turns.cosine.shape() == Shape{2, 4});
  const std::vector<double> angles{0, 0, -pi, -pi / 10, 0, 0, pi, pi / 10};
  for (std::size_t i = 0; i < angles.size(); ++i) {
    CHECK(cosine[i] == Approx(std::cos(angles[i])).margin(1e-6));
    CHECK(sine[i] == Approx(std::sin(angles[i])).margin(1e-6));
  }
}

TEST_CASE("What two turned patches have in common depends on how far apart they lie, not on where") {
  const X a = random_tensor_f32(Shape{1, 1, 16}, 1), b = random_tensor_f32(Shape{1, 1, 16}, 2);
  const Grid grid{4, 5};
  const double here = turned_product(a, b, grid, 0, 7),
               there = turned_product(a, b, grid, 11, 18);  // a row below, two columns to the right
  CHECK(here == Approx(there).margin(1e-5));
  CHECK(std::abs(here - turned_product(a, b, grid, 0, 8)) > 1e-3);
  CHECK(turned_product(a, a, grid, 3, 3) == Approx(turned_product(a, a, grid, 17, 17)).margin(1e-5));
}

TEST_CASE("DINOv3's block turns queries and keys of patches alone, and leaves keys without a bias") {
  VitConfig config = VitConfig{.channels = 16, .depth = 1, .heads = 2, .patch_size = 16, .trained_side = 32}.dinov3();
  config.registers = 1;
  DinoV2<> network(config);
  randomise(network, 1, 0.4F);
  const X images = random_tensor_f32(Shape{2, 3, 32, 48}, 5), x = network.embed(images);
  const Grid grid{2, 3};
  const std::int64_t tokens = 2 + grid.patches(), channels = 16, depth = 8;
  REQUIRE(x.shape() == Shape{2, tokens, channels});
  const auto& block = network.blocks()[0];

  // the joint projection turned one pair at a time
  std::vector<float> joint = block.attn.qkv(block.norm1(x)).to_vector();
  const std::vector<float> bias = block.attn.qkv.bias.to_vector();
  for (std::int64_t token = 0; token < 2 * tokens; ++token) {
    float* const row = joint.data() + token * 3 * channels;
    for (std::int64_t c = channels; c < 2 * channels; ++c) row[c] -= bias[static_cast<std::size_t>(c)];
    const std::int64_t patch = token % tokens - 2;
    if (patch < 0) continue;
    const double places[] = {(static_cast<double>(patch / grid.width) + 0.5) / 2 * 2 - 1,
                             (static_cast<double>(patch % grid.width) + 0.5) / 3 * 2 - 1};
    for (std::int64_t head = 0; head < 2 * channels / depth; ++head) {  // of queries, then of keys
      for (std::int64_t j = 0; j < depth / 2; ++j) {
        const double angle = 2 * pi * places[j / 2] / std::pow(100.0, static_cast<double>(j % 2) / 2);
        float &first = row[head * depth + j], &second = row[head * depth + j + depth / 2];
        const double a = static_cast<double>(first), b = static_cast<double>(second);
        first = static_cast<float>(a * std::cos(angle) - b * std::sin(angle));
        second = static_cast<float>(b * std::cos(angle) + a * std::sin(angle));
      }
    }
  }
  const X attended = block.attn.proj(self_attention(tensor(Shape{2, tokens, 3 * channels}, joint), 2));
  const X between = add_gated(x, attended, block.ls1);
  const X expected = add_gated(between, block.mlp(block.norm2(between)), block.ls2);
  CHECK(largest_difference(network.tokens(images, {0}).to_vector(), expected.to_vector()) < 1e-5F);
  CHECK(largest_difference(network.tokens(images, {0, Facet::key}).to_vector(),
                           slice(block.attn.joint(block.norm1(x)), 2, channels, 2 * channels).to_vector()) == 0);
}

TEST_CASE("A network with rotary positions takes any grid, and has no positions to learn") {
  DinoV2<> network(VitConfig{.channels = 16, .depth = 2, .heads = 2, .patch_size = 16, .trained_side = 32}.dinov3());
  randomise(network, 1, 0.4F);
  for (const auto& name : parameters(network)) CHECK(name.find("pos_embed") == std::string::npos);
  CHECK(network(random_tensor_f32(Shape{1, 3, 48, 80}, 1)).grid == Grid{3, 5});
  CHECK_THAT(network.settings(), ContainsSubstring("rotary positions of base 100"));
  // swapped patches change the class token, as they lie elsewhere
  const X images = random_tensor_f32(Shape{1, 3, 16, 48}, 2);
  std::vector<float> mirrored(3 * 16 * 48);
  for (std::size_t i = 0; i < mirrored.size(); ++i) mirrored[i] = images.data()[i / 48 * 48 + (2 - i % 48 / 16) * 16 + i % 16];
  CHECK(largest_difference(network(images).cls.to_vector(), network(tensor(Shape{1, 3, 16, 48}, mirrored)).cls.to_vector()) > 1e-3F);
  CHECK_THROWS_WITH(network.blocks()[0](random_tensor_f32(Shape{1, 9, 16}, 1), TokenLayout{5, {1, 3}}),
                    ContainsSubstring("rotary positions: got 9 tokens, want 5 and the patches of a grid of 1x3"));
  CHECK_THROWS_WITH(DinoV2<>(VitConfig{.channels = 12, .depth = 1, .heads = 2, .patch_size = 16, .trained_side = 32}.dinov3()),
                    ContainsSubstring("rotary positions of base 100 for heads of 6 channels"));
}
