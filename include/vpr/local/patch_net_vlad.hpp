// SPDX-License-Identifier: MIT
/// @file
/// Patch-NetVLAD's local head.
#pragma once

#include <vpr/aggregator/net_vlad.hpp>
#include <vpr/aggregator/projected.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/maps.hpp>
#include <vpr/ops/normalization.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The square patches of a grid: a window's side in cells, and from one to the next.
struct PatchScale {
  std::int64_t size = 5;
  std::int64_t stride = 1;

  Window window() const { return {size, stride, 0}; }
  friend bool operator==(const PatchScale&, const PatchScale&) = default;
};

/// Those of Patch-NetVLAD-p.
inline std::vector<PatchScale> performance_scales() { return {{2, 1}, {5, 1}, {8, 1}}; }

/// The centres of the patches of a grid that `PatchNetVlad` describes, in the order of its rows.
inline std::vector<Keypoint> patch_places(Grid grid, std::span<const PatchScale> scales) {
  std::vector<Keypoint> places;
  for (const PatchScale& scale : scales) {
    const auto share = [&](std::int64_t at, std::int64_t side) {
      return (static_cast<float>(at * scale.stride) + static_cast<float>(scale.size) / 2) / static_cast<float>(side);
    };
    const Grid positions = scale.window().positions(grid);
    for (std::int64_t i = 0; i < positions.patches(); ++i)
      places.push_back({share(i % positions.width, grid.width), share(i / positions.width, grid.height)});
  }
  return places;
}

/// Describes every square patch of the grid, at several sizes, as the aggregator does the whole photo: NetVLAD over the patch's cells, then
/// the PCA (Hausler et al., CVPR 2021, sections 3.2 and 3.3). The N rows are those of the first size, row-major, then of the next. A size
/// that the grid is smaller than has none.
///
/// The residuals of a patch are summed from its cells; the authors' integral features give the same sums. Equal to QVPR/Patch-NetVLAD;
/// golden patchnetvlad_tiny.
template <class B = Cpu<f32>>
class PatchNetVlad {
 public:
  using backend = B;
  using X = typename B::tensor;
  using Whole = Projected<NetVlad<B>>;

  /// @param whole  the photo's aggregator, which shows the parameters
  /// @throws ConfigError  for no size, or one that cannot be
  explicit PatchNetVlad(std::shared_ptr<const Whole> whole, std::vector<PatchScale> scales = performance_scales())
      : whole_(std::move(whole)), scales_(std::move(scales)) {
    VPR_REQUIRE(ConfigError, !scales_.empty(), "Patch-NetVLAD: got no patch size");
    for (const PatchScale& scale : scales_) scale.window().validate();
  }

  std::int64_t channels(std::int64_t backbone_channels) const { return whole_->dimensions(backbone_channels); }

  /// @throws ShapeError  if the features have other channels than the aggregator's, or the grid is smaller than every patch size.
  LocalTokens<X> operator()(const Features<X>& features) const {
    const std::vector<Keypoint> places = patch_places(features.grid, scales_);
    VPR_REQUIRE(ShapeError, !places.empty(), "Patch-NetVLAD: got a grid of ", features.grid.height, "x", features.grid.width,
                ", smaller than every patch");
    X tokens;
    for (const PatchScale& scale : scales_) {
      if (scale.window().positions(features.grid).patches() == 0) continue;
      X some = whole_->projected(described(features, scale));
      tokens = tokens.empty() ? std::move(some) : concat(tokens, some, 1);
    }
    return {std::move(tokens), features.grid, keypoint_tokens<X>(features.patches.shape()[0], places)};
  }

  /// NetVLAD of each patch, `B×P×D`, before the PCA.
  X described(const Features<X>& features, const PatchScale& scale) const {
    const X tokens = l2_normalize(features.patches);
    const std::int64_t batch = tokens.shape()[0], patches = scale.window().positions(features.grid).patches();
    const auto of_patches = [&](const X& x) {  // B×N×C to (B·P)×size²×C
      const Shape shape{batch * patches, x.shape()[2], scale.window().cells()};
      return transpose(reshape(windows(x, features.grid, scale.window()), shape), 1);
    };
    const X found = whole_->inner.described(of_patches(tokens), of_patches(whole_->inner.assignment(tokens)));
    return reshape(found, Shape{batch, patches, found.shape()[1]});
  }

  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}

 private:
  std::shared_ptr<const Whole> whole_;
  std::vector<PatchScale> scales_;
};

static_assert(LocalHead<PatchNetVlad<>>);

}  // namespace vpr
