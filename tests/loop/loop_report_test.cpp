// SPDX-License-Identifier: MIT
#include <vpr/loop/loop_report.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

namespace {

LoopReport report() {
  return {.drives = {{"day <1>", {{0, 0}, {100, 0}, {100, 100}}}, {"night", {{0, 10}, {100, 100}}}},
          .loops = {{.frame = 3, .match = 0, .score = 0.8F}, {.frame = 4, .match = 0, .score = 0.5F, .probability = 0.25}}};
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("Loops are right where their frames are close") {
  CHECK(right_loops(report()) == std::vector<bool>{true, false});
  CHECK(revisiting_frames(report(), 0) == 2);
  CHECK(revisiting_frames(report(), 1) == 2);
  CHECK(revisiting_frames(report(), 2) == 1);
  LoopReport strict = report();
  strict.metres = 5;
  CHECK(right_loops(strict) == std::vector<bool>{false, false});
}

TEST_CASE("The drawing has a line for each drive and each loop, in the colour of right or wrong") {
  const std::string svg = loops_svg(report());
  CHECK(count(svg, "<path") == 4);
  CHECK(count(svg, "var(--right)") == 1);
  CHECK(count(svg, "var(--wrong)") == 1);
  CHECK_THAT(svg, ContainsSubstring("day &lt;1&gt;"));
  CHECK_THAT(svg, ContainsSubstring("frames 4 and 0, score 0.500, probability 0.250"));
  CHECK(loops_svg({}).empty());
  CHECK(count(loops_svg({.drives = {{"one frame", {{5, 5}}}}}), "<path") == 1);
}

TEST_CASE("A loop of a frame that is not there is refused") {
  LoopReport wrong = report();
  wrong.loops[0].frame = 5;
  CHECK_THROWS_WITH(loops_svg(wrong), "loop report: a loop has frame 5, the drives have 5");
}

TEST_CASE("The page says how many loops are right") {
  const TemporaryFolder folder;
  write_loop_report(folder.file("loops.html"), report());
  const std::string html = detail::read_text(folder.file("loops.html"));
  CHECK_THAT(html, ContainsSubstring("<dt>Loops</dt><dd>2</dd>"));
  CHECK_THAT(html, ContainsSubstring("<dt>Right</dt><dd>1</dd>"));
  CHECK_THAT(html, ContainsSubstring("<dt>Frames, night</dt><dd>2</dd>"));
}
