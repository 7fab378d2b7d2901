// SPDX-License-Identifier: MIT
/// @file
/// EDTformer's decoder of learned queries.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/multihead_attention.hpp>
#include <vpr/ops/normalization.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

struct EdtFormerSettings {
  std::int64_t channels = 768;
  std::int64_t heads = 16;
  std::int64_t queries = 64;
  std::int64_t layers = 2;
  std::int64_t outputs = 256;  ///< channels of a query behind the decoder
  std::int64_t rows = 16;      ///< what the queries are reduced to
};

/// A layer of the decoder: post-norm self-attention among the queries, then cross-attention to the memory, and no feed-forward network. Its
/// parameters are `self_attn`, `multihead_attn`, `norm1` and `norm2`.
template <class B>
struct QueryDecoderLayer {
  using X = typename B::tensor;

  MultiheadAttention<B> among_queries, to_memory;
  LayerNorm<B> norm1, norm2;

  QueryDecoderLayer(std::int64_t channels, std::int64_t heads)
      : among_queries(channels, heads),
        to_memory(channels, heads),
        norm1(channels, typename B::value(1e-5)),
        norm2(channels, typename B::value(1e-5)) {}

  /// norm1(q + self-attention(q)).
  X mixed(const X& queries) const { return norm1(among_queries(queries, {.residual = queries})); }
  /// norm2(q + cross-attention(q, memory)).
  X read(const X& queries, const X& memory) const { return norm2(to_memory(queries, memory, {.residual = queries})); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    among_queries.visit(visitor, prefix + "self_attn.");
    to_memory.visit(visitor, prefix + "multihead_attn.");
    norm1.visit(visitor, prefix + "norm1.");
    norm2.visit(visitor, prefix + "norm2.");
  }
};

/// EDTformer's head (Jin et al., TCSVT 2025): learned queries attend to each other and to the class and patch tokens in a
/// decoder without feed-forward networks; then channels and queries are reduced. D = outputs · rows, the row fastest. Its parameters are
/// `queries`, `fc`, `decoder`, `channel_proj` and `row_proj`. Goldens edtformer_*.
template <class B = Cpu<f32>>
class EdtFormer {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive, or channels that the heads don't divide.
  explicit EdtFormer(const EdtFormerSettings& settings = {})
      : settings_(validated(settings)),
        queries_(X::zeros(Shape{1, settings.queries, settings.channels})),
        memory_(settings.channels, settings.channels),
        channel_proj_(settings.channels, settings.outputs),
        row_proj_(settings.queries, settings.rows) {
    for (std::int64_t i = 0; i < settings.layers; ++i) layers_.emplace_back(settings.channels, settings.heads);
  }

  std::int64_t dimensions(std::int64_t) const { return Shape{settings_.outputs, settings_.rows}.elements(); }
  bool needs_class_token() const { return true; }

  /// @throws ShapeError  if the features have other channels or no class token.
  X operator()(const Features<X>& features) const {
    const X reduced = row_proj_(transpose(channel_proj_(decoded(memory(features))), 1));
    return l2_normalize(reshape(reduced, Shape{reduced.shape()[0], settings_.outputs * settings_.rows}));
  }

  /// What the queries read: `B×(1 + N)×C`.
  X memory(const Features<X>& features) const {
    VPR_REQUIRE(ShapeError, !features.cls.empty(), "EDTformer: the features have no class token, which the queries attend to");
    return memory_(concat(reshape(features.cls, Shape{features.cls.shape()[0], 1, features.cls.shape()[1]}), features.patches, 1));
  }
  /// What the decoder makes of the queries: `B×Q×C`. Up to the first look at the memory they are the same for every image, and computed once.
  X decoded(const X& memory) const {
    X queries = queries_;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      queries = layers_[i].mixed(queries);
      if (i == 0) queries = repeated(queries, memory.shape()[0]);
      queries = layers_[i].read(queries, memory);
    }
    return queries;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "queries", queries_);
    memory_.visit(visitor, prefix + "fc.");
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].visit(visitor, prefix + "decoder.layers." + std::to_string(i) + ".");
    channel_proj_.visit(visitor, prefix + "channel_proj.");
    row_proj_.visit(visitor, prefix + "row_proj.");
  }

 private:
  static const EdtFormerSettings& validated(const EdtFormerSettings& settings) {
    VPR_REQUIRE(ConfigError,
                settings.channels > 0 && settings.queries > 0 && settings.layers > 0 && settings.outputs > 0 && settings.rows > 0,
                "EDTformer: got ", settings.channels, " channels, ", settings.queries, " queries, ", settings.layers, " layers, ",
                settings.outputs, " outputs and ", settings.rows, " rows, want positive sizes");
    return settings;
  }

  EdtFormerSettings settings_;
  X queries_;
  Linear<B> memory_;
  std::vector<QueryDecoderLayer<B>> layers_;
  Linear<B> channel_proj_, row_proj_;
};

}  // namespace vpr
