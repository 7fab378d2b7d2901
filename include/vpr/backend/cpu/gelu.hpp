// SPDX-License-Identifier: MIT
/// @file
/// GELU of what a product has just written.
#pragma once

#include <vpr/backend/cpu/rows.hpp>
#include <vpr/backend/kernel.hpp>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// GELU of `count` elements.
inline void gelu_in_place(float* data, std::int64_t count) { rows().gelu(count, data, data); }
inline void gelu_in_place(double* data, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) data[i] = gelu_value(data[i]);
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
