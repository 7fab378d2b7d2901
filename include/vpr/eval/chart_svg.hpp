// SPDX-License-Identifier: MIT
/// @file
/// What the charts of reports share: axes with round numbers, lines thinned to what can be seen, the frame around.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/dataset/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vpr::detail {

/// A finite number as `std::to_chars` writes it, with its exponent kept short: 6e-5.
inline std::string short_number(double value, std::chars_format format, int precision) {
  char text[400];
  std::string number(text, std::to_chars(text, text + sizeof text, value, format, precision).ptr);
  const std::size_t sign = number.find('e') + 1;
  if (sign == 0) return number;
  const std::size_t digits = std::min(number.find_first_not_of('0', sign + 1), number.size() - 1);
  return text_of(number.substr(0, sign), number[sign] == '-' ? "-" : "", number.substr(digits));
}

/// The same in the fewest characters that tell so many significant digits: 0.25, 12500, 6e-5.
inline std::string short_number(double value, int digits) { return short_number(value, std::chars_format::general, digits); }

struct Tick {
  double value;
  std::string text;
};

/// One direction of a chart.
struct Axis {
  double least = 0, largest = 1;  ///< its ends, not equal
  std::vector<Tick> ticks = {};   ///< what is written beside it
  bool logarithmic = false;

  /// Where a value stands: 0 at the least, 1 at the largest.
  double share(double value) const {
    if (logarithmic) return (std::log10(value) - std::log10(least)) / (std::log10(largest) - std::log10(least));
    return (value - least) / (largest - least);
  }
};

/// 1, 2 or 5 times a power of ten, at most about `parts` of which make up `range` > 0.
inline double round_step(double range, int parts) {
  const double step = range / parts, power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1, 2, 5}) {
    if (step <= factor * power) return factor * power;
  }
  return 10 * power;
}

/// The multiples of `step` > 0 from `least` to `largest`, all with as many digits as the step has.
inline std::vector<Tick> ticks_between(double least, double largest, double step, std::string_view unit = "") {
  const auto exponent = [](double value) { return static_cast<int>(std::floor(std::log10(value) + 1e-9)); };
  const bool plain = exponent(step) >= -4 && std::max(std::abs(least), std::abs(largest)) < 1e7;
  const double first = std::ceil(least / step - 1e-6), count = std::floor(largest / step + 1e-6) - first;
  std::vector<Tick> ticks;
  for (int i = 0; i <= count; ++i) {
    const double value = (first + i) * step + 0.0;  // no minus before a zero
    const int digits = plain ? std::max(-exponent(step), 0) : value == 0 ? 0 : exponent(std::abs(value)) - exponent(step);
    ticks.push_back({value, text_of(plain        ? fixed(value, digits)
                                    : value == 0 ? "0"
                                                 : short_number(value, std::chars_format::scientific, std::max(digits, 0)),
                                    unit)});
  }
  return ticks;
}

/// An axis around values, which ends in round numbers; it has 0 in it where that is not far, or all values are equal.
/// @param least, largest  of the values; of a size of at most 1e300
/// @param unit            after each number
inline Axis value_axis(double least, double largest, std::string_view unit = "") {
  const double size = std::max(std::abs(least), std::abs(largest)), tiny = 1e-100;
  if (size <= tiny) {
    least = 0;
    largest = 1;
  } else if (largest - least <= 1e-9 * size || largest - least <= tiny) {
    least = std::min(least, 0.0);
    largest = std::max(largest, 0.0);
  } else if (least > 0 && least < largest / 2) {
    least = 0;
  }
  const double step = round_step(largest - least, 5);
  Axis axis{std::floor(least / step + 1e-6) * step, std::ceil(largest / step - 1e-6) * step};
  axis.ticks = ticks_between(axis.least, axis.largest, step, unit);
  return axis;
}

/// A logarithmic axis around values > 0, from a power of ten to a power of ten.
inline Axis power_axis(double least, double largest) {
  const int first = static_cast<int>(std::floor(std::log10(least))),
            last = std::max(static_cast<int>(std::ceil(std::log10(largest))), first + 1);
  Axis axis{std::pow(10, first), std::pow(10, last), {}, true};
  for (int power = first; power <= last; power += (last - first + 5) / 6)
    axis.ticks.push_back({std::pow(10, power), short_number(std::pow(10, power), 3)});
  return axis;
}

/// An axis of whole numbers, which ends at the first and the last; one alone stands in its middle.
inline Axis count_axis(double first, double last) {
  const double margin = std::max(1e-9 * std::abs(first), 1.0);
  if (last - first < margin) return {first - margin, first + margin, {{first, short_number(first, 7)}}};
  return {first, last, ticks_between(first, last, std::max(round_step(last - first, 5), 1.0))};
}

struct ChartPoint {
  double x = 0;
  double y = 0;  ///< NaN: the line breaks here
};

/// As many columns as the eye tells apart in a chart.
inline constexpr std::size_t chart_columns = 400;

/// Points that draw the same line where more share a column of the drawing than can be told apart: the lowest and the highest of each run of
/// neighbours, in the order they come in. A run breaks the line only where all of it does.
/// @return  at most two for each column
inline std::vector<ChartPoint> thinned(std::span<const ChartPoint> points, std::size_t columns = chart_columns) {
  if (points.size() <= 2 * columns) return {points.begin(), points.end()};
  std::vector<ChartPoint> kept;
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t end = points.size() * (column + 1) / columns;
    std::size_t low = points.size() * column / columns, high = low;
    for (std::size_t i = low; i < end; ++i) {
      if (is_nan(points[i].y)) continue;
      if (is_nan(points[low].y) || points[i].y < points[low].y) low = i;
      if (is_nan(points[high].y) || points[i].y > points[high].y) high = i;
    }
    kept.push_back(points[std::min(low, high)]);
    if (low != high) kept.push_back(points[std::max(low, high)]);
  }
  return kept;
}

/// A chart as an `<svg>` element that takes its colours from the page: a frame, into which `drawing` goes.
struct Chart {
  static constexpr double left = 44, right = 466, top = 14, bottom = 206;
  Axis across, up;

  std::string x(double value) const { return fixed(left + (right - left) * across.share(value), 1); }
  std::string y(double value) const { return fixed(bottom - (bottom - top) * up.share(value), 1); }

  /// A path's `d` through the points; one alone is a line of no length, which round ends make a dot.
  std::string line(std::span<const ChartPoint> points) const {
    std::string path;
    std::size_t run = 0;
    const auto end_run = [&] {
      if (run == 1) path += "h0";
      run = 0;
    };
    for (const ChartPoint& point : points) {
      if (is_nan(point.y)) {
        end_run();
      } else {
        path += text_of(run++ == 0 ? "M" : "L", x(point.x), " ", y(point.y));
      }
    }
    end_run();
    return path;
  }

  /// @param label   what the chart is, for those who can't see it
  /// @param below   what the numbers below it are
  std::string svg(std::string_view label, std::string_view drawing, std::string_view below) const {
    std::string svg =
        text_of(R"(<svg class="chart" viewBox="0 0 480 244" role="img" aria-label=")", label, R"(" font-size="12" fill="currentColor">)");
    for (const Tick& tick : up.ticks) {
      svg += text_of(R"(<path d="M)", fixed(left, 0), " ", y(tick.value), "H", fixed(right, 0),
                     R"(" stroke="currentColor" stroke-opacity=".18"/><text x=")", fixed(left - 8, 0), R"(" y=")", y(tick.value),
                     R"(" text-anchor="end" dominant-baseline="middle">)", tick.text, "</text>");
    }
    for (const Tick& tick : across.ticks)
      svg += text_of(R"(<text x=")", x(tick.value), R"(" y="222" text-anchor="middle">)", tick.text, "</text>");
    return text_of(svg, drawing, R"(<text x="255" y="241" text-anchor="middle" fill-opacity=".7">)", below, "</text></svg>");
  }
};

}  // namespace vpr::detail
