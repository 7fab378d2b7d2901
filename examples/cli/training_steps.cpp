// SPDX-License-Identifier: MIT
#include "training_steps.hpp"

#include "interruption.hpp"
#include "progress_bar.hpp"
#include "training_photos.hpp"

#include <vpr/model/class_steps.hpp>
#include <vpr/model/pair_steps.hpp>
#ifdef VPR_WITH_HASH
#include <vpr/dataset/frozen_blocks.hpp>
#endif

#include <cstdio>

namespace cli {
namespace {

vpr::TrainingStepsSettings settings_of(vpr::TrainedSystem& system, const TrainOptions& options, const vpr::Recipe& recipe) {
  vpr::TrainingStepsSettings settings{.steps = options.steps, .seed = options.seed, .progress = progress_bar()};
  settings.mining = [] {
    if (Interruption::asked()) throw vpr::StopTraining();  // a large round would take long to finish
  };
  if (options.cache.empty()) return settings;
#ifdef VPR_WITH_HASH
  VPR_REQUIRE(
      vpr::ConfigError, !recipe.augment,
      "train: photos that are augmented differ each time, so --cache would never find one again: add --augment none, or leave it out");
  using Network = vpr::AnyBackbone<vpr::TrainedSystem::backend>;
  const auto kept = std::make_shared<vpr::FrozenBlocks<Network>>(system.pipeline.backbone, options.cache);
  std::printf("the first %lld blocks are computed once a photo, and kept in %s\n", static_cast<long long>(kept->blocks()),
              options.cache.c_str());
  settings.features = [kept](const vpr::TrainedSystem::X& images) { return (*kept)(images); };
  return settings;
#else
  vpr::fail<vpr::ConfigError>("train: this program was built without xxHash, which --cache needs");
#endif
}

}  // namespace

std::unique_ptr<vpr::TrainingSteps> training_steps(vpr::TrainedSystem& system, const TrainOptions& options, const vpr::Recipe& recipe) {
  vpr::TrainingStepsSettings settings = settings_of(system, options, recipe);
  if (recipe.mining == vpr::Mining::batch && recipe.pairs) {
    vpr::TrainingPlaces all = places_of(options, recipe);
    return std::make_unique<vpr::PairSteps>(system, recipe, std::move(all.photos), loader_of(options, recipe), std::move(settings),
                                            std::move(all.left_out));
  }
  if (recipe.mining == vpr::Mining::batch && recipe.classes)
    return std::make_unique<vpr::ClassSteps>(system, recipe, places_of(options, recipe), loader_of(options, recipe), std::move(settings));
  if (recipe.mining == vpr::Mining::batch)
    return std::make_unique<vpr::PlaceSteps>(system, recipe, places_of(options, recipe), loader_of(options, recipe), std::move(settings));
  return std::make_unique<vpr::TripletSteps>(system, recipe, triplet_photos(options, recipe), loader_of(options, recipe),
                                             plain_loader(options, recipe), std::move(settings));
}

}  // namespace cli
