// SPDX-License-Identifier: MIT
/// @file
/// VGG, plain convolutional networks.
#pragma once

#include <vpr/backbone/staged.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/ops/maps.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// The sizes of a VGG; those of VGG-16 unless others are given.
struct VggConfig {
  std::array<std::int64_t, 5> convolutions{2, 2, 3, 3, 3};  ///< of each stage
  std::int64_t width = 64;   ///< channels of the first stage; twice as many in each further one, up to the fourth
  std::int64_t stages = 5;   ///< how many are taken: see `first`
  bool last_pooled = false;  ///< whether the fifth stage ends with ReLU and pooling, as GCL has it; else with its last convolution

  /// The channels that a stage gives, counted from 0.
  std::int64_t channels(std::int64_t stage) const { return width << std::min<std::int64_t>(stage, 3); }
  /// Whether a stage ends with ReLU and pooling.
  bool pools(std::int64_t stage) const { return stage + 1 < std::ssize(convolutions) || last_pooled; }
  /// The network cut after its first `count` stages.
  /// @throws ConfigError  if it has not so many
  VggConfig first(std::int64_t count) const {
    VPR_REQUIRE(ConfigError, count > 0 && count <= stages, "VGG: got the first ", count, " stages, it has ", stages);
    VggConfig config = *this;
    config.stages = count;
    return config;
  }
  /// @throws ConfigError  for sizes that no such network can have.
  void validate() const {
    const bool has_convolutions = std::all_of(convolutions.begin(), convolutions.end(), [](std::int64_t count) { return count > 0; });
    VPR_REQUIRE(ConfigError, has_convolutions && stages > 0 && stages <= std::ssize(convolutions) && width > 0, "VGG: got ", stages,
                " stages and a width of ", width, ", want 1 to 5 stages, a convolution in each, and a positive width");
  }
};

/// A stage of a VGG: 3×3 convolutions, each followed by ReLU, then a 2×2 maximum; or one that ends with its last convolution.
template <class B>
class VggStage {
 public:
  using backend = B;
  using X = typename B::tensor;

  VggStage(const VggConfig& config, std::int64_t stage) : pools_(config.pools(stage)) {
    const std::int64_t outputs = config.channels(stage);
    std::int64_t inputs = stage == 0 ? 3 : config.channels(stage - 1);
    for (std::int64_t i = 0; i < config.convolutions[static_cast<std::size_t>(stage)]; ++i, inputs = outputs)
      convolutions_.emplace_back(inputs, outputs, Window{3, 1, 1});
  }

  X operator()(X x, Grid map) const {
    for (std::size_t i = 0; i < convolutions_.size(); ++i) {
      const bool with_relu = pools_ || i + 1 < convolutions_.size();
      x = convolutions_[i](x, map, {.activation = with_relu ? Activation::relu : Activation::none});
    }
    return pools_ ? max_pool(x, map, pooling) : x;
  }

  /// @param first  the number of the first convolution among torchvision's layers, where each is followed by its ReLU
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix, std::int64_t first) {
    for (Convolution<B>& convolution : convolutions_) {
      convolution.visit(visitor, prefix + "features." + std::to_string(first) + '.');
      first += 2;
    }
  }

  static constexpr Window pooling{2, 2, 0};

 private:
  bool pools_;
  std::vector<Convolution<B>> convolutions_;
};

/// VGG (Simonyan and Zisserman, ICLR 2015) without what classifies, by default VGG-16 up to conv5_3, which no ReLU follows: see
/// `StagedNetwork`. There is no stem: what is before the first stage is the image. Each stage that pools halves the map, rounded down. Parameters
/// have torchvision's names. Goldens backbone_vgg16_*, gcl_vgg16_*, eigenplaces_vgg16_*, sfrs_*.
template <class B = Cpu<f32>>
class Vgg : public StagedNetwork<Vgg<B>, VggStage<B>> {
 public:
  using X = typename B::tensor;
  static constexpr std::string_view name = "VGG";

  /// All parameters are zero until weights are loaded.
  /// @throws ConfigError  for sizes that no such network can have.
  explicit Vgg(const VggConfig& config = {}) : config_(config) {
    config.validate();
    for (std::int64_t stage = 0; stage < config.stages; ++stage) this->stages_.emplace_back().emplace_back(config, stage);
  }

  const VggConfig& config() const& { return config_; }
  VggConfig config() && { return config_; }

  X stem(X pixels, Grid) const { return pixels; }
  Grid grid_after(Grid pixels, std::int64_t stages) const {
    for (std::int64_t stage = 0; stage < stages; ++stage) {
      if (config_.pools(stage)) pixels = VggStage<B>::pooling.positions(pixels);
    }
    return pixels;
  }
  std::int64_t channels_after(std::int64_t stages) const { return stages == 0 ? 3 : config_.channels(stages - 1); }

  /// The stage that a parameter is of.
  std::int64_t part_of(std::string_view parameter) const {
    const std::string_view digits = parameter.substr(std::min(parameter.size(), parameter.find('.') + 1));
    std::int64_t number = 0, stage = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    while (stage + 1 < this->depth() && number >= layer_of(stage + 1)) ++stage;
    return stage;
  }
  /// What decides the features beside the parameters.
  std::string settings() const { return config_.last_pooled ? "pooled" : "up to the last convolution"; }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::int64_t stage = 0; stage < this->depth(); ++stage)
      this->stages_[static_cast<std::size_t>(stage)][0].visit(visitor, prefix, layer_of(stage));
    if constexpr (requires { visitor.unused(prefix); }) {
      const auto unused = [&visitor](const std::string& parameter, auto&) { visitor.unused(parameter); };
      for (std::int64_t stage = this->depth(); stage < std::ssize(config_.convolutions); ++stage)
        VggStage<Shapes>(config_, stage).visit(unused, prefix, layer_of(stage));
      for (const char* layer : {"0", "3", "6"}) {
        for (const char* parameter : {".weight", ".bias"}) visitor.unused(prefix + "classifier." + layer + parameter);
      }
    }
  }

 private:
  /// The number of a stage's first convolution among torchvision's layers.
  std::int64_t layer_of(std::int64_t stage) const {
    std::int64_t layer = 0;
    for (std::int64_t i = 0; i < stage; ++i) layer += 2 * config_.convolutions[static_cast<std::size_t>(i)] + 1;
    return layer;
  }

  VggConfig config_;
};

}  // namespace vpr
