// SPDX-License-Identifier: MIT
/// @file
/// NetVLAD, whose words are learned with the network.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/residuals.hpp>

#include <string>
#include <utility>

namespace vpr {

/// How the published codes name their parameters and flatten the descriptor.
enum class NetVladLayout {
  word_major,     ///< D = K×C; `centroids` K×C and `conv` K×C×1×1: Nanne's PyTorch code, Patch-NetVLAD
  channel_major,  ///< D = C×K; `centers` C×K and `score_proj` K×C×1: the converted original, hloc
};

struct NetVladSettings {
  std::int64_t channels = 768;
  std::int64_t clusters = 64;
  bool with_bias = false;       ///< of the scores: the original's "vladv2"
  bool intra_normalize = true;  ///< bring each word's sum to unit length
  NetVladLayout layout = NetVladLayout::word_major;
};

/// NetVLAD (Arandjelović et al., CVPR 2016, section 3.1): patches at unit length, soft assignment by a learned linear score, residuals
/// to learned words, each word's sum and then the whole at unit length. D = K · C. Goldens netvlad_*.
template <class B = Cpu<f32>>
class NetVlad {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive.
  explicit NetVlad(const NetVladSettings& settings = {})
      : settings_(validated(settings)),
        centres_(X::zeros(word_major() ? Shape{settings.clusters, settings.channels} : Shape{settings.channels, settings.clusters})),
        scores_(B::weight::zeros(word_major() ? Shape{settings.clusters, settings.channels, 1, 1}
                                              : Shape{settings.clusters, settings.channels, 1})),
        bias_(settings.with_bias ? X::zeros(Shape{settings.clusters}) : X()) {}

  std::int64_t dimensions(std::int64_t channels) const { return Shape{settings_.clusters, channels}.elements(); }

  /// @throws ShapeError  if the features have other channels.
  X operator()(const Features<X>& features) const { return described(sums(features)); }

  /// Each word's sum of residuals, `B×K×C`, not normalised. Sums of parts of a map add up to that of the whole.
  X sums(const Features<X>& features) const {
    const X tokens = l2_normalize(features.patches);
    return sums_of(tokens, assignment(tokens));
  }

  /// The descriptors `B×D` of tokens `B×N×C`, at unit length, of which `shares` `B×N×K` go to the words.
  X described(const X& tokens, const X& shares) const { return described(sums_of(tokens, shares)); }

  /// The descriptors of such sums: each at unit length, flattened, and the whole at unit length.
  X described(X sums) const {
    if (settings_.intra_normalize) sums = l2_normalize(std::move(sums));
    const Shape shape = sums.shape();
    return l2_normalize(reshape(word_major() ? std::move(sums) : transpose(sums, 1), Shape{shape[0], shape[1] * shape[2]}));
  }

  /// How much of each token `B×N×C`, at unit length, goes to each word: `B×N×K`, rows summing to 1.
  X assignment(const X& tokens) const { return softmax(linear(tokens, scores_, bias_)); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + (word_major() ? "centroids" : "centers"), centres_);
    visitor(prefix + (word_major() ? "conv.weight" : "score_proj.weight"), scores_);
    if (settings_.with_bias) visitor(prefix + (word_major() ? "conv.bias" : "score_proj.bias"), bias_);
  }

 private:
  static const NetVladSettings& validated(const NetVladSettings& settings) {
    VPR_REQUIRE(ConfigError, settings.channels > 0 && settings.clusters > 0, "NetVLAD: got ", settings.channels, " channels and ",
                settings.clusters, " clusters, want positive sizes");
    return settings;
  }
  bool word_major() const { return settings_.layout == NetVladLayout::word_major; }
  X sums_of(const X& tokens, const X& shares) const {
    return residual_sums(tokens, shares, word_major() ? centres_ : transpose(centres_, 0));
  }

  NetVladSettings settings_;
  X centres_;
  typename B::weight scores_;
  X bias_;
};

}  // namespace vpr
