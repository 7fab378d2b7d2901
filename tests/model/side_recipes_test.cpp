// SPDX-License-Identifier: MIT
// The recipes of SuperVLAD, ImAge, EDTformer and SelaVPR++: what they start from, what they train, and a few steps of each.
#include <vpr/aggregator/net_vlad.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/cluster_start.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/supervlad.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/train/adam.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace vpr;

namespace {

using R = Recorded<Cpu<>>;
using TrainedSystem = AnySystem<R>;
using Values = std::map<std::string, std::vector<float>>;
using Names = std::vector<std::string>;

/// A system on the first five blocks of ViT-S.
TrainedSystem small(const std::string& system) { return make_system<R>(system + "@dinov2-vits14:5"); }

template <class Model>
Values values_of(Model& model) {
  Values values;
  model.visit([&](const std::string& name, auto& parameter) { values[name] = parameter.to_vector(); }, "");
  return values;
}

/// The parameters that get a gradient, of those whose names hold `part`.
template <class Model>
Names trained_of(Model& model, const std::string& part = "") {
  Names names;
  model.visit(
      [&](const std::string& name, auto& parameter) {
        if (parameter.needs_gradient() && name.find(part) != std::string::npos) names.push_back(name);
      },
      "");
  return names;
}

/// Three photos each of four places: noise over the place's own.
R::tensor photos() {
  constexpr std::int64_t each = 3 * 28 * 28;
  std::vector<float> values = random_floats(12 * each, 1);
  const std::vector<float> places = random_floats(4 * each, 2);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = places[i / static_cast<std::size_t>(3 * each) * static_cast<std::size_t>(each) + i % static_cast<std::size_t>(each)] +
                2.0F * values[i];
  return R::tensor::from(Shape{12, 3, 28, 28}, std::span<const float>(values));
}

/// Trains the system for a few steps on one batch: the loss falls, what is to be trained moves, and nothing else does.
void check_trajectory(TrainedSystem system, const Recipe& recipe) {
  freeze_backbone(system, recipe);
  const std::vector<std::int64_t> places{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3};
  const R::tensor images = photos();
  const auto loss = [&] {
    const R::tensor descriptors = system.pipeline.aggregator(system.pipeline.backbone(images));
    return recipe.loss(TrainedFeatures{descriptors, R::tensor()}, places);
  };
  const Values before = values_of(system);
  AdamW<Cpu<>> optimizer(system, {.rate = 2e-3});
  const float first = loss().to_vector()[0];
  float last = first;
  for (int step = 0; step < 6; ++step) {
    const R::tensor value = loss();
    last = value.to_vector()[0];
    value.backward();
    optimizer.step();
  }
  INFO(recipe.name);
  CHECK(last < 0.9F * first);
  const Values after = values_of(system);
  std::int64_t moved = 0;
  system.visit(
      [&](const std::string& name, auto& parameter) {
        const bool statistic = name.ends_with("running_mean") || name.ends_with("running_var");
        const bool same = before.at(name) == after.at(name);
        INFO(name);
        if (parameter.needs_gradient()) {
          moved += same ? 0 : 1;
        } else {
          CHECK((same || statistic));
        }
      },
      "");
  CHECK(moved * 10 >= std::ssize(trained_of(system)) * 9);
}

TrainedSystem seeded(TrainedSystem system) {
  initialise(system, 1, 0.05F);
  return system;
}

/// A file of the network's own names.
std::string network_file(const TemporaryFolder& folder) {
  DinoV2<> network(ViTS14().first(5));
  initialise(network, 7, 0.05F);
  save_safetensors(folder.file("network.safetensors"), network);
  return folder.file("network.safetensors");
}

}  // namespace

TEST_CASE("SuperVLAD's and ImAge's recipes train the last four blocks and the clusters or tokens, not the last normalisation") {
  struct Case {
    std::string recipe, own;
  };
  for (const Case& one : {Case{"supervlad", "aggregation.conv.weight"}, Case{"image4vpr", "learnable_aggregation_tokens"}}) {
    TrainedSystem system = small(one.recipe);
    freeze_backbone(system, find_recipe(one.recipe));
    CHECK(trained_of(system, one.own) == Names{one.own});
    CHECK(trained_of(system, "backbone.blocks.0.").empty());
    CHECK_FALSE(trained_of(system, "backbone.blocks.1.").empty());
    CHECK(trained_of(system, "pos_embed").empty());
  }
  auto whole = make_supervlad<R>({}, VitConfig{.channels = 32, .depth = 5, .heads = 2, .trained_side = 56});
  freeze_backbone(whole, find_recipe("supervlad"));
  CHECK(trained_of(whole, "backbone.norm.").empty());
  freeze_backbone(whole, 4);
  CHECK(trained_of(whole, "backbone.norm.").size() == 2);
}

TEST_CASE("A few steps of each recipe lower the loss, and move what is trained and nothing else") {
  for (const char* recipe : {"supervlad", "image4vpr", "edtformer"}) check_trajectory(seeded(small(recipe)), find_recipe(recipe));
  check_trajectory(seeded(small("supervlad-across-photos")), find_recipe("supervlad"));
  check_trajectory(seeded(small("selavprpp-float")), find_recipe("selavprpp"));
  check_trajectory(seeded(small("selavprpp")), find_recipe("selavprpp-hash"));
}

TEST_CASE("SelaVPR++'s first step starts its convolutions at 1e-5 and its last projections at 0") {
  const TemporaryFolder folder;
  TrainedSystem system = small("selavprpp-float");
  CHECK(load_to_train(system, open_weights(network_file(folder)), 1, find_recipe("selavprpp").start));
  const Values values = values_of(system);
  for (const float value : values.at("backbone.adapters.2.branch2.1.conv.weight")) CHECK(value == 1e-5F);
  for (const float value : values.at("backbone.adapters.2.branch2.1.conv.bias")) CHECK(value == 1e-5F);
  for (const float value : values.at("backbone.adapters.2.D_fc2.weight")) CHECK(value == 0);
  CHECK(values.at("backbone.adapters.2.D_fc1.weight")[0] != 0);
  CHECK(values.at("backbone.blocks.1.mlp.fc1.weight")[0] != 0);
}

TEST_CASE(
    "SelaVPR++'s second step starts from the weights of the first, with a copy of its side network, and trains no more than that copy and "
    "its head") {
  const TemporaryFolder folder;
  TrainedSystem first = small("selavprpp-float");
  initialise(first, 3, 0.05F);
  save_safetensors(folder.file("first.safetensors"), first);
  TrainedSystem second = small("selavprpp");
  const Recipe recipe = find_recipe("selavprpp-hash");
  CHECK(load_to_train(second, open_weights(folder.file("first.safetensors")), 1, recipe.start));
  const Values from = values_of(first), values = values_of(second);
  for (const auto& [name, numbers] : from) CHECK(values.at(name) == numbers);
  CHECK(values.at("backbone.adapters_hashing.1.branch1.conv.weight") == from.at("backbone.adapters.1.branch1.conv.weight"));
  CHECK(values.at("linear4.weight")[0] != 0);
  freeze_backbone(second, recipe);
  CHECK(trained_of(second, "adapters.").empty());
  CHECK_FALSE(trained_of(second, "adapters_hashing.4.D_fc1").empty());
  CHECK(trained_of(second, "linear") == Names{"linear3.weight", "linear3.bias", "linear4.weight", "linear4.bias"});
  CHECK(trained_of(second, "aggregation") == Names{"aggregation_hashing.1.p"});

  TrainedSystem refused = small("selavprpp");
  CHECK_THROWS_AS(load_to_train(refused, open_weights(network_file(folder)), 1, recipe.start), WeightError);
}

TEST_CASE("EDTformer's queries start nearly equal") {
  const TemporaryFolder folder;
  TrainedSystem system = small("edtformer");
  load_to_train(system, open_weights(network_file(folder)), 1, find_recipe("edtformer").start);
  const Values values = values_of(system);
  double squares = 0;
  for (const float value : values.at("queries")) squares += static_cast<double>(value) * static_cast<double>(value);
  CHECK(std::sqrt(squares / (64 * 384)) == Approx(1e-6).epsilon(0.05));
}

TEST_CASE("Clusters start as the centroids of the patches, at the length that soft assignment asks for") {
  auto system = make_supervlad<R>({.clusters = 1, .ghosts = 1}, VitConfig{.channels = 32, .depth = 1, .heads = 2, .trained_side = 56});
  const ClusterStart start{.parameter = "aggregation.conv.weight"};
  // Two groups of patches, along the first channel and along the second.
  std::vector<float> patches(10 * 32, 0);
  for (std::size_t i = 0; i < 10; ++i) patches[i * 32 + i % 2] = 1;
  PatchSample sample(32, start);
  sample.add(Rows(patches.data(), 10, 32), Random(1));
  start_clusters(system, start, sample, 1);
  const std::vector<float> weights = values_of(system).at("aggregation.conv.weight");
  const auto alpha = static_cast<float>(std::log(100.0));
  const bool swapped = weights[0] == 0;
  for (std::size_t i = 0; i < 64; ++i) CHECK(weights[i] == Approx(i == (swapped ? 1U : 0U) || i == (swapped ? 32U : 33U) ? alpha : 0));
  auto words = make_system<R>("dinov2-vits14:1+gem");
  words.pipeline.aggregator = AnyAggregator<R>(NetVlad<R>({.channels = 32, .clusters = 2}));
  start_clusters(words, {.parameter = "aggregator.conv.weight", .centroids = "aggregator.centroids"}, sample, 1);
  const Values both = values_of(words);
  for (std::size_t i = 0; i < 64; ++i)
    CHECK(both.at("aggregator.conv.weight")[i] == Approx(alpha * both.at("aggregator.centroids")[i]).margin(1e-6));
  CHECK_THROWS_WITH(start_clusters(system, {.parameter = "centroids"}, sample, 1),
                    ContainsSubstring("clusters: the system has no parameter centroids"));
  PatchSample one(32, start);
  one.add(Rows(patches.data(), 1, 32), Random(1));
  CHECK_THROWS_WITH(start_clusters(system, start, one, 1),
                    ContainsSubstring("clusters: aggregation.conv.weight starts from 2 clusters of patches, and 1 photos gave 1, at most "
                                      "100 each: give more photos, or larger ones"));
}

TEST_CASE("A sample holds so many patches of a photo and in all, and none of a photo's twice") {
  std::vector<float> rows(20);
  for (std::size_t i = 0; i < 20; ++i) rows[i] = static_cast<float>(i / 2);
  PatchSample sample(2, {.patches = 8, .of_photo = 4});
  sample.add(Rows(rows.data(), 10, 2), Random(1));
  REQUIRE(sample.size() == 4);
  std::set<float> drawn;
  for (std::int64_t i = 0; i < 4; ++i) drawn.insert(sample.rows()[i][0]);
  CHECK(drawn.size() == 4);
  sample.add(Rows(rows.data(), 3, 2), Random(1));
  CHECK(sample.size() == 7);
  CHECK_FALSE(sample.is_full());
  sample.add(Rows(rows.data(), 10, 2), Random(1));
  CHECK(sample.size() == 8);
  CHECK(sample.is_full());
  CHECK(sample.photos() == 3);
  CHECK_THROWS_AS(sample.add(Rows(rows.data(), 4, 5), Random(1)), ShapeError);
}
