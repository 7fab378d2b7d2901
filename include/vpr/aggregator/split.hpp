// SPDX-License-Identifier: MIT
/// @file
/// Pooling of a photo's regions, level by level.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/pooling.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The levels of a split: at level L the map is cut into L×L cells.
template <int... Levels>
struct Split {
  static_assert(sizeof...(Levels) > 0 && ((Levels > 0) && ...), "Split<Levels...>: want one level at least, each positive");
  static constexpr std::initializer_list<std::int64_t> levels{Levels...};
  static constexpr std::int64_t regions = (... + (Levels * Levels));
};

/// What stands for the whole photo, at level 1.
enum class WholeRegion { class_token, gem };

struct SplitSettings {
  WholeRegion whole = WholeRegion::class_token;
  GemSettings gem = {};
};

/// The regions of a multi-level split, one descriptor each, then all as one at unit length: CricaVPR's pooling (Lu et al., CVPR 2024,
/// section 3.2) without its encoder. D = regions · C. Patches are brought to unit length first; a region is their GeM, not normalised.
///
/// The borders of L cells along a side of H patches are i · H / L, rounded to the nearest: on a side of 16, 8 for two cells, 5 and 11
/// for three, as the authors have them. Its parameter is GeM's `aggregation.1.p`, which all regions share.
template <class Levels = Split<1, 2, 3>, class B = Cpu<f32>>
class SplitAggregator {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for a power or an eps that is not positive.
  explicit SplitAggregator(const SplitSettings& settings = {})
      : whole_(settings.whole), p_(X::full(Shape{1}, settings.gem.p)), eps_(settings.gem.eps) {
    VPR_REQUIRE(ConfigError, is_finite(settings.gem.p) && settings.gem.p > 0 && is_finite(settings.gem.eps) && settings.gem.eps > 0,
                "Split: got p ", settings.gem.p, " and eps ", settings.gem.eps, ", want both positive");
  }

  std::int64_t dimensions(std::int64_t channels) const { return Shape{Levels::regions, channels}.elements(); }

  bool needs_class_token() const { return whole_ == WholeRegion::class_token && std::min(Levels::levels) == 1; }

  X operator()(const Features<X>& features) const {
    const X all = regions(features);
    return l2_normalize(reshape(all, Shape{all.shape()[0], all.shape()[1] * all.shape()[2]}));
  }

  /// One descriptor a region, `B×R×C`: level by level, each row-major.
  /// @throws ShapeError  if the grid has fewer rows or columns than the finest level has cells, or the class token is missing.
  X regions(const Features<X>& features) const {
    const Shape shape = features.patches.shape();
    const X map = reshape(l2_normalize(features.patches), Shape{shape[0], features.grid.height, features.grid.width, shape[2]});
    std::vector<X> pooled;
    require_grid(features.grid);
    for (const std::int64_t level : Levels::levels) {
      for (std::int64_t i = 0; i < level * level; ++i)
        pooled.push_back(level == 1 ? whole(features) : cell(map, level, i / level, i % level));
    }
    X all = reshape(pooled[0], Shape{shape[0], 1, shape[2]});
    for (std::size_t i = 1; i < pooled.size(); ++i) all = concat(all, reshape(pooled[i], Shape{shape[0], 1, shape[2]}), 1);
    return all;
  }

  /// @throws ShapeError  for a grid with fewer rows or columns than the finest level has cells
  void require_grid(Grid grid) const {
    const std::int64_t finest = std::max(Levels::levels);
    VPR_REQUIRE(ShapeError, finest <= grid.height && finest <= grid.width, "Split: got a grid of ", grid.height, "x", grid.width,
                ", too small for ", finest, "x", finest, " cells");
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "aggregation.1.p", p_);
  }

 private:
  X whole(const Features<X>& features) const {
    if (whole_ == WholeRegion::gem) return gem(l2_normalize(features.patches), p_, eps_);
    VPR_REQUIRE(ShapeError, !features.cls.empty(), "Split: the features have no class token; this backbone needs WholeRegion::gem");
    return features.cls;
  }

  /// The cell of that row and column, of level² on a map `B×H×W×C`.
  X cell(const X& map, std::int64_t level, std::int64_t row, std::int64_t column) const {
    const auto border = [level](std::int64_t i, std::int64_t side) { return (2 * i * side + level) / (2 * level); };
    const std::int64_t height = map.shape()[1], width = map.shape()[2];
    const X part = slice(slice(map, 1, border(row, height), border(row + 1, height)), 2, border(column, width), border(column + 1, width));
    const Shape shape = part.shape();
    return gem(reshape(part, Shape{shape[0], shape[1] * shape[2], shape[3]}), p_, eps_);
  }

  WholeRegion whole_;
  X p_;
  typename B::value eps_;
};

}  // namespace vpr
