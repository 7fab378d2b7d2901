// SPDX-License-Identifier: MIT
/// @file
/// The precisions in which weights are held and multiplied.
#pragma once

#include <vpr/core/requirements.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace vpr {

// GCC takes an enumerator of a scope of its own to shadow `vpr::f32`.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"

/// How a matrix is held, and in what its products are computed. Inputs, results and what follows a product are float in each.
enum class Precision {
  f32,   ///< as they come
  bf16,  ///< weights and inputs rounded to bfloat16, sums in float
  int8,  ///< weights as bytes with a scale per output, inputs as bytes with a scale and an offset per row, sums exact
};

#pragma GCC diagnostic pop

inline constexpr std::array<std::string_view, 3> precision_names = {"f32", "bf16", "int8"};

inline std::string_view name_of(Precision precision) { return precision_names[static_cast<std::size_t>(precision)]; }

}  // namespace vpr
