// SPDX-License-Identifier: MIT
/// @file
/// Residual convolutional networks.
#pragma once

#include <vpr/backbone/staged.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/layer/normed_convolution.hpp>
#include <vpr/ops/maps.hpp>

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

/// The sizes of a ResNet; those of ResNet-50 unless others are given.
struct ResNetConfig {
  std::array<std::int64_t, 4> blocks{3, 4, 6, 3};  ///< of each stage
  bool bottleneck = true;                          ///< whether a block is 1×1, 3×3 and 1×1, four times as wide at its end; else two 3×3
  std::int64_t groups = 1;                         ///< of a bottleneck's 3×3
  std::int64_t group_width = 64;                   ///< channels of a group in the first stage; twice as many in each further one
  std::int64_t width = 64;                         ///< channels before the first stage
  std::int64_t stages = 4;                         ///< how many are taken: see `first`

  /// The channels that a stage gives, counted from 0; before the first they are `width`.
  std::int64_t channels(std::int64_t stage) const { return stage < 0 ? width : (bottleneck ? 4 : 1) * (width << stage); }
  /// The network cut after its first `count` stages.
  /// @throws ConfigError  if it has not so many
  ResNetConfig first(std::int64_t count) const {
    VPR_REQUIRE(ConfigError, count > 0 && count <= stages, "ResNet: got the first ", count, " stages, it has ", stages);
    ResNetConfig config = *this;
    config.stages = count;
    return config;
  }
  /// @throws ConfigError  for sizes that no such network can have.
  void validate() const {
    const bool has_blocks = std::all_of(blocks.begin(), blocks.end(), [](std::int64_t count) { return count > 0; });
    VPR_REQUIRE(ConfigError, has_blocks && stages > 0 && stages <= 4, "ResNet: got ", stages, " stages of ", blocks[0], ", ", blocks[1],
                ", ", blocks[2], " and ", blocks[3], " blocks, want 1 to 4 stages, and a block in each");
    VPR_REQUIRE(ConfigError, width > 0 && groups > 0 && group_width > 0, "ResNet: got a width of ", width, " and ", groups, " groups of ",
                group_width, " channels, want positive ones");
  }
};

/// A block of a ResNet: what its convolutions make of a map, added to the map, or to a 1×1 convolution of it where the shapes differ; then ReLU
/// (He et al., CVPR 2016, fig. 5). A bottleneck's 3×3 has the stride, as torchvision has it.
template <class B>
class ResidualBlock {
 public:
  using backend = B;
  using X = typename B::tensor;

  ResidualBlock(const ResNetConfig& config, std::int64_t stage, bool is_first) {
    const std::int64_t outputs = config.channels(stage), inputs = is_first ? config.channels(stage - 1) : outputs;
    const std::int64_t stride = is_first && stage > 0 ? 2 : 1;
    const auto add = [this](std::int64_t from, std::int64_t to, Window window, std::int64_t groups = 1) {
      convolutions_.emplace_back(from, to, window, eps, false, groups);
    };
    if (config.bottleneck) {
      const std::int64_t inner = config.groups * (config.group_width << stage);
      add(inputs, inner, {});
      add(inner, inner, {3, stride, 1}, config.groups);
      add(inner, outputs, {});
    } else {
      add(inputs, outputs, {3, stride, 1});
      add(outputs, outputs, {3, 1, 1});
    }
    if (stride != 1 || inputs != outputs) shortcut_.emplace(inputs, outputs, Window{1, stride, 0}, eps);
  }

  /// `B×(H·W)×I` to `B×(H'·W')×O`.
  X operator()(X x, Grid map) const {
    X y;
    Grid inner = map;
    for (std::size_t i = 0; i + 1 < convolutions_.size(); ++i) {
      y = convolutions_[i](i == 0 ? x : y, inner, true);
      inner = convolutions_[i].conv.window.positions(inner);
    }
    return convolutions_.back()(y, inner, true, shortcut_ ? (*shortcut_)(x, map) : std::move(x));
  }

  void freeze_statistics(bool frozen) {
    for (NormedConvolution<B>& convolution : convolutions_) convolution.bn.freeze_statistics(frozen);
    if (shortcut_) shortcut_->bn.freeze_statistics(frozen);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::size_t i = 0; i < convolutions_.size(); ++i) {
      const std::string number = std::to_string(i + 1) + '.';
      convolutions_[i].visit(visitor, prefix + "conv" + number, prefix + "bn" + number);
    }
    if (shortcut_) shortcut_->visit(visitor, prefix + "downsample.0.", prefix + "downsample.1.");
  }

  static constexpr typename B::value eps = typename B::value(1e-5);

 private:
  std::vector<NormedConvolution<B>> convolutions_;
  std::optional<NormedConvolution<B>> shortcut_;
};

/// ResNet (He et al., CVPR 2016) and ResNeXt (Xie et al., CVPR 2017) without what classifies: see `StagedNetwork`. The features are 0 or more.
///
/// Each of the four stages but the first halves the map, rounded up, and the stem quarters the image so. Each image is
/// computed by itself, in training too: there the batch normalisations take their running statistics, and train what they multiply by and add.
/// `freeze_statistics(false)` has them take the batch's, as PyTorch's `train()`. Parameters have torchvision's names. Equal to torchvision; goldens
/// backbone_resnet*, backbone_resnext*.
template <class B = Cpu<f32>>
class ResNet : public StagedNetwork<ResNet<B>, ResidualBlock<B>> {
 public:
  using X = typename B::tensor;
  static constexpr std::string_view name = "ResNet";

  /// All parameters are as after construction, most of them zero, until weights are loaded.
  /// @throws ConfigError  for sizes that no such network can have.
  explicit ResNet(const ResNetConfig& config = {}) : config_(validated(config)), stem_(3, config.width, {7, 2, 3}, ResidualBlock<B>::eps) {
    for (std::int64_t stage = 0; stage < config.stages; ++stage) {
      auto& blocks = this->stages_.emplace_back();
      for (std::int64_t i = 0; i < config.blocks[static_cast<std::size_t>(stage)]; ++i) blocks.emplace_back(config, stage, i == 0);
    }
    freeze_statistics(true);
  }

  const ResNetConfig& config() const& { return config_; }
  ResNetConfig config() && { return config_; }

  /// In training: whether the batch normalisations take their running statistics, not the batch's. No effect otherwise.
  void freeze_statistics(bool frozen) {
    frozen_statistics_ = frozen;
    stem_.bn.freeze_statistics(frozen);
    for (auto& blocks : this->stages_) {
      for (ResidualBlock<B>& block : blocks) block.freeze_statistics(frozen);
    }
  }

  X stem(const X& pixels, Grid grid) const { return max_pool(stem_(pixels, grid, true), halving.positions(grid), halving); }
  Grid grid_after(Grid pixels, std::int64_t stages) const {
    Grid map = halving.positions(halving.positions(pixels));  // the stem's
    for (std::int64_t stage = 1; stage < stages; ++stage) map = halving.positions(map);
    return map;
  }
  std::int64_t channels_after(std::int64_t stages) const { return config_.channels(stages - 1); }

  /// The stage that a parameter is of; -1 for the stem.
  std::int64_t part_of(std::string_view parameter) const {
    constexpr std::string_view layer = "layer";
    std::int64_t number = 0;
    if (parameter.starts_with(layer)) std::from_chars(parameter.data() + layer.size(), parameter.data() + parameter.size(), number);
    return number - 1;
  }
  /// What decides the features beside the parameters.
  std::string settings() const { return frozen_statistics_ ? "running statistics" : "statistics of the batch"; }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    const auto block = [&prefix](std::size_t stage, std::size_t i) {
      return prefix + "layer" + std::to_string(stage + 1) + '.' + std::to_string(i) + '.';
    };
    stem_.visit(visitor, prefix + "conv1.", prefix + "bn1.");
    for (std::size_t stage = 0; stage < this->stages_.size(); ++stage) {
      for (std::size_t i = 0; i < this->stages_[stage].size(); ++i) this->stages_[stage][i].visit(visitor, block(stage, i));
    }
    if constexpr (requires { visitor.unused(prefix); }) {
      const auto unused = [&visitor](const std::string& parameter, auto&) { visitor.unused(parameter); };
      for (std::size_t stage = this->stages_.size(); stage < config_.blocks.size(); ++stage) {
        for (std::size_t i = 0; std::cmp_less(i, config_.blocks[stage]); ++i)
          ResidualBlock<Shapes>(config_, static_cast<std::int64_t>(stage), i == 0).visit(unused, block(stage, i));
      }
      for (const char* classifier : {"fc.weight", "fc.bias"}) visitor.unused(prefix + classifier);
    }
  }

 private:
  static constexpr Window halving{3, 2, 1};  // the stem's 7×7 of stride 2 has as many positions

  static ResNetConfig validated(const ResNetConfig& config) {
    config.validate();
    return config;
  }

  ResNetConfig config_;
  NormedConvolution<B> stem_;
  bool frozen_statistics_ = true;
};

}  // namespace vpr
