// SPDX-License-Identifier: MIT
/// @file
/// MobileNetV2, a convolutional network of few parameters.
#pragma once

#include <vpr/backbone/staged.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/layer/normed_convolution.hpp>

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

/// The sizes of a MobileNetV2; those of the published one of width 1 unless others are given. The last of its eight stages is a single convolution.
struct MobileNetV2Config {
  std::array<std::int64_t, 8> blocks{1, 2, 3, 4, 3, 3, 1, 1};              ///< of each stage
  std::array<std::int64_t, 8> widths{16, 24, 32, 64, 96, 160, 320, 1280};  ///< channels that each stage gives
  std::int64_t width = 32;                                                 ///< channels before the first stage
  std::int64_t expansion = 6;  ///< how much wider a block is inside; one of the first stage is not
  std::int64_t stages = 8;     ///< how many are taken: see `first`

  /// Of the first block of each stage.
  static constexpr std::array<std::int64_t, 8> strides{1, 2, 2, 2, 1, 2, 1, 1};

  /// The channels that a stage gives, counted from 0; before the first they are `width`.
  std::int64_t channels(std::int64_t stage) const { return stage < 0 ? width : widths[static_cast<std::size_t>(stage)]; }
  /// The network cut after its first `count` stages.
  /// @throws ConfigError  if it has not so many
  MobileNetV2Config first(std::int64_t count) const {
    VPR_REQUIRE(ConfigError, count > 0 && count <= stages, "MobileNetV2: got the first ", count, " stages, it has ", stages);
    MobileNetV2Config config = *this;
    config.stages = count;
    return config;
  }
  /// @throws ConfigError  for sizes that no such network can have.
  void validate() const {
    const auto positive = [](std::int64_t count) { return count > 0; };
    VPR_REQUIRE(ConfigError, std::all_of(blocks.begin(), blocks.end(), positive) && blocks.back() == 1 && stages > 0 && stages <= 8,
                "MobileNetV2: got ", stages, " stages, want 1 to 8, a block in each, and one in the last");
    VPR_REQUIRE(ConfigError, std::all_of(widths.begin(), widths.end(), positive) && width > 0 && expansion > 0,
                "MobileNetV2: got a width of ", width, " and an expansion of ", expansion,
                ", want positive ones, and positive widths of the stages");
  }
};

/// A block of a MobileNetV2 (Sandler et al., CVPR 2018, section 3.3): a 1×1 convolution to more channels, left out in the first stage, and a
/// depthwise 3×3 one, each normalised and followed by ReLU6; then a 1×1 convolution to few channels, normalised, to which the map is added where
/// the shapes are the same. That of the last stage is a 1×1 convolution, normalised, with ReLU6.
template <class B>
class InvertedResidual {
 public:
  using backend = B;
  using X = typename B::tensor;

  InvertedResidual(const MobileNetV2Config& config, std::int64_t stage, bool is_first) {
    const std::int64_t outputs = config.channels(stage), inputs = is_first ? config.channels(stage - 1) : outputs;
    if (stage + 1 == std::ssize(config.blocks)) {
      rectified_.emplace_back(inputs, outputs, Window{}, eps);
      return;
    }
    const std::int64_t inner = stage == 0 ? inputs : config.expansion * inputs;
    const std::int64_t stride = is_first ? MobileNetV2Config::strides[static_cast<std::size_t>(stage)] : 1;
    if (stage > 0) rectified_.emplace_back(inputs, inner, Window{}, eps);
    rectified_.emplace_back(inner, inner, Window{3, stride, 1}, eps, false, inner);
    projection_.emplace(inner, outputs, Window{}, eps);
    is_residual_ = stride == 1 && inputs == outputs;
  }

  /// `B×(H·W)×I` to `B×(H'·W')×O`.
  X operator()(X x, Grid map) const {
    X y;
    for (std::size_t i = 0; i < rectified_.size(); ++i) {
      y = rectified_[i].with_relu6(i == 0 ? x : y, map);
      map = rectified_[i].conv.window.positions(map);
    }
    if (!projection_) return y;
    return (*projection_)(y, map, false, is_residual_ ? std::move(x) : X());
  }

  void freeze_statistics(bool frozen) {
    for (NormedConvolution<B>& convolution : rectified_) convolution.bn.freeze_statistics(frozen);
    if (projection_) projection_->bn.freeze_statistics(frozen);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    const auto child = [&prefix](std::size_t number) { return prefix + "conv." + std::to_string(number) + '.'; };
    for (std::size_t i = 0; i < rectified_.size(); ++i) {
      const std::string name = projection_ ? child(i) : prefix;
      rectified_[i].visit(visitor, name + "0.", name + "1.");
    }
    if (projection_) projection_->visit(visitor, child(rectified_.size()), child(rectified_.size() + 1));
  }

  static constexpr typename B::value eps = typename B::value(1e-5);

 private:
  std::vector<NormedConvolution<B>> rectified_;  // those that ReLU6 follows
  std::optional<NormedConvolution<B>> projection_;
  bool is_residual_ = false;
};

/// MobileNetV2 (Sandler et al., CVPR 2018) without what classifies: see `StagedNetwork`. Its stages are the rows of the paper's table 2; the stem, a
/// 3×3 convolution, and stages 1, 2, 3 and 5, counted from 0, halve the map, rounded up. Features are signed, but those of the last stage, which
/// are in [0, 6].
///
/// Each image is computed by itself, in training too: there the batch normalisations take their running statistics, and train what they multiply by
/// and add. `freeze_statistics(false)` has them take the batch's, as PyTorch's `train()`. Parameters have torchvision's names. Equal to torchvision;
/// golden backbone_mobilenet_v2.
template <class B = Cpu<f32>>
class MobileNetV2 : public StagedNetwork<MobileNetV2<B>, InvertedResidual<B>> {
 public:
  using X = typename B::tensor;
  static constexpr std::string_view name = "MobileNetV2";

  /// All parameters are as after construction, most of them zero, until weights are loaded.
  /// @throws ConfigError  for sizes that no such network can have.
  explicit MobileNetV2(const MobileNetV2Config& config = {})
      : config_(validated(config)), stem_(3, config.width, halving, InvertedResidual<B>::eps) {
    for (std::int64_t stage = 0; stage < config.stages; ++stage) {
      auto& blocks = this->stages_.emplace_back();
      for (std::int64_t i = 0; i < config.blocks[static_cast<std::size_t>(stage)]; ++i) blocks.emplace_back(config, stage, i == 0);
    }
    freeze_statistics(true);
  }

  const MobileNetV2Config& config() const& { return config_; }
  MobileNetV2Config config() && { return config_; }

  /// In training: whether the batch normalisations take their running statistics, not the batch's. No effect otherwise.
  void freeze_statistics(bool frozen) {
    frozen_statistics_ = frozen;
    stem_.bn.freeze_statistics(frozen);
    for (auto& blocks : this->stages_) {
      for (InvertedResidual<B>& block : blocks) block.freeze_statistics(frozen);
    }
  }

  X stem(const X& pixels, Grid grid) const { return stem_.with_relu6(pixels, grid); }
  Grid grid_after(Grid pixels, std::int64_t stages) const {
    Grid map = halving.positions(pixels);  // the stem's
    for (std::int64_t stage = 0; stage < stages; ++stage) {
      if (MobileNetV2Config::strides[static_cast<std::size_t>(stage)] == 2) map = halving.positions(map);
    }
    return map;
  }
  std::int64_t channels_after(std::int64_t stages) const { return config_.channels(stages - 1); }

  /// The stage that a parameter is of; -1 for the stem.
  std::int64_t part_of(std::string_view parameter) const {
    const std::string_view digits = parameter.substr(std::min(parameter.size(), parameter.find('.') + 1));
    std::int64_t layer = 0, stage = -1;
    std::from_chars(digits.data(), digits.data() + digits.size(), layer);
    while (stage + 1 < this->depth() && layer >= layer_of(stage + 1)) ++stage;
    return stage;
  }
  /// What decides the features beside the parameters.
  std::string settings() const { return frozen_statistics_ ? "running statistics" : "statistics of the batch"; }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    const auto block = [&](std::int64_t stage, std::int64_t i) { return prefix + "features." + std::to_string(layer_of(stage) + i) + '.'; };
    stem_.visit(visitor, prefix + "features.0.0.", prefix + "features.0.1.");
    for (std::int64_t stage = 0; stage < this->depth(); ++stage) {
      auto& blocks = this->stages_[static_cast<std::size_t>(stage)];
      for (std::int64_t i = 0; i < std::ssize(blocks); ++i) blocks[static_cast<std::size_t>(i)].visit(visitor, block(stage, i));
    }
    if constexpr (requires { visitor.unused(prefix); }) {
      const auto unused = [&visitor](const std::string& parameter, auto&) { visitor.unused(parameter); };
      for (std::int64_t stage = this->depth(); stage < std::ssize(config_.blocks); ++stage) {
        for (std::int64_t i = 0; i < config_.blocks[static_cast<std::size_t>(stage)]; ++i)
          InvertedResidual<Shapes>(config_, stage, i == 0).visit(unused, block(stage, i));
      }
      for (const char* classifier : {"classifier.1.weight", "classifier.1.bias"}) visitor.unused(prefix + classifier);
    }
  }

 private:
  static constexpr Window halving{3, 2, 1};

  /// The number of a stage's first block among torchvision's layers, of which 0 is the stem.
  std::int64_t layer_of(std::int64_t stage) const {
    std::int64_t layer = 1;
    for (std::int64_t i = 0; i < stage; ++i) layer += config_.blocks[static_cast<std::size_t>(i)];
    return layer;
  }

  static MobileNetV2Config validated(const MobileNetV2Config& config) {
    config.validate();
    return config;
  }

  MobileNetV2Config config_;
  NormedConvolution<B> stem_;
  bool frozen_statistics_ = true;
};

}  // namespace vpr
