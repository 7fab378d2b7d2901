// SPDX-License-Identifier: MIT
/// The least classes that satisfy the library's concepts, which the documentation shows, at work.
#include "tests/archetypes/adapter.hpp"
#include "tests/archetypes/aggregator.hpp"
#include "tests/archetypes/augmentation.hpp"
#include "tests/archetypes/backbone.hpp"
#include "tests/archetypes/backend.hpp"
#include "tests/archetypes/index.hpp"
#include "tests/archetypes/local_head.hpp"
#include "tests/archetypes/local_store.hpp"
#include "tests/archetypes/loss.hpp"
#include "tests/archetypes/matcher.hpp"
#include "tests/archetypes/name_map.hpp"
#include "tests/archetypes/preprocess.hpp"
#include "tests/archetypes/sequence.hpp"
#include "tests/archetypes/side_adapter.hpp"
#include "tests/archetypes/system.hpp"
#include "tests/archetypes/weight_source.hpp"

#include <vpr/core/eigen.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/io/load.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/loop/loop_closer.hpp>
#include <vpr/matcher/rerank.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/train/adam.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

TEST_CASE("A user's index finds what the exact one finds") {
  const std::vector<float> numbers = random_floats(40 * 8, 1), questions = random_floats(5 * 8, 2);
  LinearScan mine(8);
  vpr::FlatIndex<> ours(8);
  mine.add(vpr::Rows(numbers.data(), 40, 8));
  ours.add(vpr::Rows(numbers.data(), 40, 8));
  const vpr::Rows queries(questions.data(), 5, 8);
  CHECK(vpr::ids_of(mine.search(queries, 7), 7) == vpr::ids_of(ours.search(queries, 7), 7));
}

TEST_CASE("A user's weight source is read by name") {
  CHECK(vpr::read_tensor(TwoNumbers(), "scale") == std::vector<float>{0.5F, 2.0F});
  CHECK_THROWS_WITH(vpr::read_tensor(TwoNumbers(), "bias"), ContainsSubstring("two numbers: has no tensor 'bias'"));
}

TEST_CASE("A user's names are looked for when loading") {
  vpr::Linear<vpr::Cpu<>> model(1, 2, false);
  CHECK_THROWS_WITH(vpr::load(model, TwoNumbers(), KernelAndOffset()), ContainsSubstring("net/kernel"));
  const vpr::LoadReport report = vpr::load(
      model, TwoNumbers(), [](const std::string&) { return std::vector<std::string>{"scale"}; }, vpr::LoadOptions{.strict = false});
  CHECK(report.misshaped.size() == 1);
}

TEST_CASE("A user's preprocessing leads to another's") {
  const vpr::Image photo({40, 30});
  const vpr::Planes planes = WithoutBonnet<vpr::NormaliseThenResize<vpr::OriginalSize>>()(photo);
  CHECK(planes.size == vpr::ImageSize{30, 30});
}

TEST_CASE("A user's augmentation goes with ours") {
  vpr::Random random(1);
  vpr::Image white({8, 8});
  for (std::uint8_t& byte : white.pixels()) byte = 255;
  const vpr::Image out = vpr::Augmentations{vpr::ResizeAsPil{{4, 12}}, PassingVan()}(white, random);
  CHECK(std::count(out.pixels().begin(), out.pixels().end(), 0) == 4 * 3 * 3);
}

TEST_CASE("A user's backend runs the ops") {
  using X = Backward::tensor;
  const std::vector<float> values = random_floats(2 * 3 * 4, 3);
  const auto run = [&]<class T>(const T&) {
    return vpr::relu(vpr::l2_normalize(T::from(vpr::Shape{2, 3, 4}, std::span<const float>(values))));
  };
  CHECK(run(X()).to_vector() == run(vpr::Tensor<vpr::Reference<float>>()).to_vector());
}

TEST_CASE("A user's aggregator and backbone work together") {
  using X = vpr::Tensor<vpr::Cpu<>>;
  const X images = X::from(vpr::Shape{2, 3, 16, 24}, std::span<const float>(random_floats(2 * 3 * 16 * 24, 4)));
  auto features = Pixels<>()(images);
  CHECK(features.patches.shape() == vpr::Shape{2, 6, 192});
  features.cls = vpr::mean(features.patches);
  const X descriptors = ClassAndMean<>()(features);
  REQUIRE(descriptors.shape() == vpr::Shape{2, ClassAndMean<>().dimensions(192)});
  CHECK(descriptors.data()[0] == Approx(descriptors.data()[192]));
  CHECK(descriptors.matrix().row(1).norm() == Approx(1));
}

TEST_CASE("A user's local head and matcher re-rank") {
  using X = vpr::Tensor<vpr::Cpu<>>;
  const X images = X::from(vpr::Shape{3, 3, 16, 24}, std::span<const float>(random_floats(3 * 3 * 16 * 24, 5)));
  const auto photos = vpr::to_host(BelowTheSky<>()(Pixels<>()(images)));
  CHECK(photos[0].grid == vpr::Grid{1, 3});
  vpr::MemoryLocalStore store;
  for (const vpr::LocalFeatures& photo : photos) store.add(photo);
  const vpr::Reranked result = vpr::rerank({{0, 1}, {1, 1}, {2, 1}}, 3, photos[2], store, SamePlace());
  CHECK(result.matches[0].id == 2);
  CHECK(result.local[0].pairs.size() == 3);
}

TEST_CASE("A user's local store is re-ranked from") {
  EverySecond store;
  const vpr::LocalFeatures photo{{1, 3}, 2, {1, 0, 0, 1, -1, 0}}, other{{1, 3}, 2, {0, 1, 0, 1, 0, 1}};
  for (const vpr::LocalFeatures& each : {other, photo}) store.add(each);
  CHECK(store.features(1) == vpr::LocalFeatures{{1, 2}, 2, {1, 0, -1, 0}});
  const vpr::Reranked result = vpr::rerank({{0, 1}, {1, 1}}, 2, store.features(1), store, SamePlace());
  CHECK(result.matches[0].id == 1);
}

TEST_CASE("A user's sequence policy closes loops") {
  vpr::LoopCloser closer(2, {.gap = 0, .top = 1}, WithTheFrameBefore());
  for (const auto& frame : std::vector<std::vector<float>>{{1, 0}, {0, 1}, {1, 0}}) closer.add(frame);
  const std::vector<vpr::Loop> loops = closer.add(std::vector<float>{0, 1});
  REQUIRE(loops.size() == 1);
  CHECK(loops[0].match == 1);
  CHECK(loops[0].score == 1);
}

TEST_CASE("A user's adapter changes a block by its own share") {
  const vpr::VitConfig config{.channels = 8, .depth = 1, .heads = 2};
  using X = vpr::Tensor<vpr::Cpu<>>;
  vpr::Block<vpr::Cpu<>, Bottleneck> adapted(config);
  vpr::Block<vpr::Cpu<>> plain(config);
  adapted.adapter.up.bias.assign(std::span<const float>(std::vector<float>(8, 10.0F)));
  const X x = X::from(vpr::Shape{1, 3, 8}, std::span<const float>(random_floats(3 * 8, 7)));
  const std::vector<float> with = adapted(x, {1, {1, 2}}).to_vector(), without = plain(x, {1, {1, 2}}).to_vector();
  for (std::size_t i = 0; i < with.size(); ++i) CHECK(with[i] - without[i] == Approx(1));
}

TEST_CASE("A user's side network adds up shares of what the blocks make") {
  using X = vpr::Tensor<vpr::Cpu<>>;
  vpr::SideNetwork<Share> model(vpr::VitConfig{.channels = 8, .depth = 2, .heads = 2, .trained_side = 28});
  vpr::initialise(model, 1, 0.5F);
  const X images = X::from(vpr::Shape{1, 3, 28, 28}, std::span<const float>(random_floats(3 * 28 * 28, 7)));
  const auto end = [&] {
    return model.before(images, 2).to_vector();
  };  // of each token 8 channels of the network, then 8 of the side network
  for (auto& adapter : model.adapters(0)) adapter.share.assign(std::span<const float>(std::vector<float>{0.5F}));
  const X start = model.before(images, 0), first = model.network.before(images, 1), second = model.network.before(images, 2);
  for (std::size_t c = 0; c < 8; ++c) CHECK(end()[8 + c] == Approx(start.data()[c] + 0.5F * first.data()[c] + 0.5F * second.data()[c]));
}

TEST_CASE("A user's loss trains, with no gradient written by hand") {
  using B = vpr::Cpu<>;
  vpr::Linear<vpr::Recorded<B>> model(3, 2, false);
  vpr::initialise(model, 1, 0.5F);
  vpr::Adam<B> optimizer(model, {.rate = 0.05});
  const vpr::Var<B> photos = vpr::Var<B>::from(vpr::Shape{6, 3}, std::span<const float>(random_floats(6 * 3, 8)));
  const auto loss = [&] { return Apart()(model(photos), std::vector<std::int64_t>{0, 0, 1, 1, 2, 2}); };
  const float before = loss().to_vector()[0];
  for (int step = 0; step < 20; ++step) {
    loss().backward();
    optimizer.step();
  }
  CHECK(loss().to_vector()[0] < before - 0.1F);
}

TEST_CASE("A user's system is a name as all others") {
  using vpr::NamedSystem;
  vpr::add_systems(RangedSystems::rows<NamedSystem>());
  CHECK(vpr::make_system<vpr::Shapes>("ranged").dimensions() == 1024);
  CHECK(vpr::make_system<vpr::Cpu<>>("ranged@resnet18:2").dimensions() == 256);
  CHECK_THROWS_WITH(vpr::make_system<vpr::Shapes>("rangd"), ContainsSubstring("the nearest: ranged"));

  const auto added = [](auto change) {
    std::vector<NamedSystem> rows = RangedSystems::rows<NamedSystem>();
    rows[0].name = "other";
    change(rows[0]);
    vpr::add_systems(rows);
  };
  CHECK_THROWS_WITH(added([](NamedSystem& row) { row.name = "salad"; }), ContainsSubstring("there is a row 'salad' already"));
  CHECK_THROWS_WITH(added([](NamedSystem& row) { row.name = "a+b"; }), ContainsSubstring("want a name without @, + and :"));
  CHECK_THROWS_WITH(added([](NamedSystem& row) { row.dimensions = 512; }),
                    ContainsSubstring("row 'other': says 512 dimensions, its factory makes a system of 1024"));
  CHECK_THROWS_WITH(added([](NamedSystem& row) {
                      row.size = {240, 320};
                    }),
                    ContainsSubstring("brings a photo of 70x90 to 240x320, its factory's preprocessing to 480x640"));
  CHECK_THROWS_AS(added([](NamedSystem& row) { row.preprocess = "resize-8-bit-then-normalise+clip-normalised"; }), vpr::ConfigError);
  CHECK(vpr::find_system("other") == nullptr);
}

TEST_CASE("A user's backbones and aggregators are names as all others, if each has one of its own") {
  std::vector<vpr::NamedBackbone> backbone{vpr::find_backbone("resnet18")};
  std::vector<vpr::NamedAggregator> aggregator{*vpr::find_aggregator("gem")};
  CHECK_THROWS_WITH(vpr::add_backbones(backbone), ContainsSubstring("there is a row 'resnet18' already"));
  CHECK_THROWS_WITH(vpr::add_aggregators(aggregator), ContainsSubstring("there is a row 'gem' already"));
  backbone[0].name = "mine";
  aggregator[0].name = "of-mine";
  vpr::add_backbones(backbone);
  vpr::add_aggregators(aggregator);
  CHECK(vpr::make_system<vpr::Shapes>("mine:3+of-mine").dimensions() == 256);
}
