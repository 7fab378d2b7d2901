// SPDX-License-Identifier: MIT
/// @file
/// The angles of rotary positions on a grid.
#pragma once

#include <vpr/core/grid.hpp>
#include <vpr/core/shape.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace vpr {

/// What `rotary` turns the patches of a grid by, cosine and sine `N×D/2` for heads of D channels, as DINOv3 has it (Siméoni et al. 2025, section
/// 3.2): the patches' centres lie at ((row + ½) / height, (column + ½) / width), brought from [0, 1] to [-1, 1]; channel j of the first D/4 is turned
/// by 2π · row's place / base^(4j/D), those of the second D/4 by the column's place alike.
template <class X>
struct RotaryTurns {
  X cosine, sine;

  RotaryTurns(Grid grid, std::int64_t head, double base) {
    const auto quarter = static_cast<std::size_t>(head / 4);
    const auto angles = [&](std::int64_t places) {
      std::vector<double> all;
      for (std::int64_t i = 0; i < places; ++i) {
        const double place = (2 * static_cast<double>(i) + 1) / static_cast<double>(places) - 1;
        for (std::size_t j = 0; j < quarter; ++j)
          all.push_back(2 * std::numbers::pi * place / std::pow(base, 4 * static_cast<double>(j) / static_cast<double>(head)));
      }
      return all;
    };
    const std::vector<double> rows = angles(grid.height), columns = angles(grid.width);
    const auto each = [&](double (*function)(double)) {
      std::vector<float> values;
      const auto append = [&](const std::vector<double>& of, std::int64_t place) {
        const auto begin = of.begin() + place * static_cast<std::ptrdiff_t>(quarter);
        for (auto angle = begin; angle != begin + static_cast<std::ptrdiff_t>(quarter); ++angle)
          values.push_back(static_cast<float>(function(*angle)));
      };
      for (std::int64_t y = 0; y < grid.height; ++y) {
        for (std::int64_t x = 0; x < grid.width; ++x) {
          append(rows, y);
          append(columns, x);
        }
      }
      return X::from(Shape{grid.patches(), 2 * (head / 4)}, std::span<const float>(values));
    };
    cosine = each([](double angle) { return std::cos(angle); });
    sine = each([](double angle) { return std::sin(angle); });
  }
};

}  // namespace vpr
