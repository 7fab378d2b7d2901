// SPDX-License-Identifier: MIT
#include <vpr/aggregator.hpp>
#include <vpr/backbone.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/model/pipeline.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <vector>

using vpr::Image;
using vpr::ImageSize;
using vpr::ImageView;

namespace {

const vpr::VitConfig tiny{.channels = 48, .depth = 2, .heads = 3, .trained_side = 84};

auto tiny_pipeline(ImageSize size = {70, 84}) {
  vpr::Pipeline pipeline(vpr::DinoV2<>(tiny), vpr::GeM<>(), vpr::NormaliseThenResize<>{{size}});
  std::uint64_t seed = 1;
  pipeline.visit(
      [&](const std::string& name, auto& parameter) {
        std::vector<float> values = random_floats(parameter.shape().elements(), seed++);
        for (float& value : values) value *= 0.3F;
        if (name != "aggregator.p") parameter.assign(std::span<const float>(values));
      },
      "");
  return pipeline;
}

}  // namespace

TEST_CASE("A descriptor has unit length and the promised dimensions") {
  const auto pipeline = tiny_pipeline();
  const std::vector<float> descriptor = pipeline.describe(random_photo({100, 120}, 3));
  REQUIRE(pipeline.dimensions() == 48);
  REQUIRE(descriptor.size() == 48);
  double squares = 0;
  for (const float value : descriptor) squares += static_cast<double>(value) * value;
  CHECK(std::sqrt(squares) == Approx(1.0).margin(1e-6));
}

TEST_CASE("Descriptors are written where there is room for them, and nowhere else") {
  const auto pipeline = tiny_pipeline();
  const Image one = random_photo({90, 110}, 1), other = random_photo({84, 84}, 2);
  const std::vector<ImageView> views{one, other};
  std::vector<float> written(2 * 48);
  pipeline.describe(views, written);
  CHECK(written == pipeline.describe(views));
  std::vector<float> room(2 * 48 + 1);
  CHECK_THROWS_AS(pipeline.describe(views, room), vpr::ShapeError);
  CHECK_THROWS_AS(pipeline.describe(views, std::span(room).first(48)), vpr::ShapeError);
}

TEST_CASE("A pipeline describes where it was told to, whatever is current, and leaves that as it was") {
  auto pipeline = tiny_pipeline();
  const Image one = random_photo({90, 110}, 1);
  const std::vector<float> expected = pipeline.describe(one);
  pipeline.execution = vpr::Execution::serial();
  const Threads scope(3);
  CHECK(pipeline.describe(one) == expected);
  CHECK(vpr::thread_count() == 3);
  const vpr::Buffer<int> probe(1);  // under the address sanitizer no execution has memory
  CHECK((pipeline.execution.memory().peak > 0) == (vpr::Execution().memory().used > 0));
}

TEST_CASE("A photo has the same descriptor, bit for bit, alone, in a batch of seven and on any number of threads") {
  const auto pipeline = tiny_pipeline();
  std::vector<Image> photos;
  for (std::uint64_t i = 0; i < 7; ++i) photos.push_back(random_photo({90 + static_cast<std::int64_t>(i), 110}, i));
  const std::vector<ImageView> views(photos.begin(), photos.end());
  for (const int count : {1, 2, 3}) {
    const Threads scope(count);
    const std::vector<float> together = pipeline.describe(views);
    REQUIRE(together.size() == 7 * 48);
    for (std::size_t i = 0; i < 7; ++i) {
      const Threads one(1);
      const std::vector<float> alone = pipeline.describe(views[i]);
      CHECK(std::equal(alone.begin(), alone.end(), together.begin() + static_cast<std::ptrdiff_t>(48 * i)));
    }
  }
}

TEST_CASE("Photos that differ in size after preprocessing are described in one call, in order") {
  auto pipeline = tiny_pipeline();
  pipeline.preprocess = vpr::find_preprocess("normalise-then-resize-tensor+shorter-side+multiple-of-14", {56, 56});
  const std::vector<Image> photos{random_photo({60, 80}, 1), random_photo({80, 60}, 2), random_photo({80, 60}, 3)};
  const std::vector<float> together = pipeline.describe(std::vector<ImageView>(photos.begin(), photos.end()));
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const std::vector<float> alone = pipeline.describe(photos[i]);
    CHECK(std::equal(alone.begin(), alone.end(), together.begin() + static_cast<std::ptrdiff_t>(48 * i)));
  }
}

TEST_CASE("A size that is no multiple of the patch is refused with the reason") {
  const auto pipeline = tiny_pipeline({64, 64});
  CHECK_THROWS_WITH(pipeline.describe(random_photo({64, 64}, 1)),
                    ContainsSubstring("a photo of 64x64 is ") && ContainsSubstring("multiples of 14: choose another size"));
}

TEST_CASE("The size that a photo is brought to is refused before any pixel is touched, where the model could not take it") {
  const vpr::DinoV2<> network(tiny);
  const vpr::Pipeline odd(network, vpr::GeM<>(), vpr::NormaliseThenResize<vpr::ShorterSide>{{28}});
  CHECK(odd.input_size({50, 100}) == ImageSize{28, 56});
  CHECK_THROWS_WITH(odd.input_size({50, 90}), ContainsSubstring("multiples of 14"));
  const vpr::Pipeline split(network, vpr::SplitAggregator<>(), vpr::NormaliseThenResize<vpr::FloorMultiple>{});
  CHECK(split.input_size({42, 60}) == ImageSize{42, 56});
  CHECK_THROWS_WITH(split.input_size({41, 60}), ContainsSubstring("too small for 3x3 cells"));
  const vpr::Pipeline cropped(network, vpr::GeM<>(), vpr::CentralCrop{});
  CHECK_THROWS_AS(cropped.input_size({1, 1'000'000}), vpr::ShapeError);
}

TEST_CASE("An aggregator that reads the class token is refused behind a backbone that has none, before there is a photo") {
  const vpr::ResNet<> network(vpr::ResNetConfig{.bottleneck = false}.first(1));
  const vpr::SaladSettings with_token{.channels = 64}, without{.channels = 64, .token_dim = 0};
  using Crica = vpr::CrossImageAggregator<vpr::Split<1, 2>>;
  CHECK_NOTHROW(vpr::Pipeline(network, vpr::SaladAggregator<>(without)));
  CHECK_THROWS_WITH(vpr::Pipeline(network, vpr::SaladAggregator<>(with_token)),
                    ContainsSubstring("the aggregator reads the class token, and the backbone has none"));
  CHECK_THROWS_AS(vpr::Pipeline(network, vpr::Projected(vpr::SaladAggregator<>(with_token), 64, 8)), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::Pipeline(network, vpr::L2Tokens(vpr::ClassToken<>())), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::Pipeline(network, vpr::Shared(vpr::ClassToken<>())), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::Pipeline(network, vpr::OfChannels{vpr::ClassToken<>(), 0, 32}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::Pipeline(network, vpr::EdtFormer<>({.channels = 64})), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::Pipeline(network, Crica({.channels = 64})), vpr::ConfigError);
  CHECK_NOTHROW(vpr::Pipeline(network, Crica({.channels = 64}, {.whole = vpr::WholeRegion::gem})));
  CHECK_NOTHROW(vpr::Pipeline(network, vpr::CrossImageAggregator<vpr::Split<2>>({.channels = 64})));
  CHECK_THROWS_AS(vpr::Pipeline(vpr::AnyBackbone<>(vpr::Tapped(network, vpr::Tap{0})), vpr::AnyAggregator<>(vpr::ClassToken<>())),
                  vpr::ConfigError);
}

namespace {

/// Says of its descriptors that they are longer than they are.
struct Boaster : vpr::Mean<> {
  std::int64_t dimensions(std::int64_t channels) const { return channels + 1; }
};

}  // namespace

TEST_CASE("Descriptors of other dimensions than their aggregator says are an error") {
  const vpr::Pipeline pipeline(vpr::DinoV2<>(tiny), Boaster(), vpr::NormaliseThenResize<>{{{70, 84}}});
  CHECK_THROWS_WITH(pipeline.describe(random_photo({70, 84}, 1)),
                    ContainsSubstring("the aggregator gave [1, 48] of 1 photos, and says that a descriptor has 49 dimensions"));
}

TEST_CASE("A pipeline shows its parameters under the official names") {
  auto pipeline = tiny_pipeline();
  std::vector<std::string> names;
  pipeline.visit([&](const std::string& name, auto&) { names.push_back(name); }, "");
  CHECK(std::find(names.begin(), names.end(), "backbone.blocks.1.attn.qkv.weight") != names.end());
  CHECK(std::find(names.begin(), names.end(), "aggregator.p") != names.end());
}
