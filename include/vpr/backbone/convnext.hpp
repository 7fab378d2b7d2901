// SPDX-License-Identifier: MIT
/// @file
/// ConvNeXt, convolutional networks shaped as transformers.
#pragma once

#include <vpr/backbone/staged.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/linear.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// The sizes of a ConvNeXt; those of ConvNeXt-T unless others are given.
struct ConvNextConfig {
  std::array<std::int64_t, 4> blocks{3, 3, 9, 3};  ///< of each stage
  std::int64_t width = 96;                         ///< channels of the first stage; twice as many in each further one
  std::int64_t stages = 4;                         ///< how many are taken: see `first`

  /// The channels that a stage gives, counted from 0.
  std::int64_t channels(std::int64_t stage) const { return width << stage; }
  /// The network cut after its first `count` stages.
  /// @throws ConfigError  if it has not so many
  ConvNextConfig first(std::int64_t count) const {
    VPR_REQUIRE(ConfigError, count > 0 && count <= stages, "ConvNeXt: got the first ", count, " stages, it has ", stages);
    ConvNextConfig config = *this;
    config.stages = count;
    return config;
  }
  /// @throws ConfigError  for sizes that no such network can have.
  void validate() const {
    const bool has_blocks = std::all_of(blocks.begin(), blocks.end(), [](std::int64_t count) { return count > 0; });
    VPR_REQUIRE(ConfigError, has_blocks && stages > 0 && stages <= std::ssize(blocks) && width > 0, "ConvNeXt: got ", stages,
                " stages and a width of ", width, ", want 1 to 4 stages, a block in each, and a positive width");
  }
};

/// A block of a ConvNeXt (Liu et al., CVPR 2022, section 2.6): x + scale ∘ mlp(norm(depthwise 7×7(x))), the mlp being four times as wide inside, with
/// GELU. The first of a stage but the first normalises and halves the map before, by a 2×2 convolution.
template <class B>
class ConvNextBlock {
 public:
  using backend = B;
  using X = typename B::tensor;

  ConvNextBlock(const ConvNextConfig& config, std::int64_t stage, bool is_first)
      : depthwise_(config.channels(stage), config.channels(stage), {7, 1, 3}, true, config.channels(stage)),
        norm_(config.channels(stage), eps),
        in_(config.channels(stage), 4 * config.channels(stage)),
        out_(4 * config.channels(stage), config.channels(stage)),
        scale_(X::zeros(Shape{config.channels(stage), 1, 1})) {
    if (is_first && stage > 0)
      down_.emplace(Down{{config.channels(stage - 1), eps}, {config.channels(stage - 1), config.channels(stage), halving}});
  }

  X operator()(X x, Grid map) const {
    if (down_) {
      x = down_->convolution(down_->norm(std::move(x)), map);
      map = halving.positions(map);
    }
    const X hidden = in_(norm_(depthwise_(x, map)), {.activation = Activation::gelu});
    return out_(hidden, {.gate = &scale_, .residual = std::move(x)});
  }

  /// Under torchvision's names for block `index` of a stage.
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix, std::int64_t stage, std::size_t index) {
    const auto layer = [&prefix](std::int64_t number) { return prefix + "features." + std::to_string(number) + '.'; };
    if (down_) {
      down_->norm.visit(visitor, layer(2 * stage) + "0.");
      down_->convolution.visit(visitor, layer(2 * stage) + "1.");
    }
    const std::string name = layer(2 * stage + 1) + std::to_string(index) + '.';
    visitor(name + "layer_scale", scale_);
    depthwise_.visit(visitor, name + "block.0.");
    norm_.visit(visitor, name + "block.2.");
    in_.visit(visitor, name + "block.3.");
    out_.visit(visitor, name + "block.5.");
  }

  static constexpr Window halving{2, 2, 0};
  static constexpr typename B::value eps = typename B::value(1e-6);

 private:
  struct Down {
    LayerNorm<B> norm;
    Convolution<B> convolution;
  };

  std::optional<Down> down_;
  Convolution<B> depthwise_;
  LayerNorm<B> norm_;
  Linear<B> in_, out_;
  X scale_;
};

/// ConvNeXt (Liu et al., CVPR 2022) without what classifies: see `StagedNetwork`. The stem, a 4×4 convolution of stride 4, quarters the image, and
/// each of the four stages but the first halves the map, rounded down. No normalisation follows the last stage. Parameters have torchvision's names.
/// Goldens backbone_convnext_*.
template <class B = Cpu<f32>>
class ConvNext : public StagedNetwork<ConvNext<B>, ConvNextBlock<B>> {
 public:
  using X = typename B::tensor;
  static constexpr std::string_view name = "ConvNeXt";

  /// All parameters are as after construction, most of them zero, until weights are loaded.
  /// @throws ConfigError  for sizes that no such network can have.
  explicit ConvNext(const ConvNextConfig& config = {})
      : config_(validated(config)), stem_(3, config.width, patch), stem_norm_(config.width, ConvNextBlock<B>::eps) {
    for (std::int64_t stage = 0; stage < config.stages; ++stage) {
      auto& blocks = this->stages_.emplace_back();
      for (std::int64_t i = 0; i < config.blocks[static_cast<std::size_t>(stage)]; ++i) blocks.emplace_back(config, stage, i == 0);
    }
  }

  const ConvNextConfig& config() const& { return config_; }
  ConvNextConfig config() && { return config_; }

  X stem(const X& pixels, Grid grid) const { return stem_norm_(stem_(pixels, grid)); }
  Grid grid_after(Grid pixels, std::int64_t stages) const {
    Grid map = patch.positions(pixels);
    for (std::int64_t stage = 1; stage < stages; ++stage) map = ConvNextBlock<B>::halving.positions(map);
    return map;
  }
  std::int64_t channels_after(std::int64_t stages) const { return config_.channels(std::max<std::int64_t>(stages - 1, 0)); }

  /// The stage that a parameter is of; -1 for the stem.
  std::int64_t part_of(std::string_view parameter) const {
    const std::string_view digits = parameter.substr(std::min(parameter.size(), parameter.find('.') + 1));
    std::int64_t layer = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), layer);
    return layer == 0 ? -1 : layer / 2;  // 0 is the stem, 2s halves the map before stage s, 2s + 1 is its blocks
  }
  /// What decides the features beside the parameters.
  std::string settings() const { return "without a last norm"; }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    stem_.visit(visitor, prefix + "features.0.0.");
    stem_norm_.visit(visitor, prefix + "features.0.1.");
    for (std::int64_t stage = 0; stage < this->depth(); ++stage) {
      auto& blocks = this->stages_[static_cast<std::size_t>(stage)];
      for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i].visit(visitor, prefix, stage, i);
    }
    if constexpr (requires { visitor.unused(prefix); }) {
      const auto unused = [&visitor](const std::string& parameter, auto&) { visitor.unused(parameter); };
      for (std::int64_t stage = this->depth(); stage < std::ssize(config_.blocks); ++stage) {
        for (std::size_t i = 0; std::cmp_less(i, config_.blocks[static_cast<std::size_t>(stage)]); ++i)
          ConvNextBlock<Shapes>(config_, stage, i == 0).visit(unused, prefix, stage, i);
      }
      for (const char* layer : {"0", "2"}) {
        for (const char* parameter : {".weight", ".bias"}) visitor.unused(prefix + "classifier." + layer + parameter);
      }
    }
  }

 private:
  static constexpr Window patch{4, 4, 0};

  static ConvNextConfig validated(const ConvNextConfig& config) {
    config.validate();
    return config;
  }

  ConvNextConfig config_;
  Convolution<B> stem_;
  LayerNorm<B> stem_norm_;
};

}  // namespace vpr
