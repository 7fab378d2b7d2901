// SPDX-License-Identifier: MIT
#include <vpr/core/random.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>
#include <vector>

TEST_CASE("Random gives SplitMix64's published numbers") {
  vpr::Random random(1234567);
  for (const std::uint64_t wanted :
       {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U, 16408922859458223821U}) {
    CHECK(random() == wanted);
  }
}

TEST_CASE("Random numbers keep to their range, and all of it is used") {
  vpr::Random random(1);
  std::vector<int> hits(7);
  double least = 1, most = 0;
  for (int i = 0; i < 70000; ++i) {
    ++hits[static_cast<std::size_t>(random.below(7))];
    const double u = random.uniform();
    least = std::min(least, u);
    most = std::max(most, u);
    REQUIRE((u >= 0 && u < 1));
  }
  for (const int count : hits) CHECK(std::abs(count - 10000) < 500);  // five standard deviations
  CHECK(least < 0.001);
  CHECK(most > 0.999);
  CHECK(random.below(1) == 0);
}

TEST_CASE("Each list of numbers has a stream of its own") {
  std::vector<std::uint64_t> first;
  for (std::int64_t a = 0; a < 20; ++a) {
    for (std::int64_t b = 0; b < 20; ++b) first.push_back(vpr::Random::of({a, b})());
  }
  first.push_back(vpr::Random::of({})());
  first.push_back(vpr::Random::of({0})());
  std::sort(first.begin(), first.end());
  CHECK(std::unique(first.begin(), first.end()) == first.end());
  CHECK(vpr::Random::of({3, -1})() == vpr::Random::of({3, -1})());
}

TEST_CASE("Every order is as likely as any other") {
  vpr::Random random(1);
  std::map<std::vector<int>, int> hits;
  for (int i = 0; i < 6000; ++i) {
    std::vector<int> items{0, 1, 2};
    vpr::shuffle(items, random);
    ++hits[items];
  }
  CHECK(hits.size() == 6);
  for (const auto& [order, count] : hits) CHECK(std::abs(count - 1000) < 150);  // five standard deviations
}
