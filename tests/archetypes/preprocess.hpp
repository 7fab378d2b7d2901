// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/image/preprocess.hpp>

/// Cuts off the lowest quarter, where a car's camera sees the car, before what `Then` does.
template <vpr::Preprocess Then = vpr::NormaliseThenResize<>>
struct WithoutBonnet {
  Then then{};

  vpr::ImageSize size(vpr::ImageSize photo) const { return then.size({photo.height - photo.height / 4, photo.width}); }
  vpr::Planes operator()(vpr::ImageView photo) const {
    photo.height -= photo.height / 4;
    return then(photo);
  }
};

static_assert(vpr::Preprocess<WithoutBonnet<>>);
