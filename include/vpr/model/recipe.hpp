// SPDX-License-Identifier: MIT
/// @file
/// What trains a system, and which of its parameters. Needs the component vpr::io.
#pragma once

#include <vpr/core/random.hpp>
#include <vpr/dataset/triplet_miner.hpp>
#include <vpr/image/image.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/weight_file.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/loss/large_margin_cosine.hpp>
#include <vpr/model/recipe_loss.hpp>
#include <vpr/model/two_stage.hpp>
#include <vpr/train/parameters.hpp>
#include <vpr/train/schedule.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
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

/// Training by classification: each place of at least so many photos is a class, and each group of places has a classifier of its own, which is not part of
/// the system.
struct ClassificationSettings {
  LargeMarginCosineSettings loss = {};
  std::int64_t least = 10;  ///< photos of a class; places of fewer are left out
  double rate = 0.01;       ///< of the classifiers
};

/// What a training is made of, in the authors' numbers until they are changed.
struct Recipe {
  std::string name;
  std::string meaning;
  std::string system;  ///< see `make_system`: `salad`, `salad@dinov2-vits14` or `dinov2-vits14:8+gem`
  RecipeLoss loss;
  std::int64_t tuned_blocks = 0;  ///< of the backbone, the last ones; the rest of it is frozen, but for adapters
  std::int64_t places = 60;       ///< in a batch, where it shows places
  std::int64_t photos = 4;        ///< of a place
  double rate = 1e-4;
  double weight_decay = 0;                                                ///< decoupled
  std::function<double(double, std::int64_t)> schedule = ConstantRate();  ///< its time is counted in steps
  Mining mining = Mining::batch;
  std::int64_t triplets = 4;  ///< in a batch, where they are mined from a database
  TripletMinerSettings miner = {.negatives = 2};
  std::function<Image(Image, Random&)> augment = {};  ///< what photos undergo, an `Augmentation`; empty: nothing
  std::string tokens = {};                            ///< `unit` or `raw`: see `ModelRecord::tokens`; empty: the system's default
  ImageSize size = {224, 224};                        ///< that photos come to
  /// Classification in place of the loss of places: see `ClassSteps`.
  std::optional<ClassificationSettings> classes = {};
};

namespace detail {

/// Which of a system's parameters the backbone had before it was adapted.
template <class FirstStage>
class PlainBackbone {
 public:
  explicit PlainBackbone(const FirstStage& pipeline)
      : backbone_(pipeline.backbone), prefix_(pipeline.names.backbone), names_(backbone_.plain_names()) {}

  bool has(const std::string& name) const { return name.starts_with(prefix_) && names_.contains(name.substr(prefix_.size())); }
  /// Whether it is of the last `tuned` parts, or behind them.
  bool is_tuned(const std::string& name, std::int64_t tuned) const {
    return tuned > 0 && has(name) && backbone_.part_of(name.substr(prefix_.size())) >= backbone_.depth() - tuned;
  }

 private:
  const decltype(FirstStage::backbone)& backbone_;
  const std::string& prefix_;
  std::set<std::string> names_;
};

}  // namespace detail

/// Gives a system what its training starts from: all of its weights, where the file is a checkpoint of the system, or else the backbone's, with heads and adapters
/// of `seed`.
/// @throws WeightError  where the file is neither.
template <class System>
void load_to_train(System& system, const WeightFile& file, std::uint64_t seed) {
  if (compare(system, file).fits()) {
    load(system, file);
    return;
  }
  auto& pipeline = first_stage_of(system);
  const detail::PlainBackbone plain(pipeline);
  LoadOptions options;
  visit_const(pipeline.backbone, [&](const std::string& name, const auto&) {
    if (!plain.has(pipeline.names.backbone + name)) options.optional.push_back(name);
  });
  initialise_heads(
      system, seed, [&](const std::string& name) { return !plain.has(name); },
      [&](const std::string& name) { return pipeline.backbone.starts_at_zero(name); });
  load(pipeline.backbone, file, options);
}

/// Freezes all of a recorded system but its heads, its adapters and the last `tuned_blocks` parts of its backbone.
/// @throws ConfigError  where that leaves nothing to train
template <class System>
void freeze_backbone(System& system, std::int64_t tuned_blocks) {
  const detail::PlainBackbone plain(first_stage_of(system));
  const auto is_trained = [&](const std::string& name) {
    const bool statistic = name.ends_with("running_mean") || name.ends_with("running_var");
    return !statistic && (plain.is_tuned(name, tuned_blocks) || !plain.has(name));
  };
  bool some = false;
  visit_const(system, [&](const std::string& name, const auto&) { some = some || is_trained(name); });
  VPR_REQUIRE(ConfigError, some,
              "nothing is left to train: the system has no adapter and no head with parameters; train the backbone's last blocks");
  freeze(system, "");
  unfreeze(system, is_trained);
}

}  // namespace vpr
