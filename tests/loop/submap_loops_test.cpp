// SPDX-License-Identifier: MIT
#include <vpr/loop/submap_loops.hpp>

#include "tests/loop/drive.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace vpr;
using vpr::test::Drive;

namespace {

struct Found {
  std::int64_t frame, match;
  double distance;
};

/// What VGGT-SLAM does, as it describes it: frames are gathered until a submap has its size and the overlap; the last `overlap` of them begin the
/// next one. Of each submap that frame is a loop which is nearest to one of the submaps but this and the newest before it, of equally near ones the
/// later.
std::vector<Found> reference(const Drive& drive, const SubmapLoopSettings& s) {
  std::vector<std::vector<std::int64_t>> submaps;
  std::vector<std::int64_t> now;
  for (std::int64_t i = 0; i < drive.size(); ++i) {
    now.push_back(i);
    if (std::ssize(now) < s.submap + s.overlap && i + 1 < drive.size()) continue;
    submaps.push_back(now);
    now.erase(now.begin(), now.end() - s.overlap);
  }
  std::vector<Found> loops;
  for (std::size_t m = 0; m < submaps.size(); ++m) {
    Found best{-1, -1, static_cast<double>(s.threshold)};
    for (const std::int64_t frame : submaps[m]) {
      Found nearest{frame, -1, 1000};
      for (std::size_t other = 0; other + 1 < m; ++other) {
        for (const std::int64_t match : submaps[other]) {
          const double distance = drive.distance(frame, match);
          if (distance < nearest.distance) nearest = {frame, match, distance};
        }
      }
      if (nearest.distance < static_cast<double>(s.threshold) && nearest.distance <= best.distance) best = nearest;
    }
    if (best.match >= 0) loops.push_back(best);
  }
  return loops;
}

}  // namespace

TEST_CASE("The loops of VGGT-SLAM, found at once, are those of a plain reference") {
  std::size_t count = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const Drive drive(230 + 17 * static_cast<std::int64_t>(seed), 20, seed, 100, 0.3F);
    for (const SubmapLoopSettings& settings :
         {SubmapLoopSettings{}, SubmapLoopSettings{.threshold = 0.5F}, SubmapLoopSettings{.submap = 7, .overlap = 3, .threshold = 0.4F},
          SubmapLoopSettings{.submap = 10, .overlap = 0, .threshold = 0.4F}, SubmapLoopSettings{.submap = 1000}}) {
      const std::vector<Loop> loops = find_submap_loops(drive.rows(), settings);
      const std::vector<Found> expected = reference(drive, settings);
      REQUIRE(loops.size() == expected.size());
      for (std::size_t i = 0; i < loops.size(); ++i) {
        CHECK(loops[i].frame == expected[i].frame);
        CHECK(loops[i].match == expected[i].match);
        CHECK(static_cast<double>(loops[i].score) == Approx(expected[i].distance).margin(1e-5));
      }
      count += loops.size();
    }
  }
  CHECK(count > 100);
}

TEST_CASE("No frames have no loops, and submaps without new frames are refused") {
  CHECK(find_submap_loops(Rows(nullptr, 0, 8)).empty());
  const Drive drive(20, 8, 1);
  CHECK_THROWS_AS(find_submap_loops(drive.rows(), {.submap = 0}), ConfigError);
}

TEST_CASE("Submaps and overlaps beyond the sequence are as long as it") {
  const Drive drive(20, 8, 1);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(find_submap_loops(drive.rows(), {.submap = most, .overlap = most}).empty());
  CHECK(find_submap_loops(drive.rows(), {.submap = 4, .overlap = most}).size() == find_submap_loops(drive.rows(), {.submap = 20}).size());
}
