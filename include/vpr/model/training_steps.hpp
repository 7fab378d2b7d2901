// SPDX-License-Identifier: MIT
/// @file
/// The losses of a training's steps by a recipe: of batches of places, or of mined triplets. Needs the component vpr::io.
#pragma once

#include <vpr/autograd.hpp>
#include <vpr/core/progress.hpp>
#include <vpr/core/random.hpp>
#include <vpr/core/text.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/mined_batches.hpp>
#include <vpr/dataset/photo_batches.hpp>
#include <vpr/dataset/photo_loader.hpp>
#include <vpr/dataset/place_sampler.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/dataset/triplet_photos.hpp>
#include <vpr/model/any_system.hpp>
#include <vpr/model/cluster_start.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/train/trainer.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// A system in training.
using TrainedSystem = AnySystem<Recorded<Cpu<f32>>>;

struct TrainingStepsSettings {
  std::int64_t steps = 1000;  ///< of the training: no batch beyond is read ahead
  std::uint64_t seed = 0;     ///< of batches and augmentation
  /// What the network makes of images, such as a `FrozenBlocks`; empty: the network itself.
  std::function<Features<TrainedSystem::X>(const TrainedSystem::X&)> features = {};
  Progress progress = {};             ///< of the photos that a round is mined from
  std::function<void()> mining = {};  ///< called before each batch of those; may throw `StopTraining`: the round is mined again later
};

/// Thrown from within a step, such as while a round is mined, ends the training without it.
struct StopTraining {};

/// Gives the loss of each step of a training.
class TrainingSteps {
 public:
  using X = TrainedSystem::X;
  /// Reads a photo as the network gets it: see `PhotoLoader`.
  using Load = std::function<Planes(const std::string&, Random&)>;

  virtual ~TrainingSteps() = default;

  /// What is trained on, in words.
  virtual std::string description() const = 0;
  /// Shows what is trained beside the system, if anything is.
  virtual void visit(const AnyVisitor<TrainedSystem::backend>&, const std::string&) {}
  /// What a resumed training goes on with, for a `Trainer` to keep; nothing where the number of a step is enough.
  virtual MinedBatches<Load, Load>* state() { return nullptr; }
  /// The recorded loss of the step of that number, counted from 0. Steps are asked for in order.
  virtual X loss(std::int64_t step) = 0;
  virtual std::vector<BadPhoto> bad_photos() const = 0;
  /// Patches for clusters to start from, as `network` sees them: of the photos of the first batches, or, drawn by the seed, of the photos of pairs
  /// or of the database that is mined.
  virtual PatchSample patches(const AnyBackbone<>& network, const ClusterStart& start) = 0;

  /// Photos that losses were computed of, so far.
  std::int64_t photos() const { return photos_; }

 protected:
  /// @throws ConfigError  for a loss that compares local features, of a system without a local head
  TrainingSteps(TrainedSystem& system, const Recipe& recipe, TrainingStepsSettings settings)
      : system_(system), recipe_(recipe), settings_(std::move(settings)) {
    VPR_REQUIRE(ConfigError, !recipe.loss.is_local() || system.head, "recipe '", recipe.name, "' compares local features, and model '",
                recipe.system, "' has no local head");
  }

  /// What the network makes of a batch.
  Features<X> features(const Shape& shape, std::span<const float> values) const {
    const X images = X::from(shape, values);
    return settings_.features ? settings_.features(images) : system_.pipeline.backbone(images);
  }
  /// What the loss compares of a batch.
  TrainedFeatures described(const Shape& shape, std::span<const float> values) {
    photos_ += shape[0];
    const Features<X> all = features(shape, values);
    return {system_.pipeline.aggregator(all), recipe_.loss.is_local() ? system_.head(all).tokens : X()};
  }

  /// Adds patches of the photos of batch `index` to a sample.
  void add_patches(const AnyBackbone<>& network, const Shape& shape, std::span<const float> values, std::int64_t index,
                   PatchSample& sample) const {
    const auto tokens = l2_normalize(network(AnyBackbone<>::X::from(shape, values)).patches);
    const std::int64_t each = tokens.shape()[1];
    for (std::int64_t photo = 0; photo < tokens.shape()[0]; ++photo) {
      if (sample.is_full()) return;
      sample.add({tokens.data() + photo * each * tokens.shape()[2], each, tokens.shape()[2]},
                 Random::of({static_cast<std::int64_t>(settings_.seed), index, photo}));
    }
  }

  /// Patches of photos in an order that the seed decides, of those that can be read.
  PatchSample patches_of(std::vector<std::string> paths, const TolerantLoader<Load>& load, const AnyBackbone<>& network,
                         const ClusterStart& start) const {
    Random random = Random::of({static_cast<std::int64_t>(settings_.seed), -1});
    shuffle(paths, random);
    PatchSample sample(network.channels(), start);
    for (std::int64_t i = 0; i < std::ssize(paths) && !sample.is_full(); ++i) {
      if (const std::optional<Planes> planes = load(paths[static_cast<std::size_t>(i)], Random::of({i})))
        add_patches(network, Shape{1, 3, planes->size.height, planes->size.width}, planes->values, i, sample);
    }
    return sample;
  }

  TrainedSystem& system_;
  Recipe recipe_;
  TrainingStepsSettings settings_;

 private:
  std::int64_t photos_ = 0;
};

/// Batches of places, which the loss compares. Photos that a system mixes are described as one batch context.
class PlaceSteps : public TrainingSteps {
 public:
  /// The system must outlive this.
  PlaceSteps(TrainedSystem& system, const Recipe& recipe, TrainingPlaces places, Load load, TrainingStepsSettings settings = {})
      : TrainingSteps(system, recipe, std::move(settings)),
        places_(std::move(places)),
        sampler_(places_, {.places = recipe.places, .photos = recipe.photos, .seed = settings_.seed}),
        batches_(sampler_, std::move(load)) {}

  std::string description() const override {
    std::string text = text_of(places_.photos.size(), " photos of ", places_.places.size(), " places");
    if (const std::int64_t out = sampler_.places_left_out(); out > 0)
      text += text_of("; ", out, " places left out, with fewer than ", sampler_.settings().photos, " photos");
    return text;
  }

  X loss(std::int64_t step) override {
    if (!ahead_ || step != next_) ahead_.emplace([this](std::int64_t i) { return batches_.read(i); }, step, settings_.steps);
    next_ = step + 1;
    const PhotoBatch batch = *ahead_->next();
    auto& aggregator = system_.pipeline.aggregator;
    if (aggregator.mixes()) aggregator.batch_context = BatchContext<X>::blocks(batch.shape()[0]);
    return loss_of(described(batch.shape(), batch.values), batch.labels);
  }

  PatchSample patches(const AnyBackbone<>& network, const ClusterStart& start) override {
    PatchSample sample(network.channels(), start);
    for (std::int64_t i = 0; i < sampler_.batches_per_epoch() && !sample.is_full(); ++i) {
      const PhotoBatch batch = batches_.read(i);
      add_patches(network, batch.shape(), batch.values, i, sample);
    }
    return sample;
  }

  std::vector<BadPhoto> bad_photos() const override {
    std::vector<BadPhoto> bad = places_.left_out;
    for (BadPhoto& photo : batches_.bad_photos()) bad.push_back(std::move(photo));
    return bad;
  }

 protected:
  const TrainingPlaces& places() const { return places_; }
  /// The loss of what is compared of a batch, whose photos show those places.
  virtual X loss_of(const TrainedFeatures& features, std::span<const std::int64_t> labels) { return recipe_.loss(features, labels); }

 private:
  std::int64_t next_ = -1;
  TrainingPlaces places_;
  PlaceSampler sampler_;
  PhotoBatches<Load> batches_;
  std::optional<Prefetch<PhotoBatch>> ahead_;
};

/// Triplets mined from descriptors of a database.
class TripletSteps final : public TrainingSteps {
 public:
  /// The system must outlive this.
  /// @param load   reads photos to train on, augmented
  /// @param plain  reads photos to mine with, as at inference
  /// @throws ConfigError  also for a system that mixes photos: none of its descriptors could be kept to mine with
  TripletSteps(TrainedSystem& system, const Recipe& recipe, TripletPhotos all, Load load, Load plain, TrainingStepsSettings settings = {})
      : TrainingSteps(system, recipe, std::move(settings)),
        left_out_(std::move(all.left_out)),
        photos_(all.queries, all.database, std::move(load), settings_.seed),
        plain_(plain),
        batches_(TripletMiner(std::move(all.near), std::move(all.far), std::ssize(all.database), recipe.miner), photos_, std::move(plain),
                 {.triplets = recipe.triplets}) {
    VPR_REQUIRE(ConfigError, !system.pipeline.mixes(), "a descriptor of ", recipe.system,
                " depends on the photos beside it, so none can be kept to mine with: train it by batches of places");
  }

  std::string description() const override {
    std::string text =
        text_of(photos_.queries().size(), " queries and ", photos_.database().size(), " database photos, mined ",
                batches_.miner().settings().full ? "in full" : "in part", " every ", batches_.miner().settings().queries, " queries");
    if (const std::int64_t out = batches_.miner().queries_left_out(); out > 0)
      text += text_of("; ", out, " queries left out, without a positive");
    return text;
  }

  MinedBatches<Load, Load>* state() override { return &batches_; }

  X loss(std::int64_t) override {
    const TripletBatch batch = batches_.next(
        [&](const Shape& shape, std::span<const float> values) {
          if (settings_.mining) settings_.mining();
          const NotRecording scope;
          return system_.pipeline.parts(features(shape, values)).to_vector();
        },
        settings_.progress);
    return recipe_.loss(described(batch.shape(), batch.values), batch.positions());
  }

  PatchSample patches(const AnyBackbone<>& network, const ClusterStart& start) override {
    return patches_of(photos_.database(), plain_, network, start);
  }

  std::vector<BadPhoto> bad_photos() const override {
    std::vector<BadPhoto> bad = left_out_;
    for (BadPhoto& photo : batches_.bad_photos()) bad.push_back(std::move(photo));
    return bad;
  }

 private:
  std::vector<BadPhoto> left_out_;
  TripletBatches<Load> photos_;
  TolerantLoader<Load> plain_;
  MinedBatches<Load, Load> batches_;
};

}  // namespace vpr
