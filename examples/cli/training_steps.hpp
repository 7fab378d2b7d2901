// SPDX-License-Identifier: MIT
/// @file
/// The losses of a training's steps: of batches of places, or of mined triplets.
#pragma once

#include "interruption.hpp"
#include "options.hpp"
#include "progress_bar.hpp"
#include "train_options.hpp"

#include <vpr/autograd.hpp>
#ifdef VPR_WITH_HASH
#include <vpr/dataset/frozen_blocks.hpp>
#endif
#include <vpr/dataset/mined_batches.hpp>
#include <vpr/dataset/photo_batches.hpp>
#include <vpr/dataset/place_sampler.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/dataset/read_photo.hpp>
#include <vpr/dataset/read_training_places.hpp>
#include <vpr/dataset/triplet_photos.hpp>
#include <vpr/image/augment.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/selavpr.hpp>
#include <vpr/loss/triplet.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/trainer.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

using B = vpr::Cpu<vpr::f32>;
template <class System>
using TrainerOf = vpr::Trainer<System, vpr::AdamW<B>, decltype(vpr::Recipe::schedule)>;

/// Gives the loss of each step of a training.
template <class System>
class TrainingSteps {
 public:
  virtual ~TrainingSteps() = default;

  /// What is trained on, in words.
  virtual std::string told() const = 0;
  /// Lets the trainer keep what a resumed training goes on with.
  virtual void keep_in(TrainerOf<System>&) {}
  /// The recorded loss of the step of that number, counted from 0. Steps are asked for in order.
  virtual vpr::Var<B> loss(std::int64_t step) = 0;
  virtual std::vector<vpr::BadPhoto> bad_photos() const = 0;

  /// Photos that losses were computed of, so far.
  std::int64_t photos() const { return photos_; }

 protected:
  /// Images of a batch to compute a loss of.
  vpr::Var<B> images(const vpr::Shape& shape, const std::vector<float>& values) {
    photos_ += shape[0];
    return vpr::Var<B>(vpr::Tensor<B>::from(shape, std::span<const float>(values)));
  }

 private:
  std::int64_t photos_ = 0;
};

using Load = std::function<vpr::Planes(const std::string&, vpr::Random&)>;

/// With --strict-photos a photo that cannot be read ends the training: an error of no kind that `TolerantLoader` goes on after.
inline Load strict_if_asked(Load load, const TrainOptions& options) {
  if (!options.photo.strict) return load;
  return [load = std::move(load)](const std::string& path, vpr::Random& random) {
    try {
      return load(path, random);
    } catch (const vpr::Error& error) {
      throw vpr::Error(error.what());
    }
  };
}

inline Load plain_loader(const TrainOptions& options) {
  return strict_if_asked(
      vpr::ReadPhoto{vpr::NoAugmentation{}, vpr::NormaliseThenResize<>{{parse_size(options.size)}}, options.photo.read_options()}, options);
}
inline Load loader_of(const TrainOptions& options, const vpr::Recipe& recipe) {
  if (!recipe.augment) return plain_loader(options);
  return strict_if_asked(vpr::ReadPhoto{vpr::Augmentations{vpr::ResizeAsPil{parse_size(options.size)}, vpr::RandAugment{}},
                                        vpr::NormaliseThenResize<vpr::OriginalSize>{}, options.photo.read_options()},
                         options);
}

inline vpr::TrainingPlaces places_of(const TrainOptions& options) {
  vpr::TrainingPlacesSettings settings;
  settings.by = vpr::places_by(options.by);
  settings.sequence.frames = options.frames;
  settings.positions = vpr::position_unit(options.positions);
  settings.keep = [&](const vpr::TrainingPhoto& photo) {
    return std::none_of(options.leave_out.begin(), options.leave_out.end(),
                        [&](const std::string& text) { return photo.group == text || photo.path.find(text) != std::string::npos; });
  };
  return vpr::read_training_places(options.data, settings);
}

/// What a network in training makes of images: with a cache, its frozen first blocks are computed once a photo.
using FeaturesOf = std::function<vpr::Features<vpr::Var<B>>(const vpr::Var<B>&)>;

template <class Network>
FeaturesOf features_of(Network& network, const TrainOptions& options, const vpr::Recipe& recipe) {
  if (options.cache.empty()) return [&network](const vpr::Var<B>& images) { return network(images); };
#ifdef VPR_WITH_HASH
  VPR_REQUIRE(
      vpr::ConfigError, !recipe.augment,
      "train: photos that are augmented differ each time, so --cache would never find one again: add --augment none, or leave it out");
  const auto kept = std::make_shared<vpr::FrozenBlocks<Network>>(network, options.cache);
  std::printf("the first %lld blocks are computed once a photo, and kept in %s\n", static_cast<long long>(kept->blocks()),
              options.cache.c_str());
  return [kept](const vpr::Var<B>& images) { return (*kept)(images); };
#else
  vpr::fail<vpr::ConfigError>("train: this program was built without xxHash, which --cache needs");
#endif
}

/// Batches of places: the multi-similarity loss, or SelaVPR's with triplets mined in the batch.
template <class System>
class PlaceSteps : public TrainingSteps<System> {
 public:
  PlaceSteps(System& system, const TrainOptions& options, const vpr::Recipe& recipe)
      : system_(system),
        features_(features_of(vpr::first_stage_of(system).backbone, options, recipe)),
        last_(options.steps),
        places_(places_of(options)),
        sampler_(places_, {.places = recipe.places, .photos = recipe.photos, .seed = options.seed}),
        batches_(sampler_, loader_of(options, recipe)) {}

  std::string told() const override {
    std::string text = vpr::text_of(std::to_string(places_.photos.size()), " photos of ", std::to_string(places_.places.size()), " places");
    if (const std::int64_t out = sampler_.places_left_out(); out > 0) {
      text += vpr::text_of("; ", std::to_string(out), " places left out, with fewer than ", std::to_string(sampler_.settings().photos),
                           " photos");
    }
    return text;
  }

  vpr::Var<B> loss(std::int64_t step) override {
    if (!ahead_ || step != next_) ahead_.emplace([this](std::int64_t i) { return batches_.read(i); }, step, last_);
    next_ = step + 1;
    const vpr::PhotoBatch batch = *ahead_->next();
    auto& pipeline = vpr::first_stage_of(system_);
    if constexpr (std::decay_t<decltype(pipeline)>::mixes)
      pipeline.aggregator.batch_context = vpr::BatchContext<vpr::Var<B>>::blocks(batch.shape()[0]);
    const vpr::Var<B> images = this->images(batch.shape(), batch.values);
    if constexpr (requires { system_.head; }) {
      const vpr::Features<vpr::Var<B>> features = features_(images);
      return vpr::SelaVprLoss()(pipeline.aggregator(features), system_.head(features).tokens, batch.labels);
    } else {
      return vpr::MultiSimilarityLoss<>()(pipeline.aggregator(features_(images)), batch.labels);
    }
  }

  std::vector<vpr::BadPhoto> bad_photos() const override {
    std::vector<vpr::BadPhoto> bad = places_.left_out;
    for (vpr::BadPhoto& photo : batches_.bad_photos()) bad.push_back(std::move(photo));
    return bad;
  }

 private:
  System& system_;
  FeaturesOf features_;
  std::int64_t last_, next_ = -1;
  vpr::TrainingPlaces places_;
  vpr::PlaceSampler sampler_;
  vpr::PhotoBatches<Load> batches_;
  std::optional<vpr::Prefetch<vpr::PhotoBatch>> ahead_;
};

/// What a training mines triplets from: a folder's queries and database, or places.
inline vpr::TripletPhotos triplet_photos(const TrainOptions& options) {
  const std::filesystem::path folder = options.data;
  if (!std::filesystem::is_directory(folder / "queries") || !std::filesystem::is_directory(folder / "database"))
    return vpr::triplet_photos_of_places(places_of(options));
  VPR_REQUIRE(vpr::ConfigError, options.leave_out.empty(), "train: ", options.data,
              " holds queries and a database, of which --leave-out leaves out nothing: move photos away instead");
  return vpr::triplet_photos_in_folder(folder);
}

/// Triplets mined from descriptors of a database: the triplet loss, or SelaVPR's.
template <class System>
class TripletSteps : public TrainingSteps<System> {
 public:
  TripletSteps(System& system, const TrainOptions& options, const vpr::Recipe& recipe, vpr::TripletPhotos all)
      : system_(system),
        features_(features_of(vpr::first_stage_of(system).backbone, options, recipe)),
        left_out_(std::move(all.left_out)),
        photos_(all.queries, all.database, loader_of(options, recipe), options.seed),
        batches_(vpr::TripletMiner(std::move(all.near), std::move(all.far), std::ssize(all.database), recipe.miner), photos_,
                 plain_loader(options), {.triplets = recipe.triplets}) {}

  std::string told() const override {
    std::string text = vpr::text_of(std::to_string(photos_.queries().size()), " queries and ", std::to_string(photos_.database().size()),
                                    " database photos, mined ", batches_.miner().settings().full ? "in full" : "in part", " every ",
                                    std::to_string(batches_.miner().settings().queries), " queries");
    if (const std::int64_t out = batches_.miner().queries_left_out(); out > 0)
      text += vpr::text_of("; ", std::to_string(out), " queries left out, without a positive");
    return text;
  }

  void keep_in(TrainerOf<System>& trainer) override { trainer.keep("triplets", batches_); }

  vpr::Var<B> loss(std::int64_t) override {
    auto& pipeline = vpr::first_stage_of(system_);
    const vpr::TripletBatch batch = batches_.next(
        [&](const vpr::Shape& shape, std::span<const float> values) {
          if (Interruption::asked()) throw Interrupted();  // the round is mined again: a large one would take long to finish
          const vpr::NotRecording scope;
          return pipeline.parts(features_(vpr::Var<B>(vpr::Tensor<B>::from(shape, values)))).to_vector();
        },
        progress_);
    const vpr::Triplets triplets = batch.positions();
    const vpr::Features<vpr::Var<B>> features = features_(this->images(batch.shape(), batch.values));
    const vpr::Var<B> descriptors = pipeline.parts(features);
    if constexpr (requires { system_.head; }) {
      return vpr::SelaVprLoss()(descriptors, system_.head(features).tokens, triplets);
    } else {
      return vpr::TripletLoss({.reduction = vpr::Reduction::mean})(
          gather(descriptors, triplets.anchor), gather(descriptors, triplets.positive), gather(descriptors, triplets.negative));
    }
  }

  std::vector<vpr::BadPhoto> bad_photos() const override {
    std::vector<vpr::BadPhoto> bad = left_out_;
    for (vpr::BadPhoto& photo : batches_.bad_photos()) bad.push_back(std::move(photo));
    return bad;
  }

 private:
  System& system_;
  FeaturesOf features_;
  std::vector<vpr::BadPhoto> left_out_;
  vpr::Progress progress_ = progress_bar();
  vpr::TripletBatches<Load> photos_;
  vpr::MinedBatches<Load, Load> batches_;
};

/// The steps that a recipe asks for.
template <class System>
std::unique_ptr<TrainingSteps<System>> training_steps(System& system, const TrainOptions& options, const vpr::Recipe& recipe) {
  if (recipe.mining == vpr::Mining::batch) return std::make_unique<PlaceSteps<System>>(system, options, recipe);
  VPR_REQUIRE(vpr::ConfigError, !std::decay_t<decltype(vpr::first_stage_of(system))>::mixes, "train: a descriptor of ", recipe.system,
              " depends on the photos beside it, so none can be kept to mine with: train it with --mining batch");
  return std::make_unique<TripletSteps<System>>(system, options, recipe, triplet_photos(options));
}

}  // namespace cli
