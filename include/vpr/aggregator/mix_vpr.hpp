// SPDX-License-Identifier: MIT
/// @file
/// MixVPR: aggregation by mixing positions.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/setting.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>

#include <string>
#include <utility>
#include <vector>

namespace vpr {

struct MixVprSettings {
  std::int64_t channels = 1024;
  Grid grid{20, 20};       ///< the only one that it can take: its mixers hold a weight for each pair of positions
  std::int64_t depth = 4;  ///< mixers
  float ratio = 1;         ///< hidden positions over positions, in a mixer
  std::int64_t out_channels = 1024;
  std::int64_t rows = 4;
};

/// MixVPR (Ali-bey et al., WACV 2023, section 3): each channel's map, as one vector, goes through mixers (layer norm, two linear maps
/// over positions, a skip connection); then channels and positions are reduced. D = out_channels · rows. Its parameters are `mix`,
/// `channel_proj` and `row_proj`. Goldens mixvpr_*.
template <class B = Cpu<f32>>
class MixVpr {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive.
  explicit MixVpr(const MixVprSettings& settings = {})
      : settings_(validated(settings)),
        channel_proj_(settings.channels, settings.out_channels),
        row_proj_(settings.grid.patches(), settings.rows) {
    const std::int64_t positions = settings.grid.patches();
    const auto hidden = static_cast<std::int64_t>(static_cast<float>(positions) * settings.ratio);
    for (std::int64_t i = 0; i < settings.depth; ++i)
      mixers_.push_back({{positions, typename B::value(1e-5)}, {positions, hidden}, {hidden, positions}});
  }

  std::int64_t dimensions(std::int64_t) const { return Shape{settings_.out_channels, settings_.rows}.elements(); }

  /// @throws ShapeError  for features of another grid or other channels.
  X operator()(const Features<X>& features) const {
    const X reduced = transpose(channel_proj_(transpose(mixed(features), 1)), 1);
    return l2_normalize(reshape(row_proj_(reduced), Shape{reduced.shape()[0], settings_.out_channels * settings_.rows}));
  }

  /// @throws ShapeError  for another grid than its own
  void require_grid(Grid grid) const {
    VPR_REQUIRE(ShapeError, grid == settings_.grid, "MixVPR: got a grid of ", grid.height, "x", grid.width, ", its mixers are for ",
                settings_.grid.height, "x", settings_.grid.width);
  }

  /// The maps after the mixers: `B×C×N`.
  X mixed(const Features<X>& features) const {
    require_grid(features.grid);
    X x = transpose(features.patches, 1);
    for (const Mixer& mixer : mixers_) {
      const X hidden = mixer.in(mixer.norm(x), {.activation = Activation::relu});
      x = mixer.out(hidden, {.residual = std::move(x)});
    }
    return x;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::size_t i = 0; i < mixers_.size(); ++i) {
      const std::string mixer = prefix + "mix." + std::to_string(i) + ".mix.";
      mixers_[i].norm.visit(visitor, mixer + "0.");
      mixers_[i].in.visit(visitor, mixer + "1.");
      mixers_[i].out.visit(visitor, mixer + "3.");
    }
    channel_proj_.visit(visitor, prefix + "channel_proj.");
    row_proj_.visit(visitor, prefix + "row_proj.");
  }

 private:
  struct Mixer {
    LayerNorm<B> norm;
    Linear<B> in, out;
  };

  static const MixVprSettings& validated(const MixVprSettings& settings) {
    VPR_REQUIRE(ConfigError,
                settings.channels > 0 && settings.grid.height > 0 && settings.grid.width > 0 &&
                    (Shape{settings.grid.height, settings.grid.width}.elements() > 0) && settings.depth >= 0 &&
                    detail::is_positive_setting(static_cast<double>(settings.ratio)) && settings.out_channels > 0 && settings.rows > 0,
                "MixVPR: got ", settings.channels, " channels, a grid of ", settings.grid.height, "x", settings.grid.width, ", ",
                settings.depth, " mixers of ratio ", settings.ratio, ", ", settings.out_channels, " out channels and ", settings.rows,
                " rows, want positive sizes");
    return settings;
  }

  MixVprSettings settings_;
  std::vector<Mixer> mixers_;
  Linear<B> channel_proj_, row_proj_;
};

}  // namespace vpr
