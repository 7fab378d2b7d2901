// SPDX-License-Identifier: MIT
/// @file
/// TransVPR's local head.
#pragma once

#include <vpr/aggregator/level_attention.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/ops/layout.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The tokens of TransVPR's local layer as they come, not at unit length, and as each one's score how much the levels attend to it: each
/// level's mask from 0 at its minimum to 1 at its maximum, summed, and again so (Wang et al., CVPR 2022, section 3.3). Masks that are the
/// same everywhere count as 1, where the authors divide by zero. The last D of the features' channels are the local layer's. Goldens
/// transvpr_*.
template <class B = Cpu<f32>>
class AttendedTokens {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @param attention  the aggregator, which shows the parameters
  /// @param channels   D
  explicit AttendedTokens(std::shared_ptr<const LevelAttention<B>> attention, std::int64_t channels = 256)
      : attention_(std::move(attention)), channels_(channels) {}

  std::int64_t channels(std::int64_t) const { return channels_; }

  /// @throws ShapeError  if the features have fewer channels.
  LocalTokens<X> operator()(const Features<X>& features) const {
    const Shape& shape = features.patches.shape();
    const LocalPlaces places{features.grid};
    const std::vector<float> scores = token_scores(features);
    std::vector<float> keypoints;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const Keypoint place = places[static_cast<std::int64_t>(i) % shape[1]];
      keypoints.insert(keypoints.end(), {place.x, place.y, scores[i]});
    }
    return {slice(features.patches, 2, shape[2] - channels_, shape[2]), features.grid,
            X::from(Shape{shape[0], shape[1], 3}, std::span<const float>(keypoints))};
  }

  /// `B×N` scores, from 0 to 1.
  std::vector<float> token_scores(const Features<X>& features) const {
    const X masks = attention_->attention(features);
    const std::vector<float> values = masks.to_vector();
    const auto levels = static_cast<std::size_t>(masks.shape()[1]), tokens = static_cast<std::size_t>(masks.shape()[2]);
    std::vector<float> scores(values.size() / levels);
    for (std::size_t row = 0; row * tokens < values.size(); ++row) {
      std::vector<float> mask(values.begin() + static_cast<std::ptrdiff_t>(row * tokens),
                              values.begin() + static_cast<std::ptrdiff_t>((row + 1) * tokens));
      spread(mask);
      for (std::size_t i = 0; i < tokens; ++i) scores[row / levels * tokens + i] += mask[i];
    }
    for (std::size_t begin = 0; begin < scores.size(); begin += tokens) spread(std::span(scores).subspan(begin, tokens));
    return scores;
  }

  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}

 private:
  static void spread(std::span<float> values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const float low = *least, range = *most - low;
    for (float& value : values) value = range > 0 ? (value - low) / range : 1;
  }

  std::shared_ptr<const LevelAttention<B>> attention_;
  std::int64_t channels_;
};

static_assert(LocalHead<AttendedTokens<>>);

}  // namespace vpr
