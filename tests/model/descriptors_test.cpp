// SPDX-License-Identifier: MIT
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/pipeline.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"

using namespace vpr;

namespace {

using X = Tensor<Cpu<>>;

auto mixing_pipeline() {
  const VitConfig config{.channels = 16, .depth = 1, .heads = 2, .trained_side = 56};
  Pipeline pipeline(DinoV2<>(config), CrossImageAggregator<Split<1, 2>>({.channels = 16, .heads = 2, .hidden = 32}),
                    NormaliseThenResize<>{{{42, 56}}});
  initialise(pipeline, 3, 0.3F);
  return pipeline;
}

std::vector<Image> photos(std::int64_t count) {
  std::vector<Image> made;
  for (std::int64_t i = 0; i < count; ++i) made.push_back(random_photo({30, 40}, static_cast<std::uint64_t>(i) + 1));
  return made;
}

}  // namespace

TEST_CASE("Descriptors that were made in different batch contexts are not compared unless that is asked for") {
  const ModelRecord in_blocks{.batch_context = "blocks(16)"}, by_itself{.batch_context = "alone"};
  const Descriptors alone{{1, 0, 0, 1}, 2, by_itself}, blocks{{1, 0}, 2, in_blocks}, other{{1, 0, 0}, 3, by_itself};
  CHECK_THROWS_WITH(search(alone, blocks, 1),
                    ContainsSubstring("made differently and do not compare: batch_context: 'alone' and 'blocks(16)'"));
  CHECK_THROWS_AS(search(alone, blocks, 1), ConfigError);
  CHECK_THROWS_AS(search(alone, other, 1), ShapeError);
  CHECK(search(alone, blocks, 1, BatchContexts::may_differ)[0][0].id == 0);
  CHECK(search(alone, alone, 2)[1][0].id == 1);
  CHECK(Descriptors{}.size() == 0);
}

TEST_CASE("Descriptors of another block or size are not compared, whatever is said of their batch context") {
  const Descriptors last{{1, 0}, 2, {.block = "last", .size = "224x224"}}, seventh{{1, 0}, 2, {.block = "7", .size = "322x322"}};
  CHECK_THROWS_WITH(search(last, seventh, 1, BatchContexts::may_differ),
                    ContainsSubstring("block: 'last' and '7'; size: '224x224' and '322x322'"));
  const Descriptors unknown{{1, 0}, 2};
  CHECK(search(last, unknown, 1)[0][0].id == 0);
}

TEST_CASE("A pipeline that mixes photos describes each alone by default, to the bit, and says so") {
  const auto pipeline = mixing_pipeline();
  const std::vector<Image> images = photos(5);
  const std::vector<ImageView> views(images.begin(), images.end());
  const Descriptors together = pipeline.descriptors_of(views);
  CHECK(together.record.batch_context == "alone");
  CHECK(together.size() == 5);
  std::vector<float> apart;
  for (const ImageView& view : views) {
    const std::vector<float> one = pipeline.describe(view);
    apart.insert(apart.end(), one.begin(), one.end());
  }
  CHECK(together.values == apart);
}

TEST_CASE("Blocks are those of the photos' order, however they are sized and described") {
  auto pipeline = mixing_pipeline();
  pipeline.aggregator.batch_context = BatchContext<X>::blocks(2);
  const std::vector<Image> images = photos(5);
  const std::vector<ImageView> views(images.begin(), images.end());
  const Descriptors whole = pipeline.descriptors_of(views);
  CHECK(whole.record.batch_context == "blocks(2)");
  CHECK(pipeline.block() == 2);
  std::vector<float> parts;
  for (std::size_t begin = 0; begin < 5; begin += 2) {
    const std::vector<float> part = pipeline.describe(std::span(views).subspan(begin, std::min<std::size_t>(2, 5 - begin)));
    parts.insert(parts.end(), part.begin(), part.end());
  }
  CHECK(whole.values == parts);
  CHECK(whole.values != mixing_pipeline().describe(views));
}
