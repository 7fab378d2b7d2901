// SPDX-License-Identifier: MIT
/// @file
/// Residual convolutional networks.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/layer/normed_convolution.hpp>
#include <vpr/ops/checkpoint.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/maps.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
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

  /// The grid of what it makes of a map.
  Grid positions(Grid map) const {
    for (const NormedConvolution<B>& convolution : convolutions_) map = convolution.conv.window.positions(map);
    return map;
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

/// ResNet (He et al., CVPR 2016) and ResNeXt (Xie et al., CVPR 2017) without what classifies. Its parts are its four stages; the stem is before
/// the first. The features are a map, C channels at each of N positions and 0 or more each, without a class token.
///
/// Images may have any height and width; each stage but the first halves the map, rounded up, and the stem quarters the image so. Each image is
/// computed by itself, in training too: there the batch normalisations take their running statistics, and train what they multiply by and add.
/// `freeze_statistics(false)` has them take the batch's, as PyTorch's `train()`. Parameters have torchvision's names. Equal to torchvision; goldens
/// backbone_resnet*, backbone_resnext*.
template <class B = Cpu<f32>>
class ResNet {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// All parameters are as after construction, most of them zero, until weights are loaded.
  /// @throws ConfigError  for sizes that no such network can have.
  explicit ResNet(const ResNetConfig& config = {}) : config_(validated(config)), stem_(3, config.width, {7, 2, 3}, ResidualBlock<B>::eps) {
    for (std::int64_t stage = 0; stage < config.stages; ++stage) {
      auto& blocks = stages_.emplace_back();
      for (std::int64_t i = 0; i < config.blocks[static_cast<std::size_t>(stage)]; ++i) blocks.emplace_back(config, stage, i == 0);
    }
    freeze_statistics(true);
  }

  const ResNetConfig& config() const& { return config_; }
  ResNetConfig config() && { return config_; }
  std::int64_t depth() const { return config_.stages; }
  std::int64_t multiple() const { return 1; }
  bool has_class_token() const { return false; }
  /// The channels of the features at a tap.
  std::int64_t channels(Tap tap = {}) const { return config_.channels(stage_of(tap)); }
  /// The grid of the features at a tap of an image of that size.
  Grid grid(std::int64_t height, std::int64_t width, Tap tap = {}) const { return grid_after({height, width}, stage_of(tap) + 1); }

  /// In training: whether the batch normalisations take their running statistics, not the batch's. No effect otherwise.
  void freeze_statistics(bool frozen) {
    frozen_statistics_ = frozen;
    stem_.bn.freeze_statistics(frozen);
    for (auto& blocks : stages_) {
      for (ResidualBlock<B>& block : blocks) block.freeze_statistics(frozen);
    }
  }
  /// In training: see `DinoV2::set_checkpointing`.
  void set_checkpointing(bool wanted) { checkpointing_ = wanted; }

  /// The features of `B×3×H×W` images after the stage of `tap`.
  /// @throws ShapeError   for images of another shape.
  /// @throws ConfigError  if there is no such stage, or for a facet.
  Features<X> operator()(const X& images, Tap tap = {}) const { return std::move(at(images, std::span(&tap, 1))[0]); }
  /// The features at several taps, from one pass to the deepest of them.
  std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const {
    std::int64_t last = -1;
    for (const Tap& tap : taps) last = std::max(last, stage_of(tap));
    std::vector<Features<X>> found(taps.size());
    X x = before(images, 0);
    for (std::int64_t stage = 0; stage <= last; ++stage) {
      x = through_part(std::move(x), images.shape(), stage);
      for (std::size_t i = 0; i < taps.size(); ++i) {
        if (stage_of(taps[i]) == stage) found[i] = features_of(x, images.shape(), taps[i]);
      }
    }
    return found;
  }

  /// What the first `stages` stages make of images, maps `B×N×C`; that of none is the stem's.
  X before(const X& images, std::int64_t stages) const {
    const Shape& shape = images.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 4 && shape[1] == 3 && shape[2] > 0 && shape[3] > 0, "ResNet: got images ", shape,
                ", want [batch, 3, height, width]");
    const Grid pixels{shape[2], shape[3]};
    X x = transpose(reshape(images, Shape{shape[0], 3, pixels.patches()}), 1);
    x = max_pool(stem_(x, pixels, true), halving.positions(pixels), halving);
    for (std::int64_t stage = 0; stage < stages; ++stage) x = through_part(std::move(x), shape, stage);
    return x;
  }
  /// What stage `index` makes of `before(images, index)` of images of that shape.
  /// @throws ConfigError  if there is no such stage; ShapeError  for other maps than the images'.
  X through_part(X x, const Shape& images, std::int64_t index) const {
    require_before(x, images, index, depth() - 1);
    Grid map = grid_after({images[2], images[3]}, index);
    for (const ResidualBlock<B>& block : stages_[static_cast<std::size_t>(index)]) {
      const auto run = [&block, map](X in) { return block(std::move(in), map); };
      x = checkpointing_ ? checkpoint(run, std::move(x)) : run(std::move(x));
      map = block.positions(map);
    }
    return x;
  }
  /// The features at the network's end from `before(images, done)` of images of that shape. They have the bits of `(*this)(images)`.
  /// @throws ConfigError  if there are fewer stages; ShapeError  for other maps than the images'.
  Features<X> continued(X x, const Shape& images, std::int64_t done) const {
    require_before(x, images, done, depth());
    for (; done < depth(); ++done) x = through_part(std::move(x), images, done);
    return features_of(std::move(x), images, {});
  }

  /// The stage that a parameter is of; -1 for the stem.
  std::int64_t part_of(std::string_view name) const {
    constexpr std::string_view layer = "layer";
    std::int64_t number = 0;
    if (name.starts_with(layer)) std::from_chars(name.data() + layer.size(), name.data() + name.size(), number);
    return number - 1;
  }
  std::set<std::string> plain_names() const {
    std::set<std::string> names;
    visit_const(*this, [&names](const std::string& name, const auto&) { names.insert(name); });
    return names;
  }
  bool starts_at_zero(std::string_view) const { return false; }
  /// What decides the features beside the parameters.
  std::string settings() const { return frozen_statistics_ ? "running statistics" : "statistics of the batch"; }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    const auto name = [&prefix](std::size_t stage, std::size_t block) {
      return prefix + "layer" + std::to_string(stage + 1) + '.' + std::to_string(block) + '.';
    };
    stem_.visit(visitor, prefix + "conv1.", prefix + "bn1.");
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
      for (std::size_t i = 0; i < stages_[stage].size(); ++i) stages_[stage][i].visit(visitor, name(stage, i));
    }
    if constexpr (requires { visitor.unused(prefix); }) {
      const auto unused = [&visitor](const std::string& parameter, auto&) { visitor.unused(parameter); };
      for (std::size_t stage = stages_.size(); stage < config_.blocks.size(); ++stage) {
        for (std::size_t i = 0; std::cmp_less(i, config_.blocks[stage]); ++i)
          ResidualBlock<Shapes>(config_, static_cast<std::int64_t>(stage), i == 0).visit(unused, name(stage, i));
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

  /// The stage that a tap is after.
  std::int64_t stage_of(Tap tap) const {
    VPR_REQUIRE(ConfigError, tap.block >= -1 && tap.block < depth(), "ResNet: got stage ", tap.block, ", want one in [0, ", depth(), ")");
    VPR_REQUIRE(ConfigError, tap.facet == Facet::token, "ResNet: got the facet ", text_of(tap.facet),
                ", which is of a transformer's attention: leave it out");
    return tap.block < 0 ? depth() - 1 : tap.block;
  }

  static Grid grid_after(Grid pixels, std::int64_t stages) {
    Grid map = halving.positions(halving.positions(pixels));  // the stem's
    for (std::int64_t stage = 1; stage < stages; ++stage) map = halving.positions(map);
    return map;
  }

  void require_before(const X& x, const Shape& images, std::int64_t done, std::int64_t most) const {
    VPR_REQUIRE(ConfigError, done >= 0 && done <= most, "ResNet: got a map after ", done, " stages, want at most ", most);
    const std::int64_t cells = grid_after({images[2], images[3]}, done).patches(), wanted = config_.channels(done - 1);
    VPR_REQUIRE(ShapeError, x.shape().rank() == 3 && x.shape()[1] == cells && x.shape()[2] == wanted, "ResNet: got a map ", x.shape(),
                ", want Bx", cells, "x", wanted);
  }

  Features<X> features_of(X x, const Shape& images, Tap tap) const { return {X(), std::move(x), grid(images[2], images[3], tap)}; }

  ResNetConfig config_;
  NormedConvolution<B> stem_;
  std::vector<std::vector<ResidualBlock<B>>> stages_;
  bool frozen_statistics_ = true, checkpointing_ = false;
};

}  // namespace vpr
