// SPDX-License-Identifier: MIT
#include <vpr/layer/initialise.hpp>
#include <vpr/model/pair_steps.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/model/training.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace vpr;

namespace {

/// A photo whose position along the street decides its pattern, with noise; "bad" cannot be read.
Planes striped(const std::string& path, Random& random) {
  VPR_REQUIRE(IoError, path != "bad", path, ": cannot be opened");
  Planes planes({32, 32});
  const double at = std::stod(path) / 6;
  for (std::size_t i = 0; i < planes.values.size(); ++i) {
    const double wave = std::sin(at + static_cast<double>(i / 1024));
    planes.values[i] = static_cast<float>(wave + 0.05 * random.uniform());
  }
  return planes;
}

/// Photos every 5 m along a street, looking along it.
std::vector<TrainingPhoto> street(int count) {
  std::vector<TrainingPhoto> photos;
  for (int i = 0; i < count; ++i)
    photos.push_back({.path = std::to_string(i), .heading = 0, .position = Position{500000, 4000000 + 5.0 * i, {31, false}}});
  return photos;
}

Recipe small() {
  Recipe recipe = find_recipe("gcl");
  recipe.system = "gcl@resnet18:1";
  recipe.places = 8;
  recipe.rate = 1e-3;
  recipe.tuned_blocks = 1;
  return recipe;
}

TrainedSystem made() {
  TrainedSystem system = make_system<TrainedSystem::backend>("gcl@resnet18:1");
  initialise(system, 1, 0.1F);
  freeze_backbone(system, 1);
  return system;
}

}  // namespace

TEST_CASE("Training by graded pairs brings down their loss") {
  const TemporaryFolder folder;
  const Recipe recipe = small();
  TrainedSystem system = made();
  PairSteps steps(system, recipe, street(30), striped, {.steps = 40, .seed = 2});
  CHECK(steps.description() == "pairs of 30 photos");
  const auto loss_of_first_batch = [&] {
    return PairSteps(system, recipe, street(30), striped, {.steps = 1, .seed = 2}).loss(0).to_vector()[0];
  };
  const float before = loss_of_first_batch();
  Training(system, recipe, steps, {.files = {folder.file("gcl.safetensors")}, .steps = 40}).run();
  CHECK(steps.photos() == 40 * 16);
  CHECK(loss_of_first_batch() < 0.75F * before);
}

TEST_CASE("A pair whose photo cannot be read gives way to another, and the photo is named") {
  TrainedSystem system = made();
  std::vector<TrainingPhoto> photos = street(30);
  for (std::size_t i = 0; i < photos.size(); i += 2) photos[i].path = "bad";
  PairSteps steps(system, small(), photos, striped, {.steps = 1});
  CHECK(steps.loss(0).to_vector().size() == 1);
  CHECK(steps.photos() == 16);
  REQUIRE(steps.bad_photos().size() == 1);
  CHECK(steps.bad_photos()[0].path == "bad");
  for (TrainingPhoto& photo : photos) photo.path = "bad";
  PairSteps none(system, small(), photos, striped, {.steps = 1});
  CHECK_THROWS_WITH(none.loss(0), ContainsSubstring("no pair could be read of 100 that were tried"));
}

TEST_CASE("Clusters start from patches of the photos of pairs that can be read") {
  TrainedSystem system = made();
  std::vector<TrainingPhoto> photos = street(30);
  photos[3].path = "bad";
  PairSteps steps(system, small(), photos, striped);
  AnyBackbone<> network = make_backbone<Cpu<>>("resnet18:1");
  initialise(network, 2);
  const PatchSample sample = steps.patches(network, {.of_photo = 3});
  CHECK(sample.photos() == 29);
  CHECK(sample.size() == 29 * 3);
  CHECK(steps.bad_photos().size() == 1);
}

TEST_CASE("Batches of no pair, or of more than can be counted, are refused") {
  TrainedSystem system = made();
  Recipe recipe = small();
  for (const std::int64_t pairs : {std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
    recipe.places = pairs;
    CHECK_THROWS_WITH(PairSteps(system, recipe, street(30), striped), ContainsSubstring(" pairs in a batch, expected 1 to 1073741823"));
  }
}

TEST_CASE("A system that mixes photos has no pairs of its own") {
  TrainedSystem mixing = make_system<TrainedSystem::backend>("cricavpr@dinov2-vits14:1");
  CHECK_THROWS_WITH(PairSteps(mixing, small(), street(30), striped), ContainsSubstring("depends on the photos beside it"));
}
