// SPDX-License-Identifier: MIT
/// @file
/// Two-stage systems: a descriptor to find candidates by, and local features to look at them again.
#pragma once

#include <vpr/local/concept.hpp>
#include <vpr/matcher/rerank.hpp>
#include <vpr/model/pipeline.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// What a two-stage system makes of B photos.
struct TwoStageDescription {
  std::vector<float> descriptors;    ///< B×D, one after the other
  std::vector<LocalFeatures> local;  ///< of each photo
};

/// A pipeline that also gives local features, from the same pass of its backbone, and the matcher that compares them.
///
/// Descriptors are the pipeline's, bit for bit. Each photo is described by itself, local features included.
template <class FirstStage, class Head, class M>
class TwoStage {
  static_assert(
      LocalHead<Head>,
      "the second argument of TwoStage must be a LocalHead: head(features) giving LocalTokens, channels(channels), visit(visitor, prefix): "
      "see vpr/local/concept.hpp");
  static_assert(
      Matcher<M>,
      "the third argument of TwoStage must be a Matcher: matcher(query, candidate) giving a LocalMatch: see vpr/matcher/concept.hpp");
  static_assert(std::same_as<typename FirstStage::backend, typename Head::backend>,
                "TwoStage: the pipeline and the local head must share their backend");

 public:
  using backend = typename FirstStage::backend;
  using X = typename backend::tensor;

  FirstStage pipeline;
  Head head;
  M matcher;
  /// Where the local head's features are taken; nothing: it gets those of the aggregator. Both come from one pass to the deeper place.
  std::optional<Tap> local_tap;

  explicit TwoStage(FirstStage first_stage = FirstStage(), Head local_head = Head(), M local_matcher = M(),
                    std::optional<Tap> tap = std::nullopt)
      : pipeline(std::move(first_stage)), head(std::move(local_head)), matcher(std::move(local_matcher)), local_tap(tap) {}

  /// From a system of other types, such as one whose parts were known when it was compiled.
  template <class OtherFirstStage, class OtherHead, class OtherMatcher>
  requires std::constructible_from<FirstStage, OtherFirstStage> && std::constructible_from<Head, OtherHead> &&
      std::constructible_from<M, OtherMatcher>
      TwoStage(TwoStage<OtherFirstStage, OtherHead, OtherMatcher> other)
      : TwoStage(FirstStage(std::move(other.pipeline)), Head(std::move(other.head)), M(std::move(other.matcher)), other.local_tap) {}

  std::int64_t dimensions() const { return pipeline.dimensions(); }
  std::int64_t local_channels() const {
    if constexpr (requires { pipeline.backbone.channels(*local_tap); }) {
      if (local_tap) return head.channels(pipeline.backbone.channels(*local_tap));
    }
    return head.channels(pipeline.backbone.channels());
  }

  /// The pipeline's `parts`, for most aggregators descriptors `B×D`, and local features `B×N×L` of prepared images `B×3×H×W`.
  /// @throws ConfigError  for a `local_tap` with a backbone that has no other place to take features from
  std::pair<X, LocalTokens<X>> operator()(const X& images) const {
    const ExecutionScope scope(pipeline.execution);
    if (!local_tap) {
      const Features<X> features = pipeline.backbone(images);
      return {pipeline.parts(features), head(features)};
    }
    const std::array<Tap, 2> taps{Tap{}, *local_tap};
    if constexpr (requires { pipeline.backbone.at(images, taps); }) {
      const auto features = pipeline.backbone.at(images, taps);
      return {pipeline.parts(features[0]), head(features[1])};
    } else {
      fail<ConfigError>("TwoStage: this backbone gives features at its end only; leave local_tap empty");
    }
  }

  /// Descriptor and local features of photos, each from one pass. See `Pipeline::describe`.
  TwoStageDescription describe_both(std::span<const ImageView> photos) const {
    const ExecutionScope scope(pipeline.execution);
    TwoStageDescription all;
    pipeline.for_each_batch(photos, [&](const X& images) {
      const auto [descriptors, tokens] = (*this)(images);
      const std::vector<float> part = descriptors.to_vector();
      all.descriptors.insert(all.descriptors.end(), part.begin(), part.end());
      for (LocalFeatures& features : to_host(tokens)) all.local.push_back(std::move(features));
    });
    all.descriptors = pipeline.finished(std::move(all.descriptors));
    return all;
  }

  TwoStageDescription describe_both(const RgbPhoto& photo) const {
    const ImageView& view = photo;
    return describe_both(std::span(&view, 1));
  }

  /// The descriptors alone.
  std::vector<float> describe(std::span<const ImageView> photos) const { return pipeline.describe(photos); }
  std::vector<float> describe(const RgbPhoto& photo) const { return pipeline.describe(photo); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    pipeline.visit(visitor, prefix);
    head.visit(visitor, prefix + pipeline.names.head);
    if constexpr (requires { matcher.visit(visitor, prefix); }) matcher.visit(visitor, prefix + pipeline.names.matcher);
  }
};

}  // namespace vpr
