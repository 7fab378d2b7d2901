// SPDX-License-Identifier: MIT
#include <vpr/layer/initialise.hpp>
#include <vpr/loss/triplet.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/model/training_steps.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using namespace vpr;

namespace {

/// A photo of noise that its path decides; "bad" cannot be read.
Planes noise(const std::string& path, Random&) {
  VPR_REQUIRE(IoError, path != "bad", path, ": cannot be opened");
  Planes planes({28, 28});
  Random random = Random::of({std::stoll(path)});
  for (float& value : planes.values) value = static_cast<float>(random.uniform());
  return planes;
}

/// Three places of two photos each, numbered through.
TrainingPlaces places() {
  std::vector<TrainingPhoto> photos;
  for (const char* path : {"0", "1", "2", "3", "4", "5"})
    photos.push_back({.path = path, .place = std::to_string(std::stoi(path) / 2), .group = "town"});
  return places_by_id(std::move(photos));
}

TrainedSystem tiny(std::string_view name = "dinov2-vits14:1+gem") {
  TrainedSystem system = make_system<TrainedSystem::backend>(name);
  initialise(system, 1);
  return system;
}

Recipe small(const char* name) {
  Recipe recipe = find_recipe(name);
  recipe.places = 3;
  recipe.photos = 2;
  recipe.triplets = 2;
  recipe.miner = {.queries = 6, .pool = 6, .negatives = 2};
  return recipe;
}

}  // namespace

TEST_CASE("The loss of a step of places is the recipe's, of the batch of that number") {
  TrainedSystem system = tiny();
  Recipe recipe = small("head");
  std::vector<std::int64_t> seen;
  recipe.loss = {[&](const TrainedSystem::X& descriptors, std::span<const std::int64_t> labels) {
                   seen.assign(labels.begin(), labels.end());
                   return mean(reshape(descriptors, Shape{1, descriptors.shape().elements(), 1}));
                 },
                 TripletLoss()};
  PlaceSteps steps(system, recipe, places(), noise, {.steps = 2, .seed = 3});
  CHECK(steps.description() == "6 photos of 3 places");
  const std::vector<float> first = steps.loss(0).to_vector(), second = steps.loss(1).to_vector();
  CHECK(first.size() == 1);
  CHECK(steps.photos() == 12);
  CHECK(seen.size() == 6);
  PlaceSteps again(system, recipe, places(), noise, {.steps = 2, .seed = 3});
  CHECK(again.loss(1).to_vector() == second);  // as a resumed training asks for it
}

TEST_CASE("Triplets are mined from descriptors of the system, and mining can be ended from outside") {
  TrainedSystem system = tiny();
  Recipe recipe = small("head");
  recipe.mining = Mining::full;
  recipe.miner.full = true;
  TripletSteps steps(system, recipe, triplet_photos_of_places(places()), noise, noise, {});
  CHECK_THAT(steps.description(), ContainsSubstring("6 queries and 6 database photos, mined in full"));
  const float loss = steps.loss(0).to_vector()[0];
  CHECK(loss > 0);
  CHECK(loss < 2);
  REQUIRE(steps.state() != nullptr);
  CHECK(steps.state()->rounds() == 1);

  struct Ended {};
  TripletSteps ended(system, recipe, triplet_photos_of_places(places()), noise, noise, {.mining = [] { throw Ended(); }});
  CHECK_THROWS_AS(ended.loss(0), Ended);
}

TEST_CASE("Another network may give the features, and photos that cannot be read are named") {
  TrainedSystem system = tiny();
  TrainingPlaces some = places();
  some.photos[0].path = "bad";
  std::int64_t called = 0;
  PlaceSteps steps(system, small("head"), some, noise, {.steps = 1, .features = [&](const TrainedSystem::X& images) {
                                                          ++called;
                                                          return system.pipeline.backbone(images);
                                                        }});
  steps.loss(0);
  CHECK(called == 1);
  REQUIRE(steps.bad_photos().size() == 1);
  CHECK(steps.bad_photos()[0].path == "bad");
}

TEST_CASE("Clusters start from patches of the photos of the first batches, as another network sees them, at unit length") {
  TrainedSystem system = tiny();
  PlaceSteps steps(system, small("head"), places(), noise, {.seed = 3});
  AnyBackbone<> network = make_backbone<Cpu<>>("dinov2-vits14:1");
  initialise(network, 2);
  const PatchSample all = steps.patches(network, {.of_photo = 3}), again = steps.patches(network, {.of_photo = 3});
  REQUIRE(all.size() == 6 * 3);
  CHECK(all.photos() == 6);
  for (std::int64_t row = 0; row < 18; ++row) {
    const std::span<const float> patch(all.rows()[row], 384);
    CHECK(std::equal(patch.begin(), patch.end(), again.rows()[row]));
    CHECK(std::inner_product(patch.begin(), patch.end(), patch.begin(), 0.0) == Approx(1));
  }
  CHECK(steps.patches(network, {.patches = 5}).size() == 5);
  TripletSteps mined(system, small("head"), triplet_photos_of_places(places()), noise, noise);
  CHECK(mined.patches(network, {.of_photo = 3}).size() == 6 * 3);  // of the database
  CHECK(mined.patches(network, {.patches = 5}).size() == 5);
}

TEST_CASE("A recipe and a system that do not fit are refused") {
  TrainedSystem system = tiny(), mixing = tiny("cricavpr@dinov2-vits14:1");
  CHECK_THROWS_WITH(PlaceSteps(system, small("selavpr"), places(), noise),
                    ContainsSubstring("compares local features, and model 'selavpr' has no local head"));
  CHECK_THROWS_WITH(TripletSteps(mixing, small("cricavpr"), triplet_photos_of_places(places()), noise, noise),
                    ContainsSubstring("depends on the photos beside it"));
}
