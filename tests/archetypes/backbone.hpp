// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/backbone.hpp>
#include <vpr/ops.hpp>

/// No network at all: the pixels of each 8×8 patch are its features.
template <class B = vpr::Cpu<>>
struct Pixels {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t channels() const { return 3 * 8 * 8; }
  std::int64_t multiple() const { return 8; }
  vpr::Features<X> operator()(const X& images) const {
    return {.cls = X(), .patches = vpr::patches(images, 8), .grid = {images.shape()[2] / 8, images.shape()[3] / 8}};
  }
};

static_assert(vpr::Backbone<Pixels<>>);
