// SPDX-License-Identifier: MIT
/// @file
/// Pairs of photos with a graded likeness.
#pragma once

#include <vpr/core/random.hpp>
#include <vpr/dataset/field_of_view.hpp>
#include <vpr/dataset/positives.hpp>
#include <vpr/dataset/training_photo.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// Two photos and how much they see of the same ground: see `view_overlap`.
struct GradedPair {
  std::int64_t first = 0, second = 0;
  float overlap = 0;
};

/// Fixes every pair of a training by the seed and its number, as GCL's authors draw them: of every four, two that share at least half of what they
/// see, one that shares less, and one that shares nothing. Where the photos have no pair of a kind, one of a lesser likeness takes its place.
class GradedPairSampler {
 public:
  /// @throws ConfigError  naming a photo without position or heading, or where no two photos share half of what they see, or all share something;
  ///   FormatError, ConfigError  as `radius_positives` does
  explicit GradedPairSampler(std::vector<TrainingPhoto> photos, const FieldOfView& view = {}, std::uint64_t seed = 0)
      : photos_(std::move(photos)), seed_(seed), overlaps_(photos_.size()) {
    std::vector<Photo> positions;
    for (const TrainingPhoto& photo : photos_) {
      VPR_REQUIRE(ConfigError, photo.position.has_value() && is_finite(photo.heading), photo.path,
                  ": its position or its heading is not known, and graded pairs are of photos whose field of view is");
      positions.push_back({photo.path, photo.path, photo.position, {}});
    }
    settle_positions(PositionUnit::automatic, positions);
    const Positives near = radius_positives(std::span<const Photo>(positions), positions, 2 * view.radius);
    for (std::size_t i = 0; i < near.size(); ++i) {
      bool similar = false, soft = false;
      for (const std::int64_t j : near[i]) {
        const auto other = static_cast<std::size_t>(j);
        if (other == i) continue;
        const double overlap =
            view_overlap(*positions[i].position, photos_[i].heading, *positions[other].position, photos_[other].heading, view);
        if (overlap == 0) continue;
        overlaps_[i].emplace_back(j, static_cast<float>(overlap));
        (overlap >= 0.5 ? similar : soft) = true;
      }
      const auto photo = static_cast<std::int64_t>(i);
      if (similar) anchors_[0].push_back(photo);
      if (soft) anchors_[1].push_back(photo);
      if (overlaps_[i].size() + 1 < photos_.size()) anchors_[2].push_back(photo);
    }
    VPR_REQUIRE(ConfigError, !anchors_[0].empty() && !anchors_[2].empty(), "graded pairs: of ", photos_.size(), " photos ",
                anchors_[0].size(), " share half of what they see with another, and ", anchors_[2].size(),
                " share nothing with another; there must be some of both");
  }

  const std::vector<TrainingPhoto>& photos() const& { return photos_; }
  void photos() const&& = delete;

  /// The pair of that number in a batch. @param attempt  another pair in its place, as where one cannot be read
  GradedPair pair(std::int64_t batch, std::int64_t number, std::int64_t attempt = 0) const {
    Random random = Random::of({static_cast<std::int64_t>(seed_), batch, number, attempt});
    std::size_t kind = static_cast<std::size_t>(std::max<std::int64_t>(random.below(4) - 1, 0));
    if (anchors_[kind].empty()) ++kind;
    const std::int64_t first = anchors_[kind][static_cast<std::size_t>(random.below(std::ssize(anchors_[kind])))];
    const auto& overlaps = overlaps_[static_cast<std::size_t>(first)];
    if (kind == 2) {
      std::int64_t second = random.below(std::ssize(photos_));
      while (second == first || overlap_in(overlaps, second)) second = (second + 1) % std::ssize(photos_);
      return {first, second, 0};
    }
    std::vector<std::pair<std::int64_t, float>> fitting;
    for (const auto& overlap : overlaps) {
      if ((overlap.second >= 0.5F) == (kind == 0)) fitting.push_back(overlap);
    }
    const auto& [second, overlap] = fitting[static_cast<std::size_t>(random.below(std::ssize(fitting)))];
    return {first, second, overlap};
  }
  /// The random numbers that a photo's augmentation draws from in a batch.
  Random augmentation(std::int64_t batch, std::int64_t photo) const {
    return Random::of({static_cast<std::int64_t>(seed_), -1, batch, photo});
  }

 private:
  static bool overlap_in(const std::vector<std::pair<std::int64_t, float>>& overlaps, std::int64_t photo) {
    return std::binary_search(overlaps.begin(), overlaps.end(), std::pair(photo, 0.0F),
                              [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  std::vector<TrainingPhoto> photos_;
  std::uint64_t seed_;
  std::vector<std::vector<std::pair<std::int64_t, float>>> overlaps_;  // of each photo, by the other
  std::array<std::vector<std::int64_t>, 3> anchors_;                   // photos with a similar, a less similar and an unlike one
};

}  // namespace vpr
