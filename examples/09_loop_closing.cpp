// SPDX-License-Identifier: MIT
// Teaches: loop closing. A camera drives through a rendered town and comes by some streets again, in other light; its frames go into a LoopCloser,
// pairs of frames that show one place come out. The page draws the drive, lifted as time goes on, and its loops.
//
//     09_loop_closing WEIGHTS PAGE.html
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/dataset/synthetic_town.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/loop.hpp>
#include <vpr/model/pipeline.hpp>

#include <algorithm>
#include <cstdio>

int main(int count, char** arguments) try {
  if (count != 3) return std::fprintf(stderr, "usage: %s WEIGHTS PAGE.html, WEIGHTS of DINOv2 ViT-S/14\n", arguments[0]), 2;

  const vpr::SyntheticTown town({.places = 24, .size = {168, 224}});
  const vpr::TownCrossing first[] = {{0, 0}, {3, 0}, {3, 2}, {0, 2}, {0, 0}}, second[] = {{0, 0}, {3, 0}, {3, 1}, {0, 1}};
  std::vector<vpr::TownPose> way = town.drive(first, {.step = 6, .aside = -1.5});
  const std::size_t noon = way.size();
  for (const vpr::TownPose& pose : town.drive(second, {.step = 6, .aside = -2.5, .from = 3})) way.push_back(pose);

  // Frames in, loops out.
  vpr::Pipeline model(vpr::Tapped(vpr::DinoV2<vpr::ViTS14>(), {.block = 7, .facet = vpr::Facet::value}), vpr::L2Tokens<vpr::GeM<>>(),
                      vpr::NormaliseThenResize<>{{{112, 154}}});
  vpr::load(model.backbone, vpr::open_weights(arguments[1]));
  vpr::LoopCloser closer(
      model.dimensions(),
      {.gap = 30, .suppression = 3, .rule = {.threshold = 0.98F}, .on_message = [](const std::string& what) { std::puts(what.c_str()); }},
      vpr::BayesFilter());
  vpr::LoopReport report{.title = "Loop closing", .drives = {{"drive", {}}}};
  for (std::size_t i = 0; i < way.size(); ++i) {
    const vpr::Image frame = town.render(way[i], i < noon ? vpr::TownView::map : vpr::TownView::viewpoint, i);
    for (const vpr::Loop& loop : closer.add(model, frame)) report.loops.push_back(loop);
    report.drives[0].positions.push_back({way[i].east, way[i].north});
  }

  const std::vector<bool> right = vpr::right_loops(report);
  const auto right_count = std::count(right.begin(), right.end(), true);
  const double found = static_cast<double>(std::max<std::size_t>(right.size(), 1)),
               revisiting = static_cast<double>(vpr::revisiting_frames(report, 30));
  std::printf("%zu frames, %zu loops, precision %.3f, recall %.3f\n", way.size(), right.size(), static_cast<double>(right_count) / found,
              static_cast<double>(right_count) / revisiting);
  vpr::write_loop_report(arguments[2], report);
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
