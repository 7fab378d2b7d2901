// SPDX-License-Identifier: MIT
// Teaches: sessions. A drive by day makes a map on disk. At night another drive comes by: its frames are localised in the old session, each by those
// before it, and what is new is added to the map. The page draws both drives and where the second found the first.
//
//     10_multi_session WEIGHTS MAP PAGE.html      MAP is made; it must not be there
#include "drives/described_drive.hpp"

#include <vpr/loop.hpp>
#include <vpr/map.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>

namespace {

/// The share of the queries within 25 m of the old drive whose best place is so, too.
double share_right(const std::vector<float>& scores, const DescribedDrive& old, const DescribedDrive& queries) {
  double known = 0, right = 0;
  for (std::size_t q = 0; q < queries.places.size(); ++q) {
    const auto near = [&](const vpr::Place& place) {
      return vpr::squared_distance(*place.position, *queries.places[q].position) <= 25 * 25;
    };
    if (std::none_of(old.places.begin(), old.places.end(), near)) continue;
    const auto row = scores.begin() + static_cast<std::ptrdiff_t>(q * old.places.size()), end = row + std::ssize(old.places);
    ++known;
    right += near(old.places[static_cast<std::size_t>(std::max_element(row, end) - row)]) ? 1 : 0;
  }
  return right / known;
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 4) return std::fprintf(stderr, "usage: %s WEIGHTS MAP PAGE.html, WEIGHTS of DINOv2 ViT-S/14\n", arguments[0]), 2;

  const Describe describe = load_describer(arguments[1]);
  const vpr::SyntheticTown town({.places = 24, .size = {168, 224}});
  const vpr::TownCrossing old_way[] = {{0, 0}, {3, 0}, {3, 2}, {0, 2}}, new_way[] = {{0, 0}, {3, 0}, {3, 3}, {0, 3}};

  // The first session makes the map.
  const DescribedDrive day = described_drive(describe, town, town.drive(old_way, {.step = 6, .aside = -1.5}), vpr::TownView::map, "day");
  vpr::PlaceMap map = vpr::PlaceMap::create(arguments[2], {.dimensions = day.dimensions, .precision = vpr::MapPrecision::float32});
  map.add(day.places, day.rows());

  // The second is localised in it, by a filter over the map's places, and brings what is new.
  const DescribedDrive night =
      described_drive(describe, town, town.drive(new_way, {.step = 6, .aside = -2.2, .from = 3}), vpr::TownView::night, "night");
  vpr::FlatIndex<> index(day.dimensions);
  const vpr::MapSnapshot before = map.snapshot();
  before.each([&](const vpr::Place& place) {
    const std::vector<float> row = before.descriptor(place.id);
    index.add(vpr::Rows(row.data(), 1, index.dim()));
  });
  const vpr::DecisionRule rule{.threshold = 0.9F};  // a probability
  const std::vector<float> scores = index.scores(night.rows());
  const std::vector<float> probabilities = vpr::sequence_scores(scores, index.size(), vpr::BayesFilter({.elevation = 2}));
  std::printf(
      "of the frames at night that come by a known place, the best is right: by single frames %.3f, sequence matching %.3f, the filter "
      "%.3f\n",
      share_right(scores, day, night), share_right(vpr::sequence_scores(scores, index.size(), vpr::SequenceMatching()), day, night),
      share_right(probabilities, day, night));
  vpr::LoopReport report{.title = "Two sessions"};
  for (const DescribedDrive* frames : {&day, &night}) {
    vpr::LoopReport::Drive& drive = report.drives.emplace_back(vpr::LoopReport::Drive{frames->places[0].session, {}});
    for (const vpr::Place& place : frames->places) drive.positions.push_back(*place.position);
  }
  std::int64_t added = 0;
  for (std::int64_t i = 0; i < std::ssize(night.places); ++i) {
    vpr::TopK<vpr::InnerProduct> best(1);
    best.offer(0, std::span(probabilities).subspan(static_cast<std::size_t>(i * index.size()), static_cast<std::size_t>(index.size())));
    const vpr::DecidedAnswer answer = vpr::decide(rule, best.take(), std::equal_to<std::int64_t>());
    if (answer.decision == vpr::Decision::accept) {
      report.loops.push_back({.frame = index.size() + i, .match = answer.match->id, .score = answer.match->score});
    } else {
      map.add(std::span(night.places).subspan(static_cast<std::size_t>(i), 1), night.rows().slice(i, 1));
      ++added;
    }
  }

  const std::vector<bool> right = vpr::right_loops(report);
  std::printf("%zu frames at night: %zu found in the session by day, %td of them right; %lld added, the map has %lld places\n",
              night.places.size(), right.size(), std::count(right.begin(), right.end(), true), static_cast<long long>(added),
              static_cast<long long>(map.size()));
  vpr::write_loop_report(arguments[3], report);
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
