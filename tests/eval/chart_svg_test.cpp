// SPDX-License-Identifier: MIT
#include <vpr/eval/chart_svg.hpp>

#include "tests/support/catch.hpp"

#include <limits>

using namespace vpr::detail;

namespace {
const double none = std::numeric_limits<double>::quiet_NaN();

std::string texts(const Axis& axis) {
  std::string all;
  for (const Tick& tick : axis.ticks) all += (all.empty() ? "" : " ") + tick.text;
  return all;
}
}  // namespace

TEST_CASE("Numbers are written short") {
  CHECK(short_number(0.25, 3) == "0.25");
  CHECK(short_number(12500, 3) == "1.25e4");
  CHECK(short_number(12500, 5) == "12500");
  CHECK(short_number(-6e-5, 3) == "-6e-5");
  CHECK(short_number(1e-300, 3) == "1e-300");
  CHECK(short_number(1, std::chars_format::scientific, 0) == "1e0");
  CHECK(short_number(0, 3) == "0");
}

TEST_CASE("An axis of values ends in round numbers, and begins at 0 where that is near") {
  CHECK(texts(value_axis(0.31, 2.9)) == "0 1 2 3");
  CHECK(texts(value_axis(35.1, 37.8, "%")) == "35% 36% 37% 38%");
  CHECK(texts(value_axis(-0.3, 0.5)) == "-0.4 -0.2 0.0 0.2 0.4 0.6");
  CHECK(texts(value_axis(-7, -3)) == "-7 -6 -5 -4 -3");
  CHECK(texts(value_axis(0, 1e-4)) == "0 2e-5 4e-5 6e-5 8e-5 1.0e-4");
  CHECK(texts(value_axis(1e8 + 1, 1e8 + 4)) == "1.00000001e8 1.00000002e8 1.00000003e8 1.00000004e8");
}

TEST_CASE("An axis of equal values is theirs and zero's") {
  CHECK(texts(value_axis(6e-5, 6e-5)) == "0 2e-5 4e-5 6e-5");
  CHECK(texts(value_axis(100, 100, "%")) == "0% 20% 40% 60% 80% 100%");
  CHECK(texts(value_axis(-2, -2)) == "-2.0 -1.5 -1.0 -0.5 0.0");
  CHECK(texts(value_axis(0, 0)) == "0.0 0.2 0.4 0.6 0.8 1.0");
}

TEST_CASE("An axis of any finite values has ends and a few numbers") {
  for (const auto& [least, largest] : std::initializer_list<std::pair<double, double>>{
           {-1e300, 1e300}, {1e300, 1e300}, {0, 5e-324}, {-1e-300, 1e-300}, {-1e-99, 1}, {1, 1 + 1e-15}}) {
    CAPTURE(least, largest);
    for (const Axis& axis : {value_axis(least, largest), count_axis(least, largest)}) {
      CHECK(axis.least < axis.largest);
      CHECK(axis.share(least) >= -1e-5);
      CHECK(axis.share(largest) <= 1 + 1e-5);
      CHECK((axis.ticks.size() >= 1 && axis.ticks.size() <= 12));
    }
  }
}

TEST_CASE("A logarithmic axis goes from a power of ten to a power of ten") {
  const Axis axis = power_axis(0.0021, 5.6);
  CHECK(texts(axis) == "0.001 0.01 0.1 1 10");
  CHECK(axis.share(0.1) == Approx(0.5));
  CHECK(texts(power_axis(1, 1)) == "1 10");
  const Axis wide = power_axis(1e-100, 1e300);
  CHECK((wide.ticks.size() >= 2 && wide.ticks.size() <= 7));
  CHECK(wide.share(1e300) == Approx(1));
}

TEST_CASE("An axis of steps ends with the first and the last, and counts in whole numbers") {
  const Axis axis = count_axis(1, 4000);
  CHECK(texts(axis) == "1000 2000 3000 4000");
  CHECK((axis.least == 1 && axis.largest == 4000));
  CHECK(texts(count_axis(1, 3)) == "1 2 3");
  CHECK(texts(count_axis(7, 7)) == "7");
  CHECK(count_axis(7, 7).share(7) == 0.5);
}

TEST_CASE("A line breaks where a value is missing, and a point alone is a dot") {
  const Chart chart{{0, 4}, {0, 1}};
  CHECK(chart.line({}).empty());
  CHECK(chart.line(std::vector<ChartPoint>{{0, 0}, {1, 1}, {2, none}, {3, 0.5}, {4, none}}) == "M44.0 206.0L149.5 14.0M360.5 110.0h0");
  CHECK(chart.line(std::vector<ChartPoint>{{0, none}, {4, 0}}) == "M466.0 206.0h0");
}

TEST_CASE("Few points are all kept, of many the lowest and the highest of each run in their order") {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 10; ++i) points.push_back({static_cast<double>(i), static_cast<double>((i * 7) % 10)});  // 0 7 4 1 8 | 5 2 9 6 3
  CHECK(thinned(points, 5).size() == 10);
  std::string kept;
  for (const ChartPoint& point : thinned(points, 2)) kept += std::to_string(std::lround(point.x)) + " ";
  CHECK(kept == "0 4 6 7 ");
  CHECK(thinned({}, 2).empty());
}

TEST_CASE("Missing values among thinned points are passed over, and break the line where a whole run is missing") {
  const std::vector<ChartPoint> points{{0, none}, {1, 3}, {2, none}, {3, none}, {4, none}, {5, none}, {6, 2}, {7, 2}, {8, 2}};
  const auto kept = thinned(points, 3);
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].x == 1);
  CHECK(std::isnan(kept[1].y));
  CHECK(kept[2].x == 6);
}
