// SPDX-License-Identifier: MIT
/// @file
/// R2Former's network.
#pragma once

#include <vpr/backbone/block.hpp>
#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/position_embedding.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/patch_embedding.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/product.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The sizes of R2Former's network; the published ones, DeiT-S's, unless others are given.
struct R2FormerConfig {
  std::int64_t channels = 384;
  std::int64_t depth = 12;
  std::int64_t heads = 6;
  Grid trained{30, 40};  ///< the grid of patches, of 16 pixels, that the position embedding is for

  VitConfig block() const {
    return {.channels = channels, .depth = depth, .heads = heads, .patch_size = 16, .trained_side = 16, .layer_scale = false};
  }
  /// @throws ConfigError  for sizes that no such network can have.
  void validate() const {
    block().validate();
    VPR_REQUIRE(ConfigError, trained.height > 0 && trained.width > 0, "R2Former: got positions for a grid of ", trained.height, "x",
                trained.width);
  }
};

/// R2Former's network (Zhu et al., CVPR 2023, section 3.1): a distilled DeiT (Touvron et al. 2021) whose local features are the tokens
/// before its last block, beside how much class and distillation token attend to each there.
///
/// The features are `cls`, `B×2C`, class and distillation token of the end, and `patches`, `B×N×(C + 1)`, tokens before the last block and
/// as the last channel the attention of both tokens to the patch there, summed over heads. As in the authors' code, and so as it was
/// trained, the token beside a patch's attention is not the patch's but stands two places before it in the sequence, which begins with
/// class and distillation token.
///
/// Sides must be multiples of 16. For another grid than the trained one the positions are a window of the trained, or are resized where
/// that is too small: see `positions`. Each image is computed by itself. Parameters have the authors' names, which are timm's. Equal to
/// bytedance/R2Former; goldens r2former_*.
template <class B = Cpu<f32>>
class R2FormerNetwork {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that no such network can have.
  explicit R2FormerNetwork(const R2FormerConfig& config = {})
      : config_(validated(config)),
        patch_embed_(config.channels, 16),
        cls_token_(X::zeros(Shape{1, 1, config.channels})),
        dist_token_(X::zeros(Shape{1, 1, config.channels})),
        positions_(X::zeros(Shape{1, 2 + config.trained.patches(), config.channels})),
        norm_(config.channels, typename B::value(1e-6)) {
    for (std::int64_t i = 0; i < config.depth; ++i) blocks_.emplace_back(config.block());
  }

  const R2FormerConfig& config() const& { return config_; }
  R2FormerConfig config() && { return config_; }
  std::int64_t channels() const { return config_.channels + 1; }
  std::int64_t multiple() const { return 16; }
  /// It gives two in place of one, see above.
  bool has_class_token() const { return false; }
  Grid grid(std::int64_t height, std::int64_t width) const { return {height / 16, width / 16}; }
  const std::vector<Block<B>>& blocks() const& { return blocks_; }
  void blocks() const&& = delete;

  /// @throws ShapeError  if a side is no positive multiple of 16.
  Features<X> operator()(const X& images) const {
    const Grid map = grid(images.shape()[2], images.shape()[3]);
    const TokenLayout layout{2, map};
    X x = embed(images);
    for (std::size_t i = 0; i + 1 < blocks_.size(); ++i) x = blocks_[i](std::move(x), layout);
    const X local = concat(slice(x, 1, 0, map.patches()), attention(x), 2);  // see above
    const X leading = slice(normed(blocks_.back()(x, layout)), 1, 0, 2);
    return {reshape(leading, Shape{leading.shape()[0], 2 * config_.channels}), local, map};
  }

  /// What the first block gets, `B×(2 + N)×C`: class and distillation token and the patches, with their positions.
  X embed(const X& images) const {
    const X patches = patch_embed_(images);
    X x = concat(concat(cls_token_, dist_token_, 1), patches, 1);
    return add(std::move(x), positions(grid(images.shape()[2], images.shape()[3])));
  }
  X normed(X x) const { return norm_(std::move(x)); }

  /// How much class and distillation token of x, the last block's input, attend to each patch, summed over both and over the heads:
  /// `B×N×1`.
  X attention(const X& x) const {
    const Block<B>& block = blocks_.back();
    const X qkv = block.attn.qkv(block.norm1(x));
    const std::int64_t depth = config_.channels / config_.heads, tokens = x.shape()[1];
    const auto scale = static_cast<typename B::value>(1 / std::sqrt(static_cast<double>(depth)));
    X sum;
    for (std::int64_t head = 0; head < config_.heads; ++head) {
      const X query = slice(slice(qkv, 1, 0, 2), 2, head * depth, (head + 1) * depth);
      const X key = slice(qkv, 2, config_.channels + head * depth, config_.channels + (head + 1) * depth);
      const X products = matmul(query, key, Product::abt);
      const X shares = softmax(add_scaled(products, products, scale - 1));
      sum = head == 0 ? shares : add(std::move(sum), shares);
    }
    const X of_patches = slice(sum, 2, 2, tokens);
    return transpose(add(slice(of_patches, 1, 0, 1), slice(of_patches, 1, 1, 2)), 1);
  }

  /// The positions of class and distillation token and of a grid, `1×(2 + N)×C`. With s the grid's longer side, they are taken of the
  /// middle s×s of the trained grid, or, where a side of that is shorter than s, of the trained grid resized to s×s (bicubic) and spread
  /// about its centre so that half its height is as far from the centre as before; of those, the middle.
  X positions(Grid map) const {
    const Grid& trained = config_.trained;
    if (map == trained) return positions_;
    const std::int64_t channels = config_.channels, side = std::max(map.height, map.width);
    X grid = reshape(slice(positions_, 1, 2, 2 + trained.patches()), Shape{trained.height, trained.width, channels});
    grid = trained.height >= side && trained.width >= side ? window(grid, trained, {side, side}) : resized(grid, side);
    grid = window(grid, {side, side}, map);
    return concat(slice(positions_, 1, 0, 2), reshape(grid, Shape{1, map.patches(), channels}), 1);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "cls_token", cls_token_);
    visitor(prefix + "pos_embed", positions_);
    visitor(prefix + "dist_token", dist_token_);
    patch_embed_.visit(visitor, prefix + "patch_embed.");
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].visit(visitor, prefix + "blocks." + std::to_string(i) + '.');
    norm_.visit(visitor, prefix + "norm.");
    if constexpr (requires { visitor.unused(prefix); }) {
      for (const char* head : {"head.weight", "head.bias", "head_dist.weight", "head_dist.bias"}) visitor.unused(prefix + head);
    }
  }

 private:
  static const R2FormerConfig& validated(const R2FormerConfig& config) {
    config.validate();
    return config;
  }

  /// The middle of a map.
  static X window(const X& map, Grid whole, Grid part) {
    const std::int64_t top = whole.height / 2 - part.height / 2, left = whole.width / 2 - part.width / 2;
    return slice(slice(map, 0, top, top + part.height), 1, left, left + part.width);
  }

  X resized(const X& map, std::int64_t side) const {
    const Grid& trained = config_.trained;
    const auto axis = [side](std::int64_t inputs) {
      const ScratchVector<float> values = detail::bicubic_matrix(inputs, side, 0, false);
      return X::from(Shape{side, inputs}, std::span<const float>(values));
    };
    const X large = resample(map, axis(trained.height), axis(trained.width));
    const std::int64_t middle = side / 2, half = trained.height / 2;
    const auto row = [](const X& from, std::int64_t y, std::int64_t x) { return slice(slice(from, 0, y, y + 1), 1, x, x + 1); };
    const auto distance = [](const X& a, const X& b) {
      const std::vector<float> first = a.to_vector(), second = b.to_vector();
      double squares = 0;
      for (std::size_t i = 0; i < first.size(); ++i) squares += std::pow(static_cast<double>(first[i]) - static_cast<double>(second[i]), 2);
      return std::sqrt(squares);
    };
    const X centre = row(large, middle, middle);
    const std::int64_t edge = (middle - half + side) % side;
    const double before = distance(row(map, 0, trained.width / 2), row(map, half, trained.width / 2));
    const double now = distance(row(large, edge, middle), centre);
    const auto ratio = static_cast<typename B::value>(now > 0 ? before / now : 1);
    return add_scaled(add_scaled(large, large, ratio - 1), centre, 1 - ratio);
  }

  R2FormerConfig config_;
  PatchEmbedding<B> patch_embed_;
  X cls_token_, dist_token_, positions_;
  std::vector<Block<B>> blocks_;
  LayerNorm<B> norm_;
};

static_assert(Backbone<R2FormerNetwork<>>);

}  // namespace vpr
