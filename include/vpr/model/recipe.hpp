// SPDX-License-Identifier: MIT
/// @file
/// What trains a system, and which of its parameters. Needs the component vpr::io.
#pragma once

#include <vpr/core/random.hpp>
#include <vpr/dataset/field_of_view.hpp>
#include <vpr/dataset/read_training_places.hpp>
#include <vpr/dataset/triplet_miner.hpp>
#include <vpr/image/image.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/weight_file.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/loss/contrastive.hpp>
#include <vpr/loss/large_margin_cosine.hpp>
#include <vpr/model/first_stage.hpp>
#include <vpr/model/freeze_backbone.hpp>
#include <vpr/model/recipe_loss.hpp>
#include <vpr/model/recipe_start.hpp>
#include <vpr/train/parameters.hpp>
#include <vpr/train/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// Where the triplets or pairs of a loss come from.
enum class Mining {
  batch,    ///< from the batch, which shows places
  partial,  ///< triplets from descriptors of a part of the database, see `TripletMiner`
  full      ///< from descriptors of all of it
};

/// The mining of that name. @throws ConfigError for another
inline Mining find_mining(std::string_view name) {
  if (name == "batch") return Mining::batch;
  if (name == "partial") return Mining::partial;
  if (name == "full") return Mining::full;
  fail<ConfigError>("there is no mining '", name, "'; there are batch, partial, full");
}

/// Training by classification: each place of at least so many photos is a class, and each group of places has a classifier of its own, which is not
/// part of the system.
struct ClassificationSettings {
  LargeMarginCosineSettings loss = {};
  std::int64_t least = 10;  ///< photos of a class; places of fewer are left out
  double rate = 0.01;       ///< of the classifiers
};

/// Training by pairs of photos and how much they see of the same ground.
struct GradedPairSettings {
  FieldOfView view = {};
  GeneralisedContrastiveSettings loss = {};
};

/// What a training is made of, in the authors' numbers until they are changed.
struct Recipe {
  std::string name;
  std::string meaning;
  std::string system;  ///< see `make_system`: `salad`, `salad@dinov2-vits14` or `dinov2-vits14:8+gem`
  RecipeLoss loss;
  std::int64_t tuned_blocks = 0;      ///< of the backbone, the last ones; the rest of it is frozen, but for adapters
  bool tuned_end = true;              ///< whether the normalisation behind them is trained, too
  std::int64_t places = 60;           ///< in a batch, where it shows places
  std::int64_t photos = 4;            ///< of a place
  PlacesBy by = PlacesBy::automatic;  ///< what shows one place
  double rate = 1e-4;
  double weight_decay = 0;                                                ///< decoupled
  std::function<double(double, std::int64_t)> schedule = ConstantRate();  ///< its time is counted in steps
  Mining mining = Mining::batch;
  std::int64_t triplets = 4;  ///< in a batch, where they are mined from a database
  TripletMinerSettings miner = {.negatives = 2};
  std::function<Image(Image, Random&)> augment = {};  ///< what photos undergo, an `Augmentation`; empty: nothing
  RecipeStart start = {};
  std::vector<std::string> trained = {};  ///< of heads and adapters, those whose names hold one of these; empty: all
  std::string tokens = {};                ///< `unit` or `raw`: see `ModelRecord::tokens`; empty: the system's default
  ImageSize size = {224, 224};            ///< that photos come to
  /// Classification in place of the loss of places: see `ClassSteps`.
  std::optional<ClassificationSettings> classes = {};
  /// Graded pairs in place of places, as many as `places` says in a batch: see `PairSteps`.
  std::optional<GradedPairSettings> pairs = {};
};

namespace detail {

/// Calls `use(parameter, source)` for each parameter whose name holds `copied.part`, `source` being the values of that which it is a copy of.
template <class System, class Use>
void for_each_copy(System& system, const CopiedStart& copied, const Use& use) {
  std::map<std::string, std::vector<float>> values;
  system.visit(
      [&](const std::string& name, auto& parameter) {
        if (name.find(copied.from) != std::string::npos) values[name] = parameter.to_vector();
      },
      "");
  system.visit(
      [&](const std::string& name, auto& parameter) {
        const std::size_t at = name.find(copied.part);
        if (at != std::string::npos) use(parameter, values.at(std::string(name).replace(at, copied.part.size(), copied.from)));
      },
      "");
}

inline void start(const ParameterStart& start, std::span<float> values, Random random) {
  for (float& value : values) {
    const double normal = std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform());
    value = start.value + start.deviation * static_cast<float>(normal);
  }
}

}  // namespace detail

/// Gives a system what its training starts from: all of its weights, where the file is a checkpoint of the system; or else the
/// backbone's, with heads and adapters of `seed` and as `start` says, but for clusters. Weights of another system on the backbone bring
/// all that the two share, where `start` copies of it.
/// @return  whether heads and adapters are new
/// @throws WeightError  where the file is none of these.
template <class System>
bool load_to_train(System& system, const WeightFile& file, std::uint64_t seed, const RecipeStart& start = {}) {
  if (const LoadReport whole = compare(system, file); whole.missing.empty() && whole.misshaped.empty()) {
    load(system, file, {.strict = whole.fits()});  // what it has beside the system is left over
    return false;
  }
  auto& pipeline = first_stage_of(system);
  const detail::PlainBackbone plain(pipeline);
  LoadOptions of_backbone, of_system;
  visit_const(pipeline.backbone, [&](const std::string& name, const auto&) {
    if (!plain.has(pipeline.names.backbone + name)) of_backbone.optional.push_back(name);
  });
  initialise_heads(
      system, seed, [&](const std::string& name) { return !plain.has(name); },
      [&](const std::string& name) { return pipeline.backbone.starts_at_zero(name); });
  system.visit(
      [&](const std::string& name, auto& parameter) {
        if (plain.has(name)) return;
        of_system.optional.push_back(name);
        for (const ParameterStart& one : start.parameters) {
          if (name.find(one.part) == std::string::npos) continue;
          std::vector<float> values(static_cast<std::size_t>(parameter.shape().elements()));
          detail::start(one, values, Random::of({static_cast<std::int64_t>(seed), static_cast<std::int64_t>(of_system.optional.size())}));
          parameter.assign(std::span<const float>(values));
        }
      },
      "");
  if (start.copies.empty()) {
    load(pipeline.backbone, file, of_backbone);
    return true;
  }
  load(system, file, of_system);
  for (const CopiedStart& copied : start.copies)
    detail::for_each_copy(system, copied,
                          [](auto& parameter, const std::vector<float>& values) { parameter.assign(std::span<const float>(values)); });
  return true;
}

/// Freezes all of a system that the recipe does not train.
template <class System>
void freeze_backbone(System& system, const Recipe& recipe) {
  freeze_backbone(system, recipe.tuned_blocks, recipe.tuned_end, recipe.trained);
}

}  // namespace vpr
