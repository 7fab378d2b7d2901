// SPDX-License-Identifier: MIT
/// @file
/// DINOv2, the vision transformer that the library's systems stand on.
#pragma once

#include <vpr/backbone/block.hpp>
#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/position_embedding.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/patch_embedding.hpp>
#include <vpr/ops/checkpoint.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// Which tokens of a block: its output, or one third of its attention's joint projection, as AnyLoc takes them.
enum class Facet { token, query, key, value };

/// Where tokens are taken: after block `block` (from 0), or with -1 from the final normalisation.
struct Tap {
  std::int64_t block = -1;
  Facet facet = Facet::token;
};

/// DINOv2 (Oquab et al. 2023), with registers (Darcet et al. 2024) if its configuration has them.
///
/// @tparam Config   a `VitConfig`, or a type that is one with fixed values, such as `ViTB14`
/// @tparam Adapter  a class template over the backend that is plugged into every block: see `BlockAdapter`
/// @tparam B        the backend
///
/// Images may have any height and width that are multiples of the patch size. Each image is computed by itself: its
/// features have the same bits in any batch and on any number of threads. Its parameters carry the names of the official
/// checkpoints. Equal to facebookresearch/dinov2; goldens dinov2_*.
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
        patch_embed_(config_.channels, config_.patch_size),
        cls_token_(X::zeros(Shape{1, 1, config_.channels})),
        positions_(config_),
        mask_token_(X::zeros(Shape{1, config_.channels})),
        norm_(config_.channels, typename B::value(1e-6)) {
    if (config_.registers > 0) register_tokens_ = X::zeros(Shape{1, config_.registers, config_.channels});
    blocks_.reserve(static_cast<std::size_t>(config_.depth));
    for (std::int64_t i = 0; i < config_.depth; ++i) blocks_.emplace_back(config_, make(config_, i));
  }

  const Config& config() const& { return config_; }
  Config config() && { return config_; }
  std::int64_t channels() const { return config_.channels; }
  std::int64_t multiple() const { return config_.patch_size; }
  /// The grid of the features of an image of that size.
  Grid grid(std::int64_t height, std::int64_t width) const { return {height / config_.patch_size, width / config_.patch_size}; }
  /// In training: whether the blocks' intermediate results are computed again by `backward` instead of being kept, which takes a third
  /// more time and, of each block, the memory of its input alone. The network must stay where it is until then. No effect otherwise.
  void set_checkpointing(bool wanted) { checkpointing_ = wanted; }
  std::vector<Block<B, Adapter>>& blocks() & { return blocks_; }
  const std::vector<Block<B, Adapter>>& blocks() const& { return blocks_; }
  void blocks() const&& = delete;

  /// The features of `B×3×H×W` images at `tap`. Register tokens are left out.
  /// @throws ShapeError   if H or W is not a positive multiple of the patch size.
  /// @throws ConfigError  if there is no such block, or a facet is asked of the final normalisation.
  Features<X> operator()(const X& images, Tap tap = {}) const { return std::move((*this)(images, std::array{tap})[0]); }
  /// The features at several taps, from one pass to the deepest of them.
  template <std::size_t N>
  std::array<Features<X>, N> operator()(const X& images, const std::array<Tap, N>& taps) const {
    const std::array<X, N> all = tokens(images, taps);
    std::array<Features<X>, N> features;
    for (std::size_t i = 0; i < N; ++i) features[i] = features_of(all[i], grid_of(images));
    return features;
  }
  /// The final features and those at another tap, from one pass.
  std::array<Features<X>, 2> with_tap(const X& images, Tap other) const { return (*this)(images, std::array{Tap{}, other}); }

  /// The final features from what the first `done` blocks made of images of that grid, `B×T×C`: `tokens(images, Tap{done - 1})`, or of none `embed(images)`.
  /// They have the bits of `(*this)(images)`.
  /// @throws ConfigError  if there are fewer blocks; ShapeError  for other tokens than the grid's.
  Features<X> continued(X x, Grid grid, std::int64_t done) const {
    VPR_REQUIRE(ConfigError, done >= 0 && done <= config_.depth, "dinov2: got tokens after ", done, " blocks, want at most ",
                config_.depth);
    VPR_REQUIRE(ShapeError, x.shape().rank() == 3 && x.shape()[1] == leading() + grid.patches() && x.shape()[2] == config_.channels,
                "dinov2: got tokens ", x.shape(), ", want Bx", leading() + grid.patches(), "x", config_.channels);
    for (; done < config_.depth; ++done) x = after_block(done, std::move(x), grid);
    return features_of(norm_(x), grid);
  }

  /// All tokens at `tap`, `B×T×C`: the class token, the registers, the patches. AnyLoc keeps the registers among the patches.
  X tokens(const X& images, Tap tap = {}) const { return std::move(tokens(images, std::array{tap})[0]); }
  template <std::size_t N>
  std::array<X, N> tokens(const X& images, const std::array<Tap, N>& taps) const {
    for (const Tap& tap : taps) {
      VPR_REQUIRE(ConfigError, tap.block >= -1 && tap.block < config_.depth, "dinov2: got block ", tap.block, ", want one in [0, ",
                  config_.depth, ")");
      VPR_REQUIRE(ConfigError, tap.block >= 0 || tap.facet == Facet::token, "dinov2: a facet is taken of a block: name the block");
    }
    const Grid grid = grid_of(images);
    std::array<X, N> found;
    X x = embed(images);
    for (std::int64_t done = 0;; ++done) {
      bool deeper = false;
      for (std::size_t i = 0; i < N; ++i) {
        if (blocks_before(taps[i]) == done) found[i] = tapped(x, taps[i]);
        deeper |= blocks_before(taps[i]) > done;
      }
      if (!deeper) return found;
      x = after_block(done, std::move(x), grid);
    }
  }

  /// What the first block gets, `B×T×C`: the class token, the registers and the patches, with their positions; registers have none.
  X embed(const X& images) const {
    X x = patch_embed_(images);
    x = add(std::move(x), positions_.of_grid(grid_of(images)));
    if (config_.registers > 0) x = concat(register_tokens_, x, 1);
    return concat(add(cls_token_, positions_.of_class()), x, 1);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "cls_token", cls_token_);
    positions_.visit(visitor, prefix + "pos_embed");
    if (config_.registers > 0) visitor(prefix + "register_tokens", register_tokens_);
    visitor(prefix + "mask_token", mask_token_);
    patch_embed_.visit(visitor, prefix + "patch_embed.");
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].visit(visitor, prefix + "blocks." + std::to_string(i) + ".");
    norm_.visit(visitor, prefix + "norm.");
  }

 private:
  static Config validated(Config config) {
    config.validate();
    return config;
  }

  std::int64_t leading() const { return 1 + config_.registers; }

  /// How many whole blocks the tokens go through before a tap.
  std::int64_t blocks_before(Tap tap) const {
    return tap.block < 0 ? config_.depth : tap.facet == Facet::token ? tap.block + 1 : tap.block;
  }

  X after_block(std::int64_t index, X x, Grid grid) const {
    const auto block = [this, index, layout = TokenLayout{leading(), grid}](X in) {
      return blocks_[static_cast<std::size_t>(index)](std::move(in), layout);
    };
    return checkpointing_ ? checkpoint(block, std::move(x)) : block(std::move(x));
  }

  Features<X> features_of(const X& all, Grid grid) const {
    return {reshape(slice(all, 1, 0, 1), Shape{all.shape()[0], config_.channels}), slice(all, 1, leading(), all.shape()[1]), grid};
  }

  /// What a tap takes of the tokens there.
  X tapped(const X& x, Tap tap) const {
    if (tap.block < 0) return norm_(x);
    if (tap.facet == Facet::token) return x;
    const Block<B, Adapter>& block = blocks_[static_cast<std::size_t>(tap.block)];
    const std::int64_t part = static_cast<std::int64_t>(tap.facet) - 1;
    return slice(block.attn.qkv(block.norm1(x)), 2, part * config_.channels, (part + 1) * config_.channels);
  }

  Grid grid_of(const X& images) const { return grid(images.shape()[2], images.shape()[3]); }

  Config config_;
  PatchEmbedding<B> patch_embed_;
  X cls_token_;
  PositionEmbedding<B> positions_;
  X register_tokens_;
  X mask_token_;
  std::vector<Block<B, Adapter>> blocks_;
  LayerNorm<B> norm_;
  bool checkpointing_ = false;
};

}  // namespace vpr
