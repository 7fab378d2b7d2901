// SPDX-License-Identifier: MIT
/// @file
/// The losses of a training by graded pairs. Needs the component vpr::io.
#pragma once

#include <vpr/dataset/graded_pairs.hpp>
#include <vpr/dataset/photo_loader.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/loss/contrastive.hpp>
#include <vpr/model/training_steps.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Batches of `Recipe::places` pairs of photos that see more or less of the same ground: GCL's training (Leyva-Vallina et al., CVPR 2023).
class PairSteps final : public TrainingSteps {
 public:
  /// The system must outlive this.
  /// @param left_out  files that were not read
  /// @throws ConfigError  also as `GradedPairSampler` does, and for a system that mixes photos
  PairSteps(TrainedSystem& system, const Recipe& recipe, std::vector<TrainingPhoto> photos, Load load, TrainingStepsSettings settings = {},
            std::vector<BadPhoto> left_out = {})
      : TrainingSteps(system, recipe, std::move(settings)),
        left_out_(std::move(left_out)),
        loss_(recipe.pairs.value().loss),
        sampler_(std::move(photos), recipe.pairs->view, settings_.seed),
        load_(std::move(load)) {
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max() / 2;
    VPR_REQUIRE(ConfigError, recipe.places >= 1 && recipe.places <= most, "recipe '", recipe.name, "': got ", recipe.places,
                " pairs in a batch, expected 1 to ", most);
    VPR_REQUIRE(ConfigError, !system.pipeline.mixes(), "a descriptor of ", recipe.system,
                " depends on the photos beside it: train it by batches of places");
  }

  std::string description() const override { return text_of("pairs of ", sampler_.photos().size(), " photos"); }

  X loss(std::int64_t step) override {
    if (!ahead_ || step != next_) ahead_.emplace([this](std::int64_t i) { return read(i); }, step, settings_.steps);
    next_ = step + 1;
    const Batch batch = *ahead_->next();
    const auto pairs = static_cast<std::int64_t>(batch.overlaps.size());
    const X descriptors = described(Shape{2 * pairs, 3, batch.size.height, batch.size.width}, batch.values).descriptors;
    std::vector<std::int64_t> first, second;
    for (std::int64_t i = 0; i < pairs; ++i) {
      first.push_back(2 * i);
      second.push_back(2 * i + 1);
    }
    return loss_(gather(descriptors, first), gather(descriptors, second), batch.overlaps);
  }

  PatchSample patches(const AnyBackbone<>& network, const ClusterStart& start) override {
    std::vector<std::string> paths;
    for (const TrainingPhoto& photo : sampler_.photos()) paths.push_back(photo.path);
    return patches_of(std::move(paths), load_, network, start);
  }

  std::vector<BadPhoto> bad_photos() const override {
    std::vector<BadPhoto> bad = left_out_;
    for (BadPhoto& photo : load_.bad_photos()) bad.push_back(std::move(photo));
    return bad;
  }

 private:
  /// The photos of pairs, one pair behind the other.
  struct Batch {
    ImageSize size;
    std::vector<float> values;
    std::vector<float> overlaps;
  };

  Batch read(std::int64_t step) const {
    constexpr std::int64_t attempts = 100;
    Batch batch;
    for (std::int64_t i = 0; i < recipe_.places; ++i) {
      for (std::int64_t attempt = 0; std::ssize(batch.overlaps) == i; ++attempt) {
        VPR_REQUIRE(FormatError, attempt < attempts, "batch ", step, ": no pair could be read of ", attempts, " that were tried; ",
                    load_.bad_photos().size(), " photos are bad");
        add(sampler_.pair(step, i, attempt), step, batch);
      }
    }
    return batch;
  }

  /// Adds a pair, unless one of its photos can't be read.
  void add(const GradedPair& pair, std::int64_t step, Batch& batch) const {
    std::array<std::optional<Planes>, 2> planes;
    const std::array photos{pair.first, pair.second};
    const auto path = [&](std::size_t i) -> const std::string& { return sampler_.photos()[static_cast<std::size_t>(photos[i])].path; };
    for (std::size_t i = 0; i < 2; ++i) {
      planes[i] = load_(path(i), sampler_.augmentation(step, photos[i]));
      if (!planes[i]) return;
    }
    for (std::size_t i = 0; i < 2; ++i) detail::append_planes(*planes[i], path(i), 2 * recipe_.places, batch.size, batch.values);
    batch.overlaps.push_back(pair.overlap);
  }

  std::int64_t next_ = -1;
  std::vector<BadPhoto> left_out_;
  GeneralisedContrastiveLoss loss_;
  GradedPairSampler sampler_;
  TolerantLoader<Load> load_;
  std::optional<Prefetch<Batch>> ahead_;  // the last, so that it ends first
};

}  // namespace vpr
