// SPDX-License-Identifier: MIT
/// @file
/// The sizes and options of vision transformers, and the published ones by name.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/grid.hpp>
#include <vpr/layer/feed_forward.hpp>

#include <cstdint>
#include <string_view>

namespace vpr {

/// How position embeddings are resized to another grid. Both published rules are bicubic.
enum class PositionRule {
  offset,  ///< by the scale (side + 0.1) / trained side, without antialiasing: DINOv2 without registers
  size,    ///< to the size, with antialiasing: DINOv2 with registers
};

inline std::string_view text_of(PositionRule rule) { return rule == PositionRule::size ? "size" : "offset0.1"; }

/// The position rule of that name. @throws ConfigError  for another
inline PositionRule find_position_rule(std::string_view name) {
  for (const PositionRule rule : {PositionRule::offset, PositionRule::size}) {
    if (name == text_of(rule)) return rule;
  }
  fail<ConfigError>("there is no position rule '", name, "'; there are offset0.1, size");
}

/// Sizes and options of a vision transformer (Dosovitskiy et al. 2021), as DINOv2 has them (Oquab et al. 2023) unless others are given.
struct VitConfig {
  std::int64_t channels = 384;
  std::int64_t depth = 12;
  std::int64_t heads = 6;
  FeedForwardKind feed_forward = FeedForwardKind::gelu;
  bool mask_token = true;           ///< whether files hold a mask token, which training alone uses
  bool distillation_token = false;  ///< a second learned token behind the class token, as in DeiT (Touvron et al. 2021)
  std::int64_t registers = 0;       ///< register tokens between the class token and the patches (Darcet et al. 2024)
  std::int64_t patch_size = 14;     ///< pixels
  std::int64_t trained_side = 518;  ///< side in pixels of the images that the position embedding is for
  std::int64_t trained_width = 0;   ///< their width, where they are not square, beside which `trained_side` is their height
  double position_offset = 0.1;     ///< added to the grid's sides in the scale of the position embedding; 0: the size itself decides
  bool position_antialias = false;
  double rotary_base = 0;  ///< of rotary positions in place of learned ones, as in DINOv3; 0: learned ones
  bool patch_bias = true;
  bool qkv_bias = true;
  bool key_bias = true;  ///< false: queries and values alone have one, as in DINOv3
  bool proj_bias = true;
  bool feed_forward_bias = true;
  bool layer_scale = true;  ///< whether each branch of a block is scaled by learned factors, as in DINOv2 but not in DINO or MAE
  double norm_eps = 1e-6;
  bool pre_norm = false;  ///< whether the tokens are normalised before the first block, too, as in CLIP

  std::int64_t projection = 0;  ///< channels that the normalised tokens are projected to at the end, as in CLIP; 0: they are not
  bool classifier = false;      ///< whether files may hold a classifier or projection, which gives no features

  bool final_norm = true;       ///< whether the tokens are normalised behind the last block
  std::int64_t blocks_cut = 0;  ///< how many further blocks the published network has: see `first`

  /// Channels inside the feed-forward network: four times the channels; for SwiGLU two thirds of that, up to a multiple of 8.
  std::int64_t hidden() const { return feed_forward == FeedForwardKind::swiglu ? (4 * channels * 2 / 3 + 7) / 8 * 8 : 4 * channels; }
  /// The grid of patches that the position embedding is for.
  Grid trained_grid() const { return {trained_side / patch_size, (trained_width > 0 ? trained_width : trained_side) / patch_size}; }
  /// Tokens before the patches: class and distillation token, registers.
  std::int64_t leading() const { return 1 + (distillation_token ? 1 : 0) + registers; }
  PositionRule position_rule() const { return position_antialias ? PositionRule::size : PositionRule::offset; }
  /// The network cut after its first `blocks` blocks, without the normalisation at its end.
  /// @throws ConfigError  if it has not so many
  VitConfig first(std::int64_t blocks) const {
    VPR_REQUIRE(ConfigError, blocks > 0 && blocks <= depth, "vision transformer: got the first ", blocks, " blocks, it has ", depth);
    VitConfig config = *this;
    config.blocks_cut = blocks_cut + depth - blocks;
    config.depth = blocks;
    config.final_norm = false;
    config.classifier = classifier || projection > 0;
    config.projection = 0;
    return config;
  }
  VitConfig with(PositionRule rule) const {
    VitConfig config = *this;
    config.position_offset = rule == PositionRule::offset ? 0.1 : 0.0;
    config.position_antialias = rule == PositionRule::size;
    return config;
  }
  /// The same network with four registers, and the position rule that those are published with.
  VitConfig with_registers() const {
    VitConfig config = with(PositionRule::size);
    config.registers = 4;
    return config;
  }
  /// The same network with patches of another size.
  VitConfig of_patches(std::int64_t pixels) const {
    VitConfig config = *this;
    config.patch_size = pixels;
    return config;
  }
  /// The same network as timm's are trained, and as DeiT's distilled ones are: with classifiers, and positions resized with antialiasing.
  VitConfig supervised() const {
    VitConfig config = with(PositionRule::size);
    config.classifier = true;
    return config;
  }
  VitConfig distilled() const {
    VitConfig config = supervised();
    config.distillation_token = true;
    return config;
  }
  /// The same network as the visual tower of CLIP, with a projection to so many channels (Radford et al. 2021, section 2.4).
  VitConfig clip(std::int64_t outputs) const {
    VitConfig config = with(PositionRule::size);
    config.feed_forward = FeedForwardKind::quick_gelu;
    config.patch_bias = false;
    config.norm_eps = 1e-5;
    config.pre_norm = true;
    config.projection = outputs;
    return config;
  }
  /// The same network as DINOv3's (Siméoni et al. 2025).
  VitConfig dinov3() const {
    VitConfig config = *this;
    config.mask_token = true;
    config.registers = 4;
    config.rotary_base = 100;
    config.key_bias = false;
    config.layer_scale = true;
    config.norm_eps = 1e-5;
    return config;
  }
  /// @throws ConfigError  for sizes that no such network can have.
  void validate() const {
    VPR_REQUIRE(ConfigError, channels > 0 && depth > 0 && heads > 0 && channels % heads == 0, "vision transformer: got ", channels,
                " channels, ", depth, " blocks and ", heads, " heads, want positive ones and channels that the heads divide");
    VPR_REQUIRE(ConfigError,
                registers >= 0 && projection >= 0 && patch_size > 0 && trained_side >= patch_size && trained_side % patch_size == 0 &&
                    (trained_width == 0 || (trained_width >= patch_size && trained_width % patch_size == 0)),
                "vision transformer: got ", registers, " registers, a projection to ", projection, " channels, patches of ", patch_size,
                " and a trained side of ", trained_side, " pixels and width of ", trained_width);
    VPR_REQUIRE(ConfigError, is_finite(position_offset) && position_offset >= 0 && position_offset < 1,
                "vision transformer: got a position offset of ", position_offset, ", want one in [0, 1)");
    VPR_REQUIRE(ConfigError, rotary_base == 0 || (is_finite(rotary_base) && rotary_base > 0 && channels / heads % 4 == 0),
                "vision transformer: got rotary positions of base ", rotary_base, " for heads of ", channels / heads,
                " channels, want a base above 0 and a multiple of 4 channels");
    VPR_REQUIRE(ConfigError, is_finite(norm_eps) && norm_eps > 0, "vision transformer: got a norm_eps of ", norm_eps);
  }
};

/// The published sizes. Each is a type, so that a system is one: `DinoV2<ViTB14>`.
struct ViTS14 : VitConfig {
  ViTS14() : VitConfig{.channels = 384, .depth = 12, .heads = 6} {}
};
struct ViTB14 : VitConfig {
  ViTB14() : VitConfig{.channels = 768, .depth = 12, .heads = 12} {}
};
struct ViTL14 : VitConfig {
  ViTL14() : VitConfig{.channels = 1024, .depth = 24, .heads = 16} {}
};
struct ViTG14 : VitConfig {
  ViTG14() : VitConfig{.channels = 1536, .depth = 40, .heads = 24, .feed_forward = FeedForwardKind::swiglu} {}
};

/// The sizes with patches of 16 pixels and without layer scale, as DINO has them (Caron et al. 2021).
struct ViT16 : VitConfig {
  ViT16(std::int64_t channels_, std::int64_t depth_, std::int64_t heads_)
      : VitConfig{.channels = channels_,
                  .depth = depth_,
                  .heads = heads_,
                  .mask_token = false,
                  .patch_size = 16,
                  .trained_side = 224,
                  .layer_scale = false} {}
};
struct ViTTi16 : ViT16 {
  ViTTi16() : ViT16(192, 12, 3) {}
};
struct ViTS16 : ViT16 {
  ViTS16() : ViT16(384, 12, 6) {}
};
struct ViTB16 : ViT16 {
  ViTB16() : ViT16(768, 12, 12) {}
};
struct ViTL16 : ViT16 {
  ViTL16() : ViT16(1024, 24, 16) {}
};

/// A published size with registers: `DinoV2<WithRegisters<ViTB14>>`.
template <class Config>
struct WithRegisters : VitConfig {
  WithRegisters() : VitConfig(Config{}.with_registers()) {}
};

}  // namespace vpr
