// SPDX-License-Identifier: MIT
#include "training_steps.hpp"

#include "interruption.hpp"
#include "progress_bar.hpp"
#include "training_photos.hpp"

#include <vpr/autograd.hpp>
#ifdef VPR_WITH_HASH
#include <vpr/dataset/frozen_blocks.hpp>
#endif
#include <vpr/dataset/mined_batches.hpp>
#include <vpr/dataset/photo_batches.hpp>
#include <vpr/dataset/place_sampler.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/dataset/triplet_photos.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/selavpr.hpp>
#include <vpr/loss/triplet.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>
#include <utility>

namespace cli {
namespace {

/// What a network in training makes of images: with a cache, its frozen first blocks are computed once a photo.
using FeaturesOf = std::function<vpr::Features<vpr::Var<B>>(const vpr::Var<B>&)>;

FeaturesOf features_of(System& system, const TrainOptions& options, const vpr::Recipe& recipe) {
  auto& network = system.pipeline.backbone;
  if (options.cache.empty()) return [&network](const vpr::Var<B>& images) { return network(images); };
#ifdef VPR_WITH_HASH
  VPR_REQUIRE(
      vpr::ConfigError, !recipe.augment,
      "train: photos that are augmented differ each time, so --cache would never find one again: add --augment none, or leave it out");
  const auto kept = std::make_shared<vpr::FrozenBlocks<vpr::AnyBackbone<System::backend>>>(network, options.cache);
  std::printf("the first %lld blocks are computed once a photo, and kept in %s\n", static_cast<long long>(kept->blocks()),
              options.cache.c_str());
  return [kept](const vpr::Var<B>& images) { return (*kept)(images); };
#else
  vpr::fail<vpr::ConfigError>("train: this program was built without xxHash, which --cache needs");
#endif
}

/// Batches of places: the multi-similarity loss, or SelaVPR's with triplets mined in the batch.
class PlaceSteps : public TrainingSteps {
 public:
  PlaceSteps(System& system, const TrainOptions& options, const vpr::Recipe& recipe)
      : system_(system),
        features_(features_of(system, options, recipe)),
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
    vpr::AnyAggregator<System::backend>& aggregator = system_.pipeline.aggregator;
    if (aggregator.mixes()) aggregator.batch_context = vpr::BatchContext<vpr::Var<B>>::blocks(batch.shape()[0]);
    const vpr::Features<vpr::Var<B>> features = features_(images(batch.shape(), batch.values));
    if (system_.head) return vpr::SelaVprLoss()(aggregator(features), system_.head(features).tokens, batch.labels);
    return vpr::MultiSimilarityLoss<>()(aggregator(features), batch.labels);
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

/// Triplets mined from descriptors of a database: the triplet loss, or SelaVPR's.
class TripletSteps : public TrainingSteps {
 public:
  TripletSteps(System& system, const TrainOptions& options, const vpr::Recipe& recipe, vpr::TripletPhotos all)
      : system_(system),
        features_(features_of(system, options, recipe)),
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

  void keep_in(Trainer& trainer) override { trainer.keep("triplets", batches_); }

  vpr::Var<B> loss(std::int64_t) override {
    const auto& pipeline = system_.pipeline;
    const vpr::TripletBatch batch = batches_.next(
        [&](const vpr::Shape& shape, std::span<const float> values) {
          if (Interruption::asked()) throw Interrupted();  // the round is mined again: a large one would take long to finish
          const vpr::NotRecording scope;
          return pipeline.parts(features_(vpr::Var<B>(vpr::Tensor<B>::from(shape, values)))).to_vector();
        },
        progress_);
    const vpr::Triplets triplets = batch.positions();
    const vpr::Features<vpr::Var<B>> features = features_(images(batch.shape(), batch.values));
    const vpr::Var<B> descriptors = pipeline.parts(features);
    if (system_.head) return vpr::SelaVprLoss()(descriptors, system_.head(features).tokens, triplets);
    return vpr::TripletLoss({.reduction = vpr::Reduction::mean})(
        gather(descriptors, triplets.anchor), gather(descriptors, triplets.positive), gather(descriptors, triplets.negative));
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

}  // namespace

std::unique_ptr<TrainingSteps> training_steps(System& system, const TrainOptions& options, const vpr::Recipe& recipe) {
  if (recipe.mining == vpr::Mining::batch) return std::make_unique<PlaceSteps>(system, options, recipe);
  VPR_REQUIRE(vpr::ConfigError, !system.pipeline.mixes(), "train: a descriptor of ", recipe.system,
              " depends on the photos beside it, so none can be kept to mine with: train it with --mining batch");
  return std::make_unique<TripletSteps>(system, options, recipe, triplet_photos(options));
}

}  // namespace cli
