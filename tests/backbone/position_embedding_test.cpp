// SPDX-License-Identifier: MIT
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/position_embedding.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/io/load.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <span>
#include <string>
#include <vector>

using vpr::Grid;
using vpr::PositionEmbedding;
using vpr::PositionRule;
using vpr::Shape;
using vpr::VitConfig;
using Positions = PositionEmbedding<vpr::Cpu<vpr::f32>>;

namespace {

/// Two channels: the patch's row and column, each by a hundred; 7 and 8 for the class token.
std::vector<float> stored(std::int64_t side, bool with_class = true) {
  std::vector<float> values;
  if (with_class) values = {7, 8};
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      values.push_back(static_cast<float>(y) / 100);
      values.push_back(static_cast<float>(x) / 100);
    }
  }
  return values;
}

VitConfig of_side(std::int64_t side, PositionRule rule = PositionRule::offset) {
  return VitConfig{.channels = 2, .depth = 1, .heads = 1, .trained_side = side * 14}.with(rule);
}

}  // namespace

TEST_CASE("position embedding: stored positions of another grid become what that grid's own network has for this grid") {
  for (const PositionRule rule : {PositionRule::offset, PositionRule::size}) {
    for (const std::int64_t side : {3, 5, 12}) {
      const Positions mine(of_side(5, rule));
      Positions theirs(of_side(side, rule));
      const std::vector<float> values = stored(side);
      theirs.positions.assign(std::span<const float>(values));
      const std::vector<float> expected = theirs.of_grid({5, 5}).to_vector();
      const std::vector<float> found = mine.converted(Shape{1, 1 + side * side, 2}, values);
      CHECK(found.size() == 2 * 26);
      CHECK(found[0] == 7);
      CHECK(found[1] == 8);
      CHECK(std::vector<float>(found.begin() + 2, found.end()) == expected);
    }
  }
}

TEST_CASE("position embedding: without a position of the class token in the file, that is 0") {
  const Positions mine(of_side(5));
  const std::vector<float> same = mine.converted(Shape{1, 25, 2}, stored(5, false));
  std::vector<float> expected = stored(5);
  expected[0] = expected[1] = 0;
  CHECK(same == expected);
  CHECK(mine.conversion(Shape{1, 25, 2}) == "the class token has no position in the file, it gets 0");
  CHECK(mine.conversion(Shape{1, 10, 2}) == "the file's grid of 3x3 is resized to 5x5");
  CHECK(mine.conversion(Shape{1, 9, 2}) ==
        "the file's grid of 3x3 is resized to 5x5; the class token has no position in the file, it gets 0");
  const std::vector<float> both = mine.converted(Shape{1, 9, 2}, stored(3, false));
  CHECK(both.size() == 2 * 26);
  CHECK(both[0] == 0);
}

TEST_CASE("position embedding: what is no square grid of this many channels is not converted") {
  const Positions mine(of_side(5));
  for (const Shape& shape : {Shape{1, 26, 3}, Shape{26, 2}, Shape{2, 26, 2}, Shape{1, 27, 2}, Shape{1, 0, 2}, Shape{}, Shape{1, 1, 26, 2},
                             Shape{1, std::int64_t{1} << 40, 2}}) {
    CAPTURE(shape);
    CHECK(mine.conversion(shape).empty());
  }
}

TEST_CASE("position embedding: loading a network converts, in one tensor or two, and says so") {
  using Network = vpr::DinoV2<VitConfig>;
  const auto file_with = [](const Network& network, const std::vector<std::pair<std::string, Shape>>& positions) {
    vpr::test::Memory file;
    const_cast<Network&>(network).visit(
        [&](const std::string& name, vpr::Parameter auto& parameter) {
          if (name != "pos_embed") file.with(name, parameter.shape(), 0);
        },
        std::string());
    for (const auto& [name, shape] : positions) file.with(name, shape, 1);
    return file;
  };
  Network network(of_side(5));
  const auto report = vpr::load(network, file_with(network, {{"pos_embed", Shape{1, 10, 2}}}));
  CHECK(report.fits());
  CHECK(report.converted == std::vector<std::string>{"pos_embed: the file's grid of 3x3 is resized to 5x5"});
  CHECK_THROWS_WITH(vpr::load(network, file_with(network, {{"pos_embed", Shape{1, 11, 2}}})),
                    ContainsSubstring("mis-shaped pos_embed: the file has float32 [1, 11, 2], the model wants [1, 26, 2]"));
  const auto map = [](const std::string& name) {
    return name == "pos_embed" ? std::vector<std::string>{"row", "grid"} : std::vector<std::string>{name};
  };
  const auto halves = vpr::load(network, file_with(network, {{"row", Shape{1, 1, 2}}, {"grid", Shape{1, 9, 2}}}), map);
  CHECK(halves.converted.size() == 1);
  vpr::DinoV2<VitConfig, vpr::NoAdapter, vpr::Shapes> shapes(of_side(5));
  CHECK(vpr::compare(shapes, file_with(network, {{"pos_embed", Shape{1, 10, 2}}})).converted.size() == 1);
}

TEST_CASE("vision transformer: without layer scale there are no such parameters, and a file without them fits only such a network") {
  VitConfig config = of_side(2);
  vpr::DinoV2<VitConfig> with(config);
  config.layer_scale = false;
  vpr::DinoV2<VitConfig> without(config);
  vpr::test::Memory file;
  without.visit([&](const std::string& name, vpr::Parameter auto& parameter) { file.with(name, parameter.shape(), 0.5F); }, std::string());
  CHECK(vpr::load(without, file).fits());
  CHECK_THROWS_WITH(vpr::load(with, file), ContainsSubstring("2 missing") && ContainsSubstring("missing blocks.0.ls1.gamma [2]"));
  CHECK(vpr::load(with, file, {.strict = false}).missing.size() == 2);  // its factors stay 1
  const auto images = vpr::Tensor<vpr::Cpu<vpr::f32>>::full(Shape{1, 3, 28, 28}, 0.25F);
  CHECK(with(images).patches.to_vector() == without(images).patches.to_vector());
}
