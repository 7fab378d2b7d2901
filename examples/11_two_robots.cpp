// SPDX-License-Identifier: MIT
// Teaches: more than one robot. Two robots drive through parts of a town that overlap, each with a map of its own. The maps are merged, and the
// places that both have seen are listed with their certainty: that of a rule which was measured in another town, where the truth is known.
//
//     11_two_robots WEIGHTS FOLDER       FOLDER is made; a.map, b.map and overlaps.html go there
#include "drives/described_drive.hpp"

#include <vpr/loop.hpp>
#include <vpr/map.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace {

constexpr std::int64_t near = 3;  // frames that are one place

/// A robot's drive as a map of one session.
vpr::PlaceMap map_of(const std::filesystem::path& path, const DescribedDrive& drive) {
  vpr::PlaceMap map = vpr::PlaceMap::create(path.string(), {.dimensions = drive.dimensions, .precision = vpr::MapPrecision::bf16});
  map.add(drive.places, drive.rows());
  return map;
}

/// The two robots of a town, in one map.
vpr::PlaceMap merged(const Describe& describe, const std::filesystem::path& folder, std::uint64_t seed) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) vpr::fail<vpr::IoError>(folder.string(), ": cannot be made: ", error.message());
  const vpr::SyntheticTown town({.seed = seed, .places = 24, .size = {168, 224}});
  const vpr::TownCrossing a[] = {{0, 1}, {0, 0}, {3, 0}, {3, 3}}, b[] = {{1, 0}, {3, 0}, {3, 2}, {0, 2}};
  vpr::PlaceMap map =
      map_of(folder / "a.map", described_drive(describe, town, town.drive(a, {.step = 6, .aside = -1.5}), vpr::TownView::map, "a"));
  map.merge(map_of(folder / "b.map",
                   described_drive(describe, town, town.drive(b, {.step = 6, .aside = -2, .from = 2}), vpr::TownView::viewpoint, "b")));
  return map;
}

/// Calls `use(place of b, matches among those of a)` for each place of robot b.
template <class Use>
void each_of_b(const vpr::MapSnapshot& map, const Use& use) {
  map.each([&](const vpr::Place& place) {
    if (place.session != "b") return;
    const std::vector<float> row = map.descriptor(place.id);
    use(place, map.search(vpr::Rows(row.data(), 1, map.dim()), 10, {.sessions = {{"a"}}})[0]);
  });
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 3) return std::fprintf(stderr, "usage: %s WEIGHTS FOLDER, WEIGHTS of DINOv2 ViT-S/14\n", arguments[0]), 2;

  const Describe describe = load_describer(arguments[1]);
  const auto neighbours = [](std::int64_t i, std::int64_t j) { return std::abs(i - j) <= near; };
  const std::filesystem::path folder = arguments[2];

  // A town where it is known which places are the same says how certain a score is.
  std::vector<vpr::ValidationAnswer> answers;
  const vpr::MapSnapshot known = merged(describe, folder / "validation", 2).snapshot();
  each_of_b(known, [&](const vpr::Place& place, const vpr::Matches& matches) {
    const bool right = vpr::squared_distance(*place.position, *known.place(matches[0].id).position) < 25 * 25;
    answers.push_back({matches[0].score, *vpr::margin_of(matches, neighbours), right});
  });
  const vpr::DecisionRule rule = vpr::fit_decision(answers, {.precision = 0.95, .on = "another town"});
  std::printf("in another town the rule accepts %.0f %% of the right answers at a precision of %.2f\n", 100 * rule.measured.recall(),
              rule.measured.precision());

  // Here nobody knows.
  const vpr::MapSnapshot map = merged(describe, folder, 1).snapshot();
  vpr::LoopReport report{.title = "Two robots", .drives = {{"a", {}}, {"b", {}}}};
  map.each([&](const vpr::Place& place) { report.drives[place.session == "a" ? 0 : 1].positions.push_back(*place.position); });
  each_of_b(map, [&](const vpr::Place& place, const vpr::Matches& matches) {
    const vpr::DecidedAnswer answer = vpr::decide(rule, matches, neighbours);
    if (answer.decision == vpr::Decision::reject) return;
    std::printf("%s is %s, certainty %.2f\n", place.name.c_str(), map.place(answer.match->id).name.c_str(), *answer.probability);
    report.loops.push_back({.frame = place.id, .match = answer.match->id, .score = answer.match->score, .probability = answer.probability});
  });
  const std::vector<bool> right = vpr::right_loops(report);
  std::printf("%zu overlaps, %td of them right\n", right.size(), std::count(right.begin(), right.end(), true));
  vpr::write_loop_report(folder / "overlaps.html", report);
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
