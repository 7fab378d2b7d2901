// SPDX-License-Identifier: MIT
/// @file
/// SuperGlue.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/layer/batch_norm.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/matcher/concept.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/attention.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/product.hpp>
#include <vpr/ops/transport.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

struct SuperGlueSettings {
  std::int64_t descriptor_dim = 256;                             ///< D
  std::vector<std::int64_t> keypoint_encoder{32, 64, 128, 256};  ///< widths between the 3 numbers of a keypoint and D
  std::int64_t layers = 18;                                      ///< of attention, self and cross by turns
  std::int64_t heads = 4;
  std::int64_t iterations = 20;  ///< Sinkhorn's, as in the authors' scripts; their class has 100
  float threshold = 0.2F;        ///< a match is assigned more than that
};

/// Linear maps with batch normalisation, of its running statistics, and ReLU after all but the last, as SuperGlue names them: `0`, `1`,
/// `3`, `4`, `6`.
template <class B>
class NormedPerceptron {
 public:
  using X = typename B::tensor;

  explicit NormedPerceptron(const std::vector<std::int64_t>& widths) {
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      linear_.emplace_back(widths[i], widths[i + 1], true, 1);
      if (i + 2 < widths.size()) norms_.emplace_back(widths[i + 1], typename B::value(1e-5)).freeze_statistics();
    }
  }

  X operator()(X x) const {
    for (std::size_t i = 0; i < linear_.size(); ++i) {
      x = linear_[i](x);
      if (i < norms_.size()) x = relu(norms_[i](x));
    }
    return x;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::size_t i = 0; i < linear_.size(); ++i) {
      linear_[i].visit(visitor, prefix + std::to_string(3 * i) + '.');
      if (i < norms_.size()) norms_[i].visit(visitor, prefix + std::to_string(3 * i + 1) + '.');
    }
  }

 private:
  std::vector<Linear<B>> linear_;
  std::vector<BatchNorm<B>> norms_;
};

/// A layer of SuperGlue's graph network: what is added to the descriptors `x`, from those of `source` by attention (Sarlin et al., CVPR
/// 2020, equations 3 to 5). The heads' channels are interleaved.
template <class B>
class SuperGlueLayer {
 public:
  using X = typename B::tensor;

  SuperGlueLayer(std::int64_t channels, std::int64_t heads)
      : heads_(heads), merge_(channels, channels, true, 1), mlp_({2 * channels, 2 * channels, channels}) {
    for (int i = 0; i < 3; ++i) projections_.emplace_back(channels, channels, true, 1);
  }

  X operator()(const X& x, const X& source) const {
    const X query = contiguous(projections_[0](x)), key = contiguous(projections_[1](source)), value = contiguous(projections_[2](source));
    const X message = merge_(interleaved(attention(query, key, value, heads_)));
    return mlp_(concat(x, message, 2));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    merge_.visit(visitor, prefix + "attn.merge.");
    for (std::size_t i = 0; i < projections_.size(); ++i) projections_[i].visit(visitor, prefix + "attn.proj." + std::to_string(i) + '.');
    mlp_.visit(visitor, prefix + "mlp.");
  }

 private:
  /// Channels d · heads + h as h · depth + d, and back.
  X contiguous(const X& x) const { return exchanged(x, x.shape().last() / heads_, heads_); }
  X interleaved(const X& x) const { return exchanged(x, heads_, x.shape().last() / heads_); }
  static X exchanged(const X& x, std::int64_t outer, std::int64_t inner) {
    const Shape shape = x.shape();
    return reshape(transpose(reshape(x, Shape{shape.rows(), outer, inner}), 1), shape);
  }

  std::int64_t heads_;
  Linear<B> merge_;
  std::vector<Linear<B>> projections_;
  NormedPerceptron<B> mlp_;
};

/// SuperGlue (Sarlin et al., CVPR 2020): matches the keypoints of two photos by a graph network over both and the optimal transport between
/// them, in which any may stay unmatched. The score is how many pairs there are; a pair's similarity is how much of the keypoint is
/// assigned. Features must be at keypoints, such as `SuperPoint`'s.
///
/// The transport is that of SALAD, which took it from here, with a dustbin on both sides. Parameters have the authors' names. Equal to
/// magicleap/SuperGluePretrainedNetwork; goldens superglue_*.
template <class B = Cpu<f32>>
class SuperGlue {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// Keypoints of one photo: descriptors `1×N×D`, and each one's x, y, from the centre in units of 0.7 of the longer side, and score,
  /// `1×N×3`.
  struct Keypoints {
    X descriptors, places;
  };

  /// @throws ConfigError  for sizes that mean nothing
  explicit SuperGlue(const SuperGlueSettings& settings = {})
      : settings_(validated(settings)),
        dustbin_(X::full(Shape{}, 1)),
        encoder_(widths(settings)),
        final_(settings.descriptor_dim, settings.descriptor_dim, true, 1) {
    for (std::int64_t i = 0; i < settings.layers; ++i) layers_.emplace_back(settings.descriptor_dim, settings.heads);
  }

  const SuperGlueSettings& settings() const& { return settings_; }
  SuperGlueSettings settings() && { return settings_; }

  /// @throws ShapeError  for features of another length than D, or that are not at keypoints
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    if constexpr (has_values<B>) {
      if (query.size() == 0 || candidate.size() == 0) return {};
      const auto [first, second] = described(keypoints_of(query), keypoints_of(candidate));
      return matched(assignment(scores(first, second)));
    } else {
      fail<ConfigError>("a matcher over Shapes has no values to compute with");
    }
  }

  Keypoints keypoints_of(const LocalFeatures& photo) const {
    VPR_REQUIRE(ShapeError, photo.channels == settings_.descriptor_dim && std::ssize(photo.keypoints) == photo.size(), "SuperGlue: got ",
                photo.size(), " features of ", photo.channels, " channels at ", photo.keypoints.size(), " keypoints, want keypoints of ",
                settings_.descriptor_dim, " channels");
    const Rows rows = photo;
    const auto width = static_cast<float>(photo.grid.width), height = static_cast<float>(photo.grid.height);
    const float unit = 0.7F * std::max(width, height);
    std::vector<float> places;
    for (const Keypoint& point : photo.keypoints)
      places.insert(places.end(), {(point.x * width - width / 2) / unit, (point.y * height - height / 2) / unit, point.score});
    return {X::from(Shape{1, rows.size(), rows.dim()}, std::span<const float>(photo.values)),
            X::from(Shape{1, rows.size(), 3}, std::span<const float>(places))};
  }

  /// What is added to the descriptors for where the keypoints are, `1×N×D`.
  X encoded(const Keypoints& keypoints) const { return encoder_(keypoints.places); }
  /// What layer `index` adds to x, of one photo, from x itself or the other photo's.
  X update(std::int64_t index, const X& x, const X& other) const {
    return layers_[static_cast<std::size_t>(index)](x, index % 2 == 0 ? x : other);
  }
  /// Both photos' descriptors behind the graph network.
  std::pair<X, X> described(const Keypoints& query, const Keypoints& candidate) const {
    X first = add(query.descriptors, encoded(query)), second = add(candidate.descriptors, encoded(candidate));
    for (std::int64_t i = 0; i < settings_.layers; ++i) {
      const X to_first = update(i, first, second), to_second = update(i, second, first);
      first = add(std::move(first), to_first);
      second = add(std::move(second), to_second);
    }
    return {first, second};
  }
  std::string_view score_name() const { return "matched keypoints"; }

  /// The scores `1×M×N` of N query and M candidate keypoints, from `described`.
  X scores(const X& query, const X& candidate) const {
    X products = matmul(final_(candidate), final_(query), Product::abt);
    const X unscaled = products;
    return add_scaled(std::move(products), unscaled,
                      static_cast<typename B::value>(1 / std::sqrt(static_cast<double>(settings_.descriptor_dim)) - 1));
  }
  /// The logarithm of how much of each candidate keypoint, and last of the dustbin, is assigned to each query keypoint and to the dustbin:
  /// `1×(M + 1)×(N + 1)`.
  X assignment(const X& scores) const {
    const std::int64_t queries = scores.shape()[2];
    const X unmatched = add(X::zeros(Shape{1, 1, queries}), dustbin_);
    return optimal_transport(concat(scores, unmatched, 1), dustbin_, settings_.iterations, queries);
  }
  /// The keypoints that are assigned most to each other, and more than the threshold.
  LocalMatch matched(const X& assignment) const {
    LocalMatch match;
    for (const MatchedPair& pair : mutual(assignment)) {
      if (pair.similarity > settings_.threshold) match.pairs.push_back(pair);
    }
    match.score = static_cast<float>(match.pairs.size());
    return match;
  }
  /// The same whatever the threshold.
  std::vector<MatchedPair> mutual(const X& assignment) const {
    const std::vector<float> values = assignment.to_vector();
    const auto candidates = static_cast<std::size_t>(assignment.shape()[1] - 1),
               queries = static_cast<std::size_t>(assignment.shape()[2] - 1);
    std::vector<std::size_t> of_query(queries), of_candidate(candidates);
    const auto at = [&](std::size_t candidate, std::size_t query) { return values[candidate * (queries + 1) + query]; };
    for (std::size_t c = 0; c < candidates; ++c) {
      for (std::size_t q = 0; q < queries; ++q) {
        if (at(c, q) > at(of_query[q], q)) of_query[q] = c;
        if (at(c, q) > at(c, of_candidate[c])) of_candidate[c] = q;
      }
    }
    std::vector<MatchedPair> pairs;
    for (std::size_t q = 0; candidates > 0 && q < queries; ++q) {
      const std::size_t c = of_query[q];
      if (of_candidate[c] == q) pairs.push_back({static_cast<std::int32_t>(q), static_cast<std::int32_t>(c), std::exp(at(c, q))});
    }
    return pairs;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "bin_score", dustbin_);
    encoder_.visit(visitor, prefix + "kenc.encoder.");
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].visit(visitor, prefix + "gnn.layers." + std::to_string(i) + '.');
    final_.visit(visitor, prefix + "final_proj.");
  }

 private:
  static const SuperGlueSettings& validated(const SuperGlueSettings& settings) {
    VPR_REQUIRE(ConfigError,
                settings.descriptor_dim > 0 && settings.heads > 0 && settings.descriptor_dim % settings.heads == 0 &&
                    settings.layers >= 0 && settings.iterations >= 0,
                "SuperGlue: got ", settings.descriptor_dim, " channels, ", settings.heads, " heads, ", settings.layers, " layers and ",
                settings.iterations, " iterations, want channels that the heads divide");
    return settings;
  }
  static std::vector<std::int64_t> widths(const SuperGlueSettings& settings) {
    std::vector<std::int64_t> all{3};
    all.insert(all.end(), settings.keypoint_encoder.begin(), settings.keypoint_encoder.end());
    all.push_back(settings.descriptor_dim);
    return all;
  }

  SuperGlueSettings settings_;
  X dustbin_;
  NormedPerceptron<B> encoder_;
  std::vector<SuperGlueLayer<B>> layers_;
  Linear<B> final_;
};

static_assert(Matcher<SuperGlue<>>);

}  // namespace vpr
