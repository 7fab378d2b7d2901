// SPDX-License-Identifier: MIT
// Small systems of the published kinds, trained for some steps by their recipes.
#include <vpr/layer/initialise.hpp>
#include <vpr/model/boq.hpp>
#include <vpr/model/megaloc.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/training_steps.hpp>
#include <vpr/train/adam.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

using namespace vpr;

namespace {

using R = TrainedSystem::backend;
const VitConfig tiny{.channels = 24, .depth = 3, .heads = 3, .trained_side = 56};

/// A photo of noise over a shade that its place decides.
Planes noise(const std::string& path, Random&) {
  Planes planes({56, 56});
  Random random = Random::of({std::stoll(path)});
  const auto shade = static_cast<float>(std::stoll(path) / 2) / 4;
  for (float& value : planes.values) value = shade + static_cast<float>(random.uniform()) - 0.5F;
  return planes;
}

TrainingPlaces places() {
  std::vector<TrainingPhoto> photos;
  for (int i = 0; i < 8; ++i) photos.push_back({.path = std::to_string(i), .place = std::to_string(i / 2), .group = "town"});
  return places_by_id(std::move(photos));
}

/// The losses of so many steps by a recipe, on batches of all places.
std::vector<float> losses(TrainedSystem system, std::string_view name, std::int64_t count) {
  initialise(system, 1, 0.15F);
  Recipe recipe = find_recipe(name);
  freeze_backbone(system, recipe.tuned_blocks);
  recipe.places = 4;
  recipe.photos = 2;
  PlaceSteps steps(system, recipe, places(), noise, {.steps = count, .seed = 2});
  AdamW<Cpu<>> optimizer(system, {.rate = 3e-3, .weight_decay = recipe.weight_decay});
  std::vector<float> all;
  for (std::int64_t i = 0; i < count; ++i) {
    const Var<Cpu<>> loss = steps.loss(i);
    all.push_back(loss.to_vector()[0]);
    loss.backward();
    optimizer.step();
  }
  return all;
}

void check_that_it_learns(const std::vector<float>& losses) {
  const auto mean_of = [](auto begin, auto end) { return std::accumulate(begin, end, 0.0F) / static_cast<float>(end - begin); };
  const float first = mean_of(losses.begin(), losses.begin() + 3), last = mean_of(losses.end() - 3, losses.end());
  INFO("from " << first << " to " << last);
  CHECK(last < 0.7F * first);
}

}  // namespace

TEST_CASE("BoQ learns by its recipe") {
  using Network = DinoV2<VitConfig, NoAdapter, R>;
  const BoqSettings settings{.channels = 24, .projected = 16, .head = 8, .queries = 4, .layers = 2, .rows = 3};
  const Pipeline boq(Network(tiny.first(3)), Boq<R>(settings), NormaliseThenResize<>{{{56, 56}}}, make_boq<Shapes>().names);
  check_that_it_learns(losses(TrainedSystem(boq), "boq", 20));
}

TEST_CASE("MegaLoc learns by its recipe") {
  const auto megaloc = make_megaloc<R>(tiny, {.clusters = 4, .cluster_dim = 8, .token_dim = 8, .hidden = 16}, 24);
  check_that_it_learns(losses(TrainedSystem(megaloc), "megaloc", 20));
}
