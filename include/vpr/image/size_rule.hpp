// SPDX-License-Identifier: MIT
/// @file
/// Rules that choose the size a photo is resized to, as the published codes have them.
#pragma once

#include <vpr/image/image.hpp>

#include <algorithm>
#include <concepts>

namespace vpr {
namespace detail {

/// Refuses a setting that no side can have, and whose product with a side could overflow.
inline void require_side(std::int64_t side, const char* what) {
  VPR_REQUIRE(ConfigError, side >= 1 && side <= largest_side, what, ": got ", side, ", expected 1 to ", largest_side);
}

}  // namespace detail

/// Anything that answers `rule(size of the photo)` with the size to resize to. A function of yours will do.
template <class R>
concept SizeRule = requires(const R& rule, ImageSize photo) {
  { rule(photo) } -> std::same_as<ImageSize>;
};

/// The photo's own size.
struct OriginalSize {
  ImageSize operator()(ImageSize photo) const { return photo; }
};

/// One size for every photo, whatever its aspect.
struct ExactSize {
  ImageSize size{224, 224};

  ImageSize operator()(ImageSize) const { return size; }
};

/// The shorter side becomes `side`, the longer one keeps the aspect, rounded down: torchvision's `Resize(int)`.
struct ShorterSide {
  std::int64_t side = 224;

  ImageSize operator()(ImageSize photo) const {
    detail::require_pixels(photo, "shorter side");
    detail::require_side(side, "shorter side");
    if (photo.height <= photo.width) return {side, side * photo.width / photo.height};
    return {side * photo.height / photo.width, side};
  }
};

/// Shrinks until the longer side is at most `side`, the other keeping the aspect, rounded down. Never enlarges (AnyLoc).
struct LongestSide {
  std::int64_t side = 1024;

  ImageSize operator()(ImageSize photo) const {
    detail::require_pixels(photo, "longest side");
    detail::require_side(side, "longest side");
    if (std::max(photo.height, photo.width) <= side) return photo;
    if (photo.height >= photo.width) return {side, photo.width * side / photo.height};
    return {photo.height * side / photo.width, side};
  }
};

/// Each side to the nearest multiple of `step`, halves to the even multiple, as Python's `round` does (VPR-methods-evaluation, MegaLoc).
struct NearestMultiple {
  std::int64_t step = 14;

  /// @throws ShapeError where a side would become 0.
  ImageSize operator()(ImageSize photo) const {
    detail::require_side(step, "size rule: the step");
    const ImageSize size{nearest(photo.height), nearest(photo.width)};
    VPR_REQUIRE(ShapeError, size.height > 0 && size.width > 0, "size rule: ", photo, " is too small, a side rounds to 0 x ", step);
    return size;
  }

 private:
  std::int64_t nearest(std::int64_t side) const {
    const std::int64_t below = side / step, twice_rest = 2 * (side % step);
    return step * (below + (twice_rest > step || (twice_rest == step && below % 2 == 1) ? 1 : 0));
  }
};

/// Each side down to a multiple of `step`.
struct FloorMultiple {
  std::int64_t step = 14;

  /// @throws ShapeError where a side would become 0.
  ImageSize operator()(ImageSize photo) const {
    detail::require_side(step, "size rule: the step");
    const ImageSize size{photo.height / step * step, photo.width / step * step};
    VPR_REQUIRE(ShapeError, size.height > 0 && size.width > 0, "size rule: ", photo, " is too small, a side is under ", step);
    return size;
  }
};

/// `second` applied to what `first` gives; one resize goes there.
template <SizeRule First, SizeRule Second>
struct SizeRules {
  First first;
  Second second;

  ImageSize operator()(ImageSize photo) const { return second(first(photo)); }
};

}  // namespace vpr
