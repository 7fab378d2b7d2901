// SPDX-License-Identifier: MIT
/// Loops that are verified by the geometry of two views.
#include <vpr/loop/loop_closer.hpp>
#include <vpr/matcher/verified.hpp>

#include "tests/loop/drive.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

TEST_CASE("Of candidates with the same features only those whose features lie alike are loops") {
  // Three rounds of 30 places. The second round sees the first one's features at the same spots; the third one sees them shuffled.
  const std::int64_t round = 30;
  const test::Drive drive(3 * round, 16, 4, round);
  const auto local = [&](std::int64_t frame) {
    const std::vector<float> values = random_floats(64 * 8, static_cast<std::uint64_t>(frame % round) + 1);
    LocalFeatures features{.grid = {8, 8}, .channels = 8, .values = values};
    for (std::int64_t i = 0; i < 64 && frame >= 2 * round; ++i) {
      const std::int64_t from = (i * 37 + 11) % 64;
      std::copy_n(values.begin() + 8 * from, 8, features.values.begin() + 8 * i);
    }
    for (std::int64_t i = 0; i < 64; ++i) {
      float squares = 0;
      for (std::int64_t k = 0; k < 8; ++k)
        squares += features.values[static_cast<std::size_t>(8 * i + k)] * features.values[static_cast<std::size_t>(8 * i + k)];
      for (std::int64_t k = 0; k < 8; ++k) features.values[static_cast<std::size_t>(8 * i + k)] /= std::sqrt(squares);
    }
    return features;
  };
  LoopCloser closer(FlatIndex<>(drive.dim()), {.gap = 10, .suppression = 0}, SingleFrames(),
                    VerifyBy<Verified<>>{.least_score = 30, .top = 20});
  std::int64_t second = 0, third = 0;
  for (std::int64_t i = 0; i < drive.size(); ++i) {
    const LocalFeatures features = local(i);
    for (const Loop& loop : closer.add(drive[i], {.local = &features})) {
      CHECK(loop.frame - loop.match == round);
      CHECK(loop.verified->score >= 30);
      (i < 2 * round ? second : third) += 1;
    }
  }
  CHECK(second >= 25);
  CHECK(third == 0);
}
