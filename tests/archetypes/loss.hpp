// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/loss.hpp>
#include <vpr/ops.hpp>

/// The mean cosine of photos of different places, less that of photos of one.
struct Apart {
  template <vpr::TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const auto count = static_cast<std::int64_t>(places.size());
    std::vector<float> weights;  // of the cosine of each two photos
    for (const std::int64_t a : places) {
      for (const std::int64_t b : places) weights.push_back((a == b ? -1.0F : 1.0F) / static_cast<float>(count * count));
    }
    const X unit = vpr::l2_normalize(descriptors);
    const X cosines = reshape(matmul(unit, unit, vpr::Product::abt), vpr::Shape{1, count * count});
    return matmul(cosines, X::from(vpr::Shape{count * count, 1}, std::span<const float>(weights)));
  }
};

static_assert(vpr::Loss<Apart, vpr::Tensor<vpr::Cpu<>>>);
