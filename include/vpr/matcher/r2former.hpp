// SPDX-License-Identifier: MIT
/// @file
/// R2Former's reranking transformer.
#pragma once

#include <vpr/backbone/block.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/matcher/concept.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/product.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

struct RerankingTransformerSettings {
  std::int64_t channels = 32;
  std::int64_t depth = 6;  ///< blocks over all tokens; two more are over each one's partners
  std::int64_t heads = 4;
  std::int64_t partners = 5;  ///< of each token, those of the other photo that are most like it

  VitConfig block() const { return {.channels = channels, .depth = depth, .heads = heads, .layer_scale = false}; }
};

/// Tells whether two photos show one place from their local features (Zhu et al., CVPR 2023, section 3.3). Each token is grouped with its
/// partners in the other photo: a pair is both places and attentions and the tokens' cosine. A transformer over each group, then one over
/// all groups, give two logits; the score is the second one's share of the softmax, by which the authors' evaluation ranks. The pairs are
/// those of the query's tokens with the partner most like them.
///
/// Features must be at keypoints, such as `MostAttended`'s. Parameters have the authors' names; `decoder_pos_embed`, which they never use,
/// is left out. Equal to bytedance/R2Former; goldens r2former_rerank_*.
template <class B = Cpu<f32>>
class RerankingTransformer {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that mean nothing
  explicit RerankingTransformer(const RerankingTransformerSettings& settings = {})
      : settings_(validated(settings)),
        cls_token_(X::zeros(Shape{1, 1, settings.channels})),
        group_token_(X::zeros(Shape{1, 1, settings.channels})),
        ratio_(X::full(Shape{1}, typename B::value(0.5))),
        norm_(settings.channels, typename B::value(1e-6)),
        pair_head_(7, settings.channels),
        group_head_(settings.channels, settings.channels),
        out_(settings.channels, 2) {
    for (std::int64_t i = 0; i < settings.depth; ++i) blocks_.emplace_back(settings.block());
    for (std::int64_t i = 0; i < 2; ++i) group_blocks_.emplace_back(settings.block());
  }

  /// A token of the query and one of the candidate: x, y and attention of both, from 0 to 1, and their cosine.
  using Pair = std::array<float, 7>;
  /// Each token's partners, best first: the query's tokens, then the candidate's.
  struct Groups {
    std::int64_t count = 0, partners = 0;
    std::vector<Pair> pairs = {};
    std::vector<MatchedPair> best = {};  ///< of the query's tokens
  };

  /// @throws ShapeError  for features of different lengths, or that are not at keypoints
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    if constexpr (has_values<B>) {
      if (query.size() == 0 || candidate.size() == 0) return {};
      Groups groups = grouped(query, candidate);
      return {score(logits(all_tokens(group_outputs(pair_tokens(groups)), groups))), std::move(groups.best)};
    } else {
      fail<ConfigError>("a matcher over Shapes has no values to compute with");
    }
  }

  Groups grouped(const LocalFeatures& query, const LocalFeatures& candidate) const {
    for (const LocalFeatures* photo : {&query, &candidate}) {
      VPR_REQUIRE(ShapeError, std::ssize(photo->keypoints) == photo->size() && photo->channels == query.channels, "R2Former: got ",
                  photo->size(), " features of ", photo->channels, " channels at ", photo->keypoints.size(),
                  " keypoints, want keypoints of ", query.channels, " channels");
    }
    const std::vector<float> cosines = matmul(unit_rows(query), unit_rows(candidate), Product::abt).to_vector();
    const auto queries = static_cast<std::size_t>(query.size()), candidates = static_cast<std::size_t>(candidate.size());
    const std::vector<std::array<float, 3>> of_query = places(query), of_candidate = places(candidate);
    const auto cosine = [&](std::size_t q, std::size_t c) { return cosines[q * candidates + c]; };
    const auto most_like = [&](std::size_t count, const auto& value) {
      const auto partners = std::min(static_cast<std::size_t>(settings_.partners), count);
      std::vector<std::size_t> order(count);
      std::iota(order.begin(), order.end(), std::size_t{0});
      const auto before = [&](std::size_t a, std::size_t b) { return value(a) > value(b) || (value(a) == value(b) && a < b); };
      std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(partners), order.end(), before);
      while (partners > 0 && order.size() < static_cast<std::size_t>(settings_.partners)) order.push_back(order[partners - 1]);
      order.resize(static_cast<std::size_t>(settings_.partners));
      return order;
    };
    Groups groups{static_cast<std::int64_t>(queries + candidates), settings_.partners};
    const auto add_pair = [&](std::size_t q, std::size_t c) {
      const std::array<float, 3>&a = of_query[q], &b = of_candidate[c];
      groups.pairs.push_back({a[0], a[1], a[2], b[0], b[1], b[2], cosine(q, c)});
    };
    for (std::size_t q = 0; q < queries; ++q) {
      const std::vector<std::size_t> partners = most_like(candidates, [&](std::size_t c) { return cosine(q, c); });
      for (const std::size_t c : partners) add_pair(q, c);
      groups.best.push_back({static_cast<std::int32_t>(q), static_cast<std::int32_t>(partners[0]), cosine(q, partners[0])});
    }
    for (std::size_t c = 0; c < candidates; ++c) {
      for (const std::size_t q : most_like(queries, [&](std::size_t one) { return cosine(one, c); })) add_pair(q, c);
    }
    return groups;
  }

  /// What the transformer over groups gets: `G×(1 + partners)×C` of G groups.
  X pair_tokens(const Groups& groups) const {
    std::vector<float> numbers, places;
    for (const Pair& pair : groups.pairs) {
      numbers.insert(numbers.end(), pair.begin(), pair.end());
      append_code(pair[3], pair[4], places);
    }
    const Shape shape{groups.count, groups.partners, settings_.channels};
    const X pairs = pair_head_(X::from(shape.with(2, 7), std::span<const float>(numbers)));
    return concat(group_token_, add(pairs, X::from(shape, std::span<const float>(places))), 1);
  }
  /// What it makes of each group, normalised: `G×C`.
  X group_outputs(X pair_tokens) const {
    for (const Block<B>& block : group_blocks_) pair_tokens = block(std::move(pair_tokens), {});
    const X first = slice(norm_(std::move(pair_tokens)), 1, 0, 1);
    return reshape(first, Shape{first.shape()[0], settings_.channels});
  }
  /// What the transformer over all gets, `1×(1 + G)×C`.
  X all_tokens(const X& group_outputs, const Groups& groups) const {
    std::vector<float> places;
    for (std::size_t i = 0; i < groups.pairs.size(); i += static_cast<std::size_t>(groups.partners))
      append_code(groups.pairs[i][0], groups.pairs[i][1], places);
    const Shape shape{1, groups.count, settings_.channels};
    const X tokens = add(reshape(group_head_(group_outputs), shape), X::from(shape, std::span<const float>(places)));
    return concat(cls_token_, tokens, 1);
  }
  /// What it makes of them, normalised.
  X normed(X all_tokens) const {
    for (const Block<B>& block : blocks_) all_tokens = block(std::move(all_tokens), {});
    return norm_(std::move(all_tokens));
  }
  /// The two logits, `1×2`.
  X logits(const X& all_tokens) const {
    const X first = slice(normed(all_tokens), 1, 0, 1);
    return out_(reshape(first, Shape{1, settings_.channels}));
  }
  std::string_view score_name() const { return "probability"; }
  /// The second logit's share.
  float score(const X& logits) const { return softmax(logits).to_vector()[1]; }
  /// The authors' final score: the cosine of the photos' descriptors and the transformer's score, weighed by a learned ratio.
  float final_score(float score, float cosine) const {
    const float ratio = std::clamp(ratio_.to_vector()[0], 0.1F, 0.9F);
    return ratio * cosine + (1 - ratio) * score;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "cls_token", cls_token_);
    visitor(prefix + "cls_token_2", group_token_);
    visitor(prefix + "ratio", ratio_);
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].visit(visitor, prefix + "blocks." + std::to_string(i) + '.');
    for (std::size_t i = 0; i < group_blocks_.size(); ++i) group_blocks_[i].visit(visitor, prefix + "blocks_2." + std::to_string(i) + '.');
    norm_.visit(visitor, prefix + "decoder_norm.");
    pair_head_.visit(visitor, prefix + "pair_head.");
    group_head_.visit(visitor, prefix + "pair_head_2.");
    out_.visit(visitor, prefix + "decoder_pred.");
    if constexpr (requires { visitor.unused(prefix); }) visitor.unused(prefix + "decoder_pos_embed");
  }

 private:
  static const RerankingTransformerSettings& validated(const RerankingTransformerSettings& settings) {
    settings.block().validate();
    VPR_REQUIRE(ConfigError, settings.channels % 4 == 0 && settings.partners > 0, "R2Former: got ", settings.channels, " channels and ",
                settings.partners, " partners, want channels that 4 divides and a partner at least");
    return settings;
  }

  static X unit_rows(const LocalFeatures& photo) {
    return l2_normalize(X::from(Shape{photo.size(), photo.channels}, std::span<const float>(photo.values)));
  }
  /// x and y over the photo's longer side, and attention, from 0 to 1.
  static std::vector<std::array<float, 3>> places(const LocalFeatures& photo) {
    const auto width = static_cast<float>(photo.grid.width), height = static_cast<float>(photo.grid.height),
               longer = std::max(width, height);
    std::vector<std::array<float, 3>> all;
    for (const Keypoint& point : photo.keypoints) {
      const auto inside = [](float value) { return std::clamp(value, 0.0F, 1.0F); };
      all.push_back({inside(point.x * width / longer), inside(point.y * height / longer), inside(point.score)});
    }
    return all;
  }
  /// The sines and cosines of x, then of y, at a quarter of the channels' frequencies.
  void append_code(float x, float y, std::vector<float>& out) const {
    const std::int64_t quarter = settings_.channels / 4;
    for (const float place : {x, y}) {
      for (const bool is_cosine : {false, true}) {
        for (std::int64_t i = 0; i < quarter; ++i) {
          const double angle = static_cast<double>(place) * std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(quarter));
          out.push_back(static_cast<float>(is_cosine ? std::cos(angle) : std::sin(angle)));
        }
      }
    }
  }

  RerankingTransformerSettings settings_;
  X cls_token_, group_token_, ratio_;
  std::vector<Block<B>> blocks_, group_blocks_;
  LayerNorm<B> norm_;
  Linear<B> pair_head_, group_head_, out_;
};

static_assert(Matcher<RerankingTransformer<>>);

}  // namespace vpr
