// SPDX-License-Identifier: MIT
#include <vpr/dataset/graded_pairs.hpp>

#include "tests/support/catch.hpp"

#include <array>
#include <limits>
#include <string>
#include <vector>

using namespace vpr;

namespace {

/// Photos every 5 m along a street, looking along it.
std::vector<TrainingPhoto> street(int count) {
  std::vector<TrainingPhoto> photos;
  for (int i = 0; i < count; ++i)
    photos.push_back({.path = std::to_string(i), .heading = 0, .position = Position{500000, 4000000 + 5.0 * i, {31, false}}});
  return photos;
}

}  // namespace

TEST_CASE("Of four pairs two share half of what they see, one less and one nothing") {
  const GradedPairSampler sampler(street(40), {}, 3);
  std::array<int, 3> counts{};
  for (std::int64_t i = 0; i < 2000; ++i) {
    const GradedPair pair = sampler.pair(i / 10, i % 10);
    CHECK(pair.first != pair.second);
    const auto& photos = sampler.photos();
    const auto &a = photos[static_cast<std::size_t>(pair.first)], &b = photos[static_cast<std::size_t>(pair.second)];
    CHECK(static_cast<double>(pair.overlap) == Approx(view_overlap(*a.position, 0, *b.position, 0)));
    ++counts[pair.overlap >= 0.5F ? 0 : pair.overlap > 0 ? 1 : 2];
  }
  CHECK(counts[0] == Approx(1000).margin(80));
  CHECK(counts[1] == Approx(500).margin(80));
  CHECK(counts[2] == Approx(500).margin(80));
}

TEST_CASE("A pair follows from seed, batch, number and attempt alone") {
  const GradedPairSampler sampler(street(40), {}, 3), same(street(40), {}, 3), other(street(40), {}, 4);
  int differ = 0, differ_by_attempt = 0;
  for (std::int64_t i = 0; i < 20; ++i) {
    CHECK(sampler.pair(5, i).first == same.pair(5, i).first);
    CHECK(sampler.pair(5, i).second == same.pair(5, i).second);
    differ += sampler.pair(5, i).first != other.pair(5, i).first;
    differ_by_attempt += sampler.pair(5, i).first != sampler.pair(5, i, 1).first;
  }
  CHECK(differ > 10);
  CHECK(differ_by_attempt > 10);
}

TEST_CASE("Photos that make no pairs are refused with how many there are") {
  std::vector<TrainingPhoto> blind = street(3);
  blind[1].heading = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(GradedPairSampler(blind), ContainsSubstring("1: its position or its heading is not known"));
  CHECK_THROWS_WITH(GradedPairSampler(street(2)), ContainsSubstring("and 0 share nothing with another"));
  std::vector<TrainingPhoto> apart = street(41);
  apart.erase(apart.begin() + 1, apart.end() - 1);
  CHECK_THROWS_WITH(GradedPairSampler(apart), ContainsSubstring("of 2 photos 0 share half"));
}
