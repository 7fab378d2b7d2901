// SPDX-License-Identifier: MIT
/// @file
/// TransVPR's network.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/layer/normed_convolution.hpp>
#include <vpr/layer/self_attention.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/maps.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The sizes of TransVPR; the published ones unless others are given.
struct TransVprConfig {
  std::int64_t channels = 256;  ///< D
  std::int64_t depth = 6;       ///< transformer layers
  std::int64_t heads = 4;
  std::int64_t mlp_ratio = 2;
  std::vector<std::int64_t> levels{1, 3, 5};  ///< the layers, from 0, whose tokens make the descriptor
  std::int64_t local_layer = 3;               ///< the one whose tokens are local features

  /// Those of the features: the levels' tokens and the local layer's, side by side.
  std::int64_t feature_channels() const { return (std::ssize(levels) + 1) * channels; }
  /// @throws ConfigError  for sizes that no such network can have.
  void validate() const {
    VPR_REQUIRE(ConfigError, channels > 0 && channels % 4 == 0 && heads > 0 && channels % heads == 0 && depth > 0 && mlp_ratio > 0,
                "TransVPR: got ", channels, " channels, ", depth, " layers, ", heads, " heads and an MLP ratio of ", mlp_ratio,
                ", want positive ones and channels that 4 and the heads divide");
    const auto is_layer = [this](std::int64_t layer) { return layer >= 0 && layer < depth; };
    VPR_REQUIRE(ConfigError, !levels.empty() && std::all_of(levels.begin(), levels.end(), is_layer) && is_layer(local_layer),
                "TransVPR: got a level or local layer that is none of the layers 0 to ", depth - 1);
  }
};

/// A layer of TransVPR's transformer: x = norm1(x + attention(pre_norm(x))), then x + linear2(gelu(linear1(x))). It differs from a pre-norm
/// layer in that what is added to, the second time, is the normalised sum.
template <class B>
struct TransVprLayer {
  using X = typename B::tensor;

  LayerNorm<B> pre_norm;
  SelfAttention<B> self_attn;
  LayerNorm<B> norm1;
  Linear<B> linear1, linear2;

  explicit TransVprLayer(const TransVprConfig& config)
      : pre_norm(config.channels, typename B::value(1e-5)),
        self_attn(config.channels, config.heads, false),
        norm1(config.channels, typename B::value(1e-5)),
        linear1(config.channels, config.mlp_ratio * config.channels),
        linear2(config.mlp_ratio * config.channels, config.channels) {}

  X operator()(X x) const {
    const X normed = pre_norm(x);
    x = norm1(self_attn(normed, {.residual = std::move(x)}));
    const X hidden = linear1(x, {.activation = Activation::gelu});
    return linear2(hidden, {.residual = std::move(x)});
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    pre_norm.visit(visitor, prefix + "pre_norm.");
    self_attn.visit(visitor, prefix + "self_attn.");
    linear1.visit(visitor, prefix + "linear1.");
    norm1.visit(visitor, prefix + "norm1.");
    linear2.visit(visitor, prefix + "linear2.");
  }
};

/// TransVPR's network (Wang et al., CVPR 2022, section 3.1): four convolutions, each of which halves the map; tokens of a 16th of the
/// image's sides from all four maps; a transformer without position embeddings, one normalisation shared by its layers' outputs.
///
/// The features are a grid without a class token: the tokens of the levels and of the local layer, side by side. Sides must be multiples of
/// 16. Each image is computed by itself. Parameters have the authors' names. Equal to RuotongWANG/TransVPR-model-implementation; goldens
/// transvpr_*.
template <class B = Cpu<f32>>
class TransVpr {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that no such network can have.
  explicit TransVpr(const TransVprConfig& config = {})
      : config_(validated(config)), class_token_(X::zeros(Shape{1, 1, config.channels})), norm_(config.channels, typename B::value(1e-5)) {
    std::int64_t inputs = 3;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::int64_t cells = std::int64_t{8} >> i;  // of the map, to a token's side
      stem_.emplace_back(inputs, widths[i], Window{3, 1, 1}, typename B::value(1e-5), true);
      stem_.back().bn.freeze_statistics();
      tokenizers_.emplace_back(widths[i], config.channels / 4, Window{cells, cells, 0});
      inputs = widths[i];
    }
    for (std::int64_t i = 0; i < config.depth; ++i) layers_.emplace_back(config);
  }

  const TransVprConfig& config() const& { return config_; }
  TransVprConfig config() && { return config_; }
  std::int64_t channels() const { return config_.feature_channels(); }
  std::int64_t multiple() const { return 16; }
  bool has_class_token() const { return false; }
  Grid grid(std::int64_t height, std::int64_t width) const { return {height / 16, width / 16}; }
  const std::vector<TransVprLayer<B>>& layers() const& { return layers_; }
  void layers() const&& = delete;

  /// @throws ShapeError  for images of another shape.
  Features<X> operator()(const X& images) const {
    const std::vector<X> outputs = levels(tokens(maps(images), images.shape()));
    X features;
    const auto append = [&](std::int64_t layer) {
      const X& all = outputs[static_cast<std::size_t>(layer)];
      const X patches = slice(all, 1, 1, all.shape()[1]);
      features = features.empty() ? patches : concat(features, patches, 2);
    };
    for (const std::int64_t layer : config_.levels) append(layer);
    append(config_.local_layer);
    return {X(), std::move(features), grid(images.shape()[2], images.shape()[3])};
  }

  /// The maps of the four convolutions, `B×(H/2ⁱ · W/2ⁱ)×C`.
  /// @throws ShapeError  for images of another shape.
  std::vector<X> maps(const X& images) const {
    const Shape& shape = images.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 4 && shape[1] == 3 && shape[2] > 0 && shape[3] > 0 && shape[2] % 16 == 0 && shape[3] % 16 == 0,
                "TransVPR: got images ", shape, ", want [batch, 3, height, width] with sides that are multiples of 16");
    Grid map{shape[2], shape[3]};
    X x = transpose(reshape(images, Shape{shape[0], 3, map.patches()}), 1);
    std::vector<X> all;
    for (const NormedConvolution<B>& convolution : stem_) {
      x = max_pool(convolution(x, map, true), map, halving);
      map = halving.positions(map);
      all.push_back(x);
    }
    return all;
  }
  /// The tokens that the transformer gets, `B×(H/16 · W/16)×D`, of the maps of images of that shape.
  X tokens(const std::vector<X>& maps, const Shape& images) const {
    Grid map{images[2], images[3]};
    X all;
    for (std::size_t i = 0; i < maps.size(); ++i) {
      map = halving.positions(map);
      X some = tokenizers_[i](maps[i], map);
      all = i == 0 ? std::move(some) : concat(all, some, 2);
    }
    return all;
  }
  /// Each layer's output, normalised: `B×(1 + N)×D`, the class token first.
  std::vector<X> levels(const X& tokens) const {
    X x = concat(class_token_, tokens, 1);
    std::vector<X> all;
    for (const TransVprLayer<B>& layer : layers_) {
      x = layer(std::move(x));
      all.push_back(norm_(x));
    }
    return all;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::size_t i = 0; i < stem_.size(); ++i) {
      const std::string name = prefix + "conv" + std::to_string(i + 1) + '.';
      stem_[i].visit(visitor, name + "0.", name + "1.");
    }
    for (std::size_t i = 0; i < tokenizers_.size(); ++i)
      tokenizers_[i].visit(visitor, prefix + "tokenizer" + std::to_string(i + 1) + ".conv_layer.");
    visitor(prefix + "transformer.class_emb", class_token_);
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].visit(visitor, prefix + "transformer.blocks." + std::to_string(i) + '.');
    norm_.visit(visitor, prefix + "transformer.norm.");
  }

 private:
  static constexpr Window halving{3, 2, 1};
  static constexpr std::array<std::int64_t, 4> widths{64, 128, 256, 512};

  static const TransVprConfig& validated(const TransVprConfig& config) {
    config.validate();
    return config;
  }

  TransVprConfig config_;
  std::vector<NormedConvolution<B>> stem_;
  std::vector<Convolution<B>> tokenizers_;
  X class_token_;
  std::vector<TransVprLayer<B>> layers_;
  LayerNorm<B> norm_;
};

static_assert(Backbone<TransVpr<>>);

}  // namespace vpr
