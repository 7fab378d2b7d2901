// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/image/augment.hpp>

#include <algorithm>

/// Covers a random quarter of the photo's width with black, as a passing van does.
struct PassingVan {
  vpr::Image operator()(vpr::Image photo, vpr::Random& random) const {
    const std::int64_t width = photo.width() / 4, left = random.below(photo.width() - width + 1);
    for (std::int64_t y = 0; y < photo.height(); ++y) std::fill_n(photo.row(y) + 3 * left, 3 * width, std::uint8_t{0});
    return photo;
  }
};

static_assert(vpr::Augmentation<PassingVan>);
