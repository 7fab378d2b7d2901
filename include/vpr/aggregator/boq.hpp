// SPDX-License-Identifier: MIT
/// @file
/// BoQ: a bag of learned queries.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/multihead_attention.hpp>
#include <vpr/layer/transformer_encoder.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>

#include <string>
#include <utility>
#include <vector>

namespace vpr {

struct BoqSettings {
  std::int64_t channels = 768;   ///< of the features
  std::int64_t projected = 384;  ///< channels that they are reduced to
  std::int64_t head = 64;        ///< channels of a head of attention
  std::int64_t queries = 64;     ///< of each layer
  std::int64_t layers = 2;
  std::int64_t rows = 32;  ///< that the queries of all layers are reduced to
};

/// BoQ (Ali-bey et al., CVPR 2024, section 3): a 3×3 convolution reduces the features; each layer passes them through a transformer encoder and lets
/// learned queries, which have attended to each other, attend to them; what the queries of all layers found is reduced to `rows` a channel, at unit
/// length. D = projected · rows. Any grid will do. Its parameters are `proj_c`, `norm_input`, `boqs` and `fc`. Goldens boq_*.
template <class B = Cpu<f32>>
class Boq {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive, or heads that do not divide the projected channels.
  explicit Boq(const BoqSettings& settings = {})
      : settings_(validated(settings)),
        projection_(settings.channels, settings.projected, {3, 1, 1}),
        norm_(settings.projected, typename B::value(1e-5)),
        reduction_(settings.layers * settings.queries, settings.rows) {
    for (std::int64_t i = 0; i < settings.layers; ++i) layers_.emplace_back(settings);
  }

  std::int64_t dimensions(std::int64_t) const { return settings_.projected * settings_.rows; }

  X operator()(const Features<X>& features) const {
    X x = reduced(features), all;
    for (std::int64_t i = 0; i < settings_.layers; ++i) {
      x = encoded(std::move(x), i);
      X found = answers(x, i);
      all = i == 0 ? std::move(found) : concat(all, found, 1);
    }
    return l2_normalize(reshape(reduction_(transpose(all, 1)), Shape{all.shape()[0], settings_.projected * settings_.rows}));
  }

  /// The features with fewer channels, normalised: `B×N×projected`.
  X reduced(const Features<X>& features) const { return norm_(projection_(features.patches, features.grid)); }
  /// What the encoder of a layer makes of the tokens, those of the layer before.
  X encoded(X x, std::int64_t layer) const {
    const auto everyone = [this](const X& qkv) { return self_attention(qkv, settings_.projected / settings_.head); };
    return layers_[static_cast<std::size_t>(layer)].encoder(std::move(x), everyone);
  }
  /// What the queries of a layer find among the tokens of its encoder: `B×queries×projected`.
  X answers(const X& x, std::int64_t layer) const {
    const Layer& at = layers_[static_cast<std::size_t>(layer)];
    const X queries = at.norm_queries(at.self_attention(at.queries, at.queries, {.residual = at.queries}));
    const X of_each_image = add(X::zeros(queries.shape().with(0, x.shape()[0])), queries);
    return at.norm_answers(at.cross_attention(of_each_image, x));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    projection_.visit(visitor, prefix + "proj_c.");
    norm_.visit(visitor, prefix + "norm_input.");
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].visit(visitor, prefix + "boqs." + std::to_string(i) + ".");
    reduction_.visit(visitor, prefix + "fc.");
  }

 private:
  struct Layer {
    TransformerEncoderLayer<B> encoder;
    X queries;
    MultiheadAttention<B> self_attention, cross_attention;
    LayerNorm<B> norm_queries, norm_answers;

    explicit Layer(const BoqSettings& settings)
        : encoder(settings.projected, 4 * settings.projected, Activation::relu),
          queries(X::zeros(Shape{1, settings.queries, settings.projected})),
          self_attention(settings.projected, settings.projected / settings.head),
          cross_attention(settings.projected, settings.projected / settings.head),
          norm_queries(settings.projected, typename B::value(1e-5)),
          norm_answers(settings.projected, typename B::value(1e-5)) {}

    template <class Visitor>
    void visit(Visitor&& visitor, const std::string& prefix) {
      encoder.visit(visitor, prefix + "encoder.");
      visitor(prefix + "queries", queries);
      self_attention.visit(visitor, prefix + "self_attn.");
      norm_queries.visit(visitor, prefix + "norm_q.");
      cross_attention.visit(visitor, prefix + "cross_attn.");
      norm_answers.visit(visitor, prefix + "norm_out.");
    }
  };

  static const BoqSettings& validated(const BoqSettings& settings) {
    VPR_REQUIRE(ConfigError,
                settings.channels > 0 && settings.projected > 0 && settings.head > 0 && settings.projected % settings.head == 0 &&
                    settings.queries > 0 && settings.layers > 0 && settings.rows > 0,
                "BoQ: got ", settings.channels, " channels, ", settings.projected, " projected ones in heads of ", settings.head, ", ",
                settings.layers, " layers of ", settings.queries, " queries and ", settings.rows,
                " rows, want positive sizes and heads that divide the projected channels");
    return settings;
  }

  BoqSettings settings_;
  Convolution<B> projection_;
  LayerNorm<B> norm_;
  std::vector<Layer> layers_;
  Linear<B> reduction_;
};

}  // namespace vpr
