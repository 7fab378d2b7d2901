// SPDX-License-Identifier: MIT
/// @file
/// What convolutional networks share that are a sequence of stages.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/ops/checkpoint.hpp>
#include <vpr/ops/layout.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// The `PartedBackbone` that a stem and stages of blocks make. Its parts are the stages; the stem is before the first. The features are a map,
/// without a class token. Images may have any height and width.
///
/// A block turns a map `B×(H·W)×C` of that grid into the next: `block(x, map)`. `Network`, which is derived from this, gives
/// `stem(pixels, grid)`, the map before the first stage from `B×(H·W)×3`; `grid_after(pixels, n)` and `channels_after(n)`, grid and channels
/// after n stages; `part_of(name)`, `settings()`, `visit(visitor, prefix)`; and its name, for messages.
template <class Network, class Block>
class StagedNetwork {
 public:
  using backend = typename Block::backend;
  using X = typename backend::tensor;

  std::int64_t depth() const { return std::ssize(stages_); }
  std::int64_t multiple() const { return 1; }
  bool has_class_token() const { return false; }
  /// The channels of the features at a tap.
  std::int64_t channels(Tap tap = {}) const { return self().channels_after(stage_of(tap) + 1); }
  /// The grid of the features at a tap of an image of that size.
  Grid grid(std::int64_t height, std::int64_t width, Tap tap = {}) const { return self().grid_after({height, width}, stage_of(tap) + 1); }
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
    VPR_REQUIRE(ShapeError, shape.rank() == 4 && shape[1] == 3 && shape[2] > 0 && shape[3] > 0, Network::name, ": got images ", shape,
                ", want [batch, 3, height, width]");
    const Grid pixels{shape[2], shape[3]};
    X x = self().stem(transpose(reshape(images, Shape{shape[0], 3, pixels.patches()}), 1), pixels);
    for (std::int64_t stage = 0; stage < stages; ++stage) x = through_part(std::move(x), shape, stage);
    return x;
  }
  /// What stage `index` makes of `before(images, index)` of images of that shape.
  /// @throws ConfigError  if there is no such stage; ShapeError  for other maps than the images'.
  X through_part(X x, const Shape& images, std::int64_t index) const {
    require_before(x, images, index, depth() - 1);
    const Grid pixels{images[2], images[3]};
    Grid map = self().grid_after(pixels, index);
    for (const Block& block : stages_[static_cast<std::size_t>(index)]) {
      const auto run = [&block, map](X in) { return block(std::move(in), map); };
      x = checkpointing_ ? checkpoint(run, std::move(x)) : run(std::move(x));
      map = self().grid_after(pixels, index + 1);  // the first block's
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

  std::set<std::string> plain_names() const {
    std::set<std::string> names;
    visit_const(self(), [&names](const std::string& name, const auto&) { names.insert(name); });
    return names;
  }
  bool starts_at_zero(std::string_view) const { return false; }

 protected:
  std::vector<std::vector<Block>> stages_;

 private:
  const Network& self() const { return static_cast<const Network&>(*this); }

  /// The stage that a tap is after.
  std::int64_t stage_of(Tap tap) const {
    VPR_REQUIRE(ConfigError, tap.block >= -1 && tap.block < depth(), Network::name, ": got stage ", tap.block, ", want one in [0, ",
                depth(), ")");
    VPR_REQUIRE(ConfigError, tap.facet == Facet::token, Network::name, ": got the facet ", text_of(tap.facet),
                ", which is of a transformer's attention: leave it out");
    return tap.block < 0 ? depth() - 1 : tap.block;
  }

  void require_before(const X& x, const Shape& images, std::int64_t done, std::int64_t most) const {
    VPR_REQUIRE(ConfigError, done >= 0 && done <= most, Network::name, ": got a map after ", done, " stages, want at most ", most);
    const std::int64_t cells = self().grid_after({images[2], images[3]}, done).patches(), wanted = self().channels_after(done);
    VPR_REQUIRE(ShapeError, x.shape().rank() == 3 && x.shape()[1] == cells && x.shape()[2] == wanted, Network::name, ": got a map ",
                x.shape(), ", want Bx", cells, "x", wanted);
  }

  Features<X> features_of(X x, const Shape& images, Tap tap) const { return {X(), std::move(x), grid(images[2], images[3], tap)}; }

  bool checkpointing_ = false;
};

}  // namespace vpr
