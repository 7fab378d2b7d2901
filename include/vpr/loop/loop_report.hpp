// SPDX-License-Identifier: MIT
/// @file
/// Drives and their loops as a page with a drawing.
#pragma once

#include <vpr/dataset/text.hpp>
#include <vpr/dataset/utm.hpp>
#include <vpr/eval/report_page.hpp>
#include <vpr/loop/loop.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Drives, and loops between their frames, which are counted through all drives in turn.
struct LoopReport {
  /// Frames of one camera in their order.
  struct Drive {
    std::string name;
    std::vector<Position> positions;
  };

  std::string title = "Loops";
  std::vector<std::pair<std::string, std::string>> facts = {};
  std::vector<Drive> drives = {};
  std::vector<Loop> loops = {};
  double metres = 25;  ///< a loop is right where its frames are at most so far from each other
};

namespace detail {

/// Where the frames of a report are. @throws ConfigError  for a loop of a frame that is in no drive
inline std::vector<Position> frames_of(const LoopReport& report) {
  std::vector<Position> frames;
  for (const LoopReport::Drive& drive : report.drives) frames.insert(frames.end(), drive.positions.begin(), drive.positions.end());
  for (const auto& loop : report.loops) {
    for (const std::int64_t frame : {loop.frame, loop.match})
      VPR_REQUIRE(ConfigError, frame >= 0 && frame < std::ssize(frames), "loop report: a loop has frame ", frame, ", the drives have ",
                  frames.size());
  }
  return frames;
}

}  // namespace detail

/// Which loops are right.
/// @throws ConfigError  for a loop of a frame that is in no drive
inline std::vector<bool> right_loops(const LoopReport& report) {
  const std::vector<Position> frames = detail::frames_of(report);
  std::vector<bool> right;
  for (const Loop& loop : report.loops) {
    const auto at = [&](std::int64_t frame) { return frames[static_cast<std::size_t>(frame)]; };
    right.push_back(squared_distance(at(loop.frame), at(loop.match)) <= report.metres * report.metres);
  }
  return right;
}

/// How many frames are at most `metres` from one more than `gap` frames before them: those that a loop could be right of.
inline std::int64_t revisiting_frames(const LoopReport& report, std::int64_t gap) {
  const std::vector<Position> frames = detail::frames_of(report);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < std::ssize(frames); ++i) {
    for (std::int64_t j = 0; j < i - gap; ++j) {
      if (squared_distance(frames[static_cast<std::size_t>(i)], frames[static_cast<std::size_t>(j)]) > report.metres * report.metres)
        continue;
      ++count;
      break;
    }
  }
  return count;
}

/// The drives seen from the south and above, each frame lifted above the one before it, so that a loop is a line between two passes of a place: right
/// ones and wrong ones in the page's colours. An `<svg>` element. Empty where there are no frames.
/// @throws ConfigError  for a loop of a frame that is in no drive
inline std::string loops_svg(const LoopReport& report) {
  using detail::fixed;
  const std::vector<Position> frames = detail::frames_of(report);
  if (frames.empty()) return {};
  constexpr double width = 720, margin = 14, most_height = 640;
  struct Point {
    double x, y;
  };
  std::vector<Point> points;
  const auto [west, east] = std::minmax_element(frames.begin(), frames.end(), [](const auto& a, const auto& b) { return a.east < b.east; });
  const auto [south, north] =
      std::minmax_element(frames.begin(), frames.end(), [](const auto& a, const auto& b) { return a.north < b.north; });
  const double extent = std::max({east->east - west->east, north->north - south->north, 1.0});
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const double across = frames[i].east - west->east, away = frames[i].north - south->north;
    const double lift = 0.6 * extent * static_cast<double>(i) / static_cast<double>(frames.size());
    points.push_back({across + 0.35 * away, -0.45 * away - lift});
  }
  double left = points[0].x, right = left, top = points[0].y, bottom = top;
  for (const Point& point : points) {
    left = std::min(left, point.x);
    right = std::max(right, point.x);
    top = std::min(top, point.y);
    bottom = std::max(bottom, point.y);
  }
  const double scale = std::min((width - 2 * margin) / std::max(right - left, 1.0), most_height / std::max(bottom - top, 1.0));
  const auto text = [&](const Point& point) {
    return text_of(fixed(margin + scale * (point.x - left), 1), " ", fixed(margin + scale * (point.y - top), 1));
  };

  std::string svg = text_of(R"(<svg viewBox="0 0 )", fixed(width, 0), " ", fixed(2 * margin + scale * (bottom - top), 0),
                            R"(" role="img" aria-label="Drives and their loops" fill="none" stroke-linejoin="round">)");
  std::size_t begin = 0;
  constexpr std::array<const char*, 3> dashes{"", R"( stroke-dasharray="7 4")", R"( stroke-dasharray="2 3")"};
  for (std::size_t d = 0; d < report.drives.size(); ++d) {
    const std::size_t end = begin + report.drives[d].positions.size();
    std::string path;
    for (std::size_t i = begin; i < end; ++i) path += text_of(i == begin ? "M" : "L", text(points[i]));
    if (end > begin)
      svg += text_of(R"(<path d=")", path, R"(" stroke="currentColor" stroke-opacity=".55" stroke-width="1.6")", dashes[d % dashes.size()],
                     "><title>", detail::html_text(report.drives[d].name), "</title></path>");
    begin = end;
  }
  const std::vector<bool> is_right = right_loops(report);
  for (std::size_t i = 0; i < report.loops.size(); ++i) {
    const Loop& loop = report.loops[i];
    svg += text_of(R"(<path d="M)", text(points[static_cast<std::size_t>(loop.frame)]), "L",
                   text(points[static_cast<std::size_t>(loop.match)]), R"(" stroke='var(--)", is_right[i] ? "right" : "wrong",
                   R"()' stroke-width="1.4"><title>frames )", loop.frame, " and ", loop.match, ", score ",
                   fixed(static_cast<double>(loop.score), 3), loop.probability ? ", probability " + fixed(*loop.probability, 3) : "",
                   "</title></path>");
  }
  return svg + "</svg>";
}

/// Writes a page with the drawing, how many loops are right, and the facts.
/// @throws IoError      where it cannot be written
/// @throws ConfigError  for a loop of a frame that is in no drive
inline void write_loop_report(const std::filesystem::path& path, const LoopReport& report) {
  const std::vector<bool> right = right_loops(report);
  const auto count = std::count(right.begin(), right.end(), true);
  std::vector<std::pair<std::string, std::string>> facts{{"Loops", std::to_string(right.size())}, {"Right", std::to_string(count)}};
  for (const LoopReport::Drive& drive : report.drives) facts.emplace_back("Frames, " + drive.name, std::to_string(drive.positions.size()));
  facts.insert(facts.end(), report.facts.begin(), report.facts.end());
  const std::string note = text_of("Each frame is lifted above the one before it. Loops in green: at most ",
                                   detail::fixed(report.metres, 0), " m apart; in red: farther.");
  detail::write_page(path, detail::page_html(report.title, "",
                                             text_of(detail::facts_html(facts), R"(<div class="card">)", loops_svg(report),
                                                     R"(<p class="note">)", note, "</p></div>")));
}

}  // namespace vpr
