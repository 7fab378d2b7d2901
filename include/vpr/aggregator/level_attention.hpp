// SPDX-License-Identifier: MIT
/// @file
/// TransVPR's aggregator.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/product.hpp>

#include <cstdint>
#include <string>

namespace vpr {

/// Tokens of several levels of a network, each pooled by an attention of its own (Wang et al., CVPR 2022, section 3.2): a linear map of all
/// levels' channels gives each token a logit a level, a softmax over the tokens the level's mask, which weighs that level's channels; then
/// unit length, a linear map and unit length. D channels in and out; of the features' channels the first L · D are used. Parameters
/// `attention_pool` and `fc.1`. Goldens transvpr_*.
template <class B = Cpu<f32>>
class LevelAttention {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive
  explicit LevelAttention(std::int64_t channels = 256, std::int64_t levels = 3)
      : channels_(channels), levels_(levels), attention_(levels * channels, levels), out_(levels * channels, channels) {
    VPR_REQUIRE(ConfigError, channels > 0 && levels > 0, "LevelAttention: got ", levels, " levels of ", channels, " channels");
  }

  std::int64_t dimensions(std::int64_t) const { return channels_; }

  /// @throws ShapeError  if the features have fewer channels.
  X operator()(const Features<X>& features) const { return l2_normalize(out_(l2_normalize(pooled(features, attention(features))))); }

  /// The levels' masks, `B×L×N`, rows summing to 1.
  X attention(const Features<X>& features) const { return softmax(transpose(attention_(of_levels(features)), 1)); }

  /// The levels' pooled tokens side by side, `B×(L·D)`.
  X pooled(const Features<X>& features, const X& masks) const {
    const X tokens = of_levels(features);
    X all;
    for (std::int64_t level = 0; level < levels_; ++level) {
      const X one = matmul(slice(masks, 1, level, level + 1), slice(tokens, 2, level * channels_, (level + 1) * channels_));
      all = level == 0 ? one : concat(all, one, 2);
    }
    return reshape(all, Shape{all.shape()[0], levels_ * channels_});
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    out_.visit(visitor, prefix + "fc.1.");
    attention_.visit(visitor, prefix + "attention_pool.");
  }

 private:
  X of_levels(const Features<X>& features) const { return slice(features.patches, 2, 0, levels_ * channels_); }

  std::int64_t channels_, levels_;
  Linear<B> attention_, out_;
};

static_assert(Aggregator<LevelAttention<>>);

}  // namespace vpr
