// SPDX-License-Identifier: MIT
/// @file
/// The vision transformer that the library's systems stand on: DINOv2, and those that differ from it by their `VitConfig`.
#pragma once

#include <vpr/backbone/block.hpp>
#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/position_embedding.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/text.hpp>
#include <vpr/layer/patch_embedding.hpp>
#include <vpr/ops/checkpoint.hpp>
#include <vpr/ops/product.hpp>

#include <charconv>
#include <concepts>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// Shows parameters as unused.
template <class Visitor>
struct UnusedVisitor {
  Visitor& visitor;

  void operator()(const std::string& name, auto&) const { visitor.unused(name); }
  void unused(const std::string& name) const { visitor.unused(name); }
};

}  // namespace detail

/// DINOv2 (Oquab et al. 2023), with registers (Darcet et al. 2024) if its configuration has them; by other configurations the plain vision
/// transformer (Dosovitskiy et al. 2021), DeiT (Touvron et al. 2021), DINO (Caron et al. 2021), DINOv3 (Siméoni et al. 2025) and the visual tower of
/// CLIP (Radford et al. 2021).
///
/// @tparam Config   a `VitConfig`, or a type that is one with fixed values, such as `ViTB14`
/// @tparam Adapter  a class template over the backend that is plugged into every block: see `BlockAdapter`
/// @tparam B        the backend
///
/// Images may have any height and width that are multiples of the patch size. Each image is computed by itself: its
/// features have the same bits in any batch and on any number of threads. Its parameters carry the names of the official
/// checkpoints of DINOv2 and, where it has no such parameter, those of timm. Equal to facebookresearch/dinov2, DeiT as in R2Former, CLIP;
/// goldens dinov2_*, r2former_*, clip_visual_*.
///
/// CLIP's projection is applied to all tokens, where its authors project the class token alone.
template <class Config = VitConfig, template <class> class Adapter = NoAdapter, class B = Cpu<f32>>
class DinoV2 {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// All parameters are as after construction, most of them zero, until weights are loaded.
  /// @throws ConfigError  for sizes that no such network can have.
  explicit DinoV2(Config config = {}) : DinoV2(config, [](const VitConfig& sizes, std::int64_t) { return Adapter<B>(sizes); }) {}

  /// With adapters of one's own settings: `make(config, block)` gives the adapter of that block, from 0.
  template <class Make>
  requires std::convertible_to<std::invoke_result_t<Make, const VitConfig&, std::int64_t>, Adapter<B>> DinoV2(Config config, Make make)
      : config_(validated(config)),
        patch_embed_(config_.channels, config_.patch_size, config_.patch_bias),
        cls_token_(X::zeros(Shape{1, 1, config_.channels})),
        norm_pre_(config_.channels, static_cast<typename B::value>(config_.norm_eps)),
        norm_(config_.channels, static_cast<typename B::value>(config_.norm_eps)) {
    if (config_.rotary_base == 0) positions_.emplace(config_);
    if (config_.distillation_token) dist_token_ = X::zeros(Shape{1, 1, config_.channels});
    if (config_.mask_token) mask_token_ = X::zeros(Shape{1, config_.channels});
    if (config_.projection > 0) proj_ = X::zeros(Shape{config_.channels, config_.projection});
    if (config_.registers > 0) register_tokens_ = X::zeros(Shape{1, config_.registers, config_.channels});
    blocks_.reserve(static_cast<std::size_t>(config_.depth));
    for (std::int64_t i = 0; i < config_.depth; ++i) blocks_.emplace_back(config_, make(config_, i));
  }

  const Config& config() const& { return config_; }
  Config config() && { return config_; }
  std::int64_t channels(Tap tap = {}) const { return tap.block < 0 && config_.projection > 0 ? config_.projection : config_.channels; }
  std::int64_t multiple() const { return config_.patch_size; }
  /// The grid of the features of an image of that size.
  Grid grid(std::int64_t height, std::int64_t width, Tap = {}) const { return {height / config_.patch_size, width / config_.patch_size}; }
  /// In training: whether the blocks' intermediate results are computed again by `backward` instead of being kept, which takes a third
  /// more time and, of each block, the memory of its input alone. The network must stay where it is until then. No effect otherwise.
  void set_checkpointing(bool wanted) { checkpointing_ = wanted; }
  std::vector<Block<B, Adapter>>& blocks() & { return blocks_; }
  const std::vector<Block<B, Adapter>>& blocks() const& { return blocks_; }
  void blocks() const&& = delete;

  /// How many blocks it has.
  std::int64_t depth() const { return config_.depth; }

  /// The features of `B×3×H×W` images at `tap`. Register tokens are left out.
  /// @throws ShapeError   if H or W is not a positive multiple of the patch size.
  /// @throws ConfigError  if there is no such block, or a facet is asked of the network's end.
  Features<X> operator()(const X& images, Tap tap = {}) const { return features_of(tokens(images, tap), grid_of(images.shape())); }
  /// The features at several taps, from one pass to the deepest of them.
  std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const {
    std::vector<Features<X>> features;
    for (const X& all : tokens(images, taps)) features.push_back(features_of(all, grid_of(images.shape())));
    return features;
  }

  /// What the first `blocks` blocks make of images, all tokens `B×T×C`.
  X before(const X& images, std::int64_t blocks) const { return blocks == 0 ? embed(images) : tokens(images, Tap{blocks - 1}); }
  /// What block `index` makes of `before(images, index)` of images of that shape. Further tokens may stand behind the patches, see
  /// `Features::inserted`.
  /// @throws ConfigError  if there is no such block; ShapeError  for other tokens than the images'.
  X through_part(X x, const Shape& images, std::int64_t index) const {
    require_before(x, images, index, config_.depth - 1);
    return after_block(index, std::move(x), grid_of(images));
  }
  /// The features at the network's end from `before(images, done)` of images of that shape. They have the bits of `(*this)(images)`.
  /// @throws ConfigError  if there are fewer blocks; ShapeError  for other tokens than the images'.
  Features<X> continued(X x, const Shape& images, std::int64_t done) const {
    require_before(x, images, done, config_.depth);
    const Grid grid = grid_of(images);
    for (; done < config_.depth; ++done) x = after_block(done, std::move(x), grid);
    return features_of(tapped(x, {}), grid);
  }
  /// The features that a tap takes of `before(images, tap.parts_before(depth()))`.
  Features<X> taken(const X& x, const Shape& images, Tap tap) const {
    require(tap);
    require_before(x, images, tap.parts_before(config_.depth), config_.depth);
    return features_of(tapped(x, tap), grid_of(images));
  }

  /// All tokens at `tap`, `B×T×C`: class and distillation token, the registers, the patches. AnyLoc keeps the registers among the patches.
  X tokens(const X& images, Tap tap = {}) const {
    X found;
    tokens(images, std::span<const Tap>(&tap, 1), &found);
    return found;
  }
  std::vector<X> tokens(const X& images, std::span<const Tap> taps) const {
    std::vector<X> found(taps.size());
    tokens(images, taps, found.data());
    return found;
  }

  /// What the first block gets, `B×T×C`: class and distillation token, the registers and the patches, with their positions; registers have none.
  X embed(const X& images) const {
    X x = patch_embed_(images);
    if (positions_) x = add(std::move(x), positions_->of_grid(grid_of(images.shape())));
    if (config_.registers > 0) x = concat(register_tokens_, x, 1);
    X leading = config_.distillation_token ? concat(cls_token_, dist_token_, 1) : cls_token_;
    if (positions_) leading = add(std::move(leading), positions_->of_leading());
    x = concat(leading, x, 1);
    return config_.pre_norm ? norm_pre_(std::move(x)) : x;
  }

  /// The block that a parameter is of; -1 before the first, `depth()` behind the last.
  std::int64_t part_of(std::string_view name) const {
    constexpr std::string_view blocks = "blocks.";
    std::int64_t block = -1;
    if (name.starts_with(blocks)) std::from_chars(name.data() + blocks.size(), name.data() + name.size(), block);
    return name.starts_with("norm.") || name == "proj" ? config_.depth : block;
  }
  /// The names of the parameters that the network has without adapters.
  std::set<std::string> plain_names() const {
    std::set<std::string> names;
    const auto insert = [&names](const std::string& name, const auto&) { names.insert(name); };
    const_cast<DinoV2&>(*this).visit_with(insert, "", [&](auto& block, const std::string& prefix) { block.visit_plain(insert, prefix); });
    return names;
  }
  /// Whether an adapter's parameter starts at zero, so that the network starts as the one without adapters.
  bool starts_at_zero(std::string_view name) const { return Adapter<B>::starts_at_zero(name); }
  /// What decides the features beside the parameters.
  std::string settings() const {
    if (!positions_) return std::to_string(config_.heads) + " heads, rotary positions of base " + detail::fixed(config_.rotary_base, 6);
    return std::to_string(config_.heads) + " heads, positions resized by offset " + detail::fixed(config_.position_offset, 6) +
           (config_.position_antialias ? " with" : " without") + " antialiasing";
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visit_with(visitor, prefix, [&](auto& block, const std::string& block_prefix) { block.visit(visitor, block_prefix); });
  }

 private:
  template <class Visitor, class VisitBlock>
  void visit_with(Visitor&& visitor, const std::string& prefix, const VisitBlock& visit_block) {
    visitor(prefix + "cls_token", cls_token_);
    if (config_.distillation_token) visitor(prefix + "dist_token", dist_token_);
    if (positions_) positions_->visit(visitor, prefix + "pos_embed");
    if (config_.registers > 0) visitor(prefix + "register_tokens", register_tokens_);
    if (config_.mask_token) visitor(prefix + "mask_token", mask_token_);
    patch_embed_.visit(visitor, prefix + "patch_embed.");
    if (config_.pre_norm) norm_pre_.visit(visitor, prefix + "norm_pre.");
    for (std::size_t i = 0; i < blocks_.size(); ++i) visit_block(blocks_[i], prefix + "blocks." + std::to_string(i) + ".");
    if (config_.final_norm) norm_.visit(visitor, prefix + "norm.");
    if (config_.projection > 0) visit_projection(visitor, prefix + "proj");
    if constexpr (requires { visitor.unused(prefix); }) {
      const detail::UnusedVisitor<std::remove_reference_t<Visitor>> unused{visitor};
      if (!positions_) visitor.unused(prefix + "rope_embed.periods");
      for (std::int64_t i = config_.depth; i < config_.depth + config_.blocks_cut; ++i)
        blocks_[0].visit_plain(unused, prefix + "blocks." + std::to_string(i) + ".");
      if (!config_.final_norm) norm_.visit(unused, prefix + "norm.");
      for (const char* head : {"head.weight", "head.bias", "head_dist.weight", "head_dist.bias", "proj"}) {
        if (config_.classifier) visitor.unused(prefix + head);
      }
    }
  }
  /// As CLIP's authors have it; timm and Hugging Face have it as a linear layer's weight.
  template <class Visitor>
  void visit_projection(Visitor&& visitor, const std::string& name) {
    const Shape transposed{config_.projection, config_.channels};
    const ParameterConversion conversion{
        [transposed](const Shape& stored) { return std::string(stored == transposed ? "the file's matrix is transposed" : ""); },
        [](const Shape& stored, std::span<const float> values) {
          return transpose(Tensor<Cpu<f32>>::from(Shape{1, stored[0], stored[1]}, values), 1).to_vector();
        }};
    visit_convertible(visitor, name, proj_, conversion);
  }

  static Config validated(Config config) {
    config.validate();
    return config;
  }

  void require(Tap tap) const {
    VPR_REQUIRE(ConfigError, tap.block >= -1 && tap.block < config_.depth, "dinov2: got block ", tap.block, ", want one in [0, ",
                config_.depth, ")");
    VPR_REQUIRE(ConfigError, tap.block >= 0 || tap.facet == Facet::token, "dinov2: a facet is taken of a block: name the block");
  }

  void tokens(const X& images, std::span<const Tap> taps, X* found) const {
    for (const Tap& tap : taps) require(tap);
    for_each_tap(
        embed(images), config_.depth, taps,
        [this, grid = grid_of(images.shape())](std::int64_t block, X x) { return after_block(block, std::move(x), grid); },
        [&](std::size_t i, const X& x) { found[i] = tapped(x, taps[i]); });
  }

  void require_before(const X& x, const Shape& images, std::int64_t done, std::int64_t most) const {
    VPR_REQUIRE(ConfigError, done >= 0 && done <= most, "dinov2: got tokens after ", done, " blocks, want at most ", most);
    const std::int64_t tokens = config_.leading() + grid_of(images).patches();
    VPR_REQUIRE(ShapeError, x.shape().rank() == 3 && x.shape()[1] >= tokens && x.shape()[2] == config_.channels, "dinov2: got tokens ",
                x.shape(), ", want Bx", tokens, "x", config_.channels);
  }

  X after_block(std::int64_t index, X x, Grid grid) const {
    const auto block = [this, index, layout = TokenLayout{config_.leading(), grid}](X in) {
      return blocks_[static_cast<std::size_t>(index)](std::move(in), layout);
    };
    return checkpointing_ ? checkpoint(block, std::move(x)) : block(std::move(x));
  }

  Features<X> features_of(const X& all, Grid grid) const {
    const std::int64_t end = config_.leading() + grid.patches(), tokens = all.shape()[1];
    return {reshape(slice(all, 1, 0, 1), Shape{all.shape()[0], all.shape()[2]}), slice(all, 1, config_.leading(), end), grid,
            tokens > end ? slice(all, 1, end, tokens) : X()};
  }

  /// What a tap takes of the tokens there.
  X tapped(const X& x, Tap tap) const {
    if (tap.block < 0) {
      if (!config_.final_norm) return x;
      return config_.projection > 0 ? matmul(norm_(x), proj_) : norm_(x);
    }
    if (tap.facet == Facet::token) return x;
    const Block<B, Adapter>& block = blocks_[static_cast<std::size_t>(tap.block)];
    const std::int64_t part = static_cast<std::int64_t>(tap.facet) - 1;
    return slice(block.attn.joint(block.norm1(x)), 2, part * config_.channels, (part + 1) * config_.channels);
  }

  Grid grid_of(const Shape& images) const { return grid(images[2], images[3]); }

  Config config_;
  PatchEmbedding<B> patch_embed_;
  X cls_token_, dist_token_;
  std::optional<PositionEmbedding<B>> positions_;  // none where they are rotary
  X register_tokens_, mask_token_;
  LayerNorm<B> norm_pre_;
  std::vector<Block<B, Adapter>> blocks_;
  LayerNorm<B> norm_;
  X proj_;
  bool checkpointing_ = false;
};

}  // namespace vpr
