// SPDX-License-Identifier: MIT
#include <vpr/aggregator/first_centres.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <set>
#include <vector>

using namespace vpr;

namespace {

std::set<std::vector<float>> rows_of(const std::vector<float>& centres, std::size_t dim) {
  std::set<std::vector<float>> rows;
  for (std::size_t i = 0; i < centres.size(); i += dim)
    rows.insert({centres.begin() + static_cast<std::ptrdiff_t>(i), centres.begin() + static_cast<std::ptrdiff_t>(i + dim)});
  return rows;
}

}  // namespace

TEST_CASE("First centres are different points, drawn by the seed") {
  const std::vector<float> numbers = random_floats(50 * 3, 1);
  const Rows points(numbers.data(), 50, 3);
  for (const auto rule : {FirstCentres::plus_plus, FirstCentres::random}) {
    for (const auto distance : {ClusterDistance::euclidean, ClusterDistance::cosine}) {
      const auto centres = first_centres(points, 50, rule, distance, 7);
      CHECK(rows_of(centres, 3) == rows_of(numbers, 3));
      CHECK(first_centres(points, 50, rule, distance, 7) == centres);
      CHECK(first_centres(points, 50, rule, distance, 8) != centres);
    }
  }
}

TEST_CASE("The k-means++ draw reaches every far group, by either distance") {
  std::vector<float> numbers;
  for (int i = 0; i < 300; ++i) {  // three tight groups, of very different sizes, far apart also as directions
    const int group = i < 290 ? 0 : i < 297 ? 1 : 2;
    for (int k = 0; k < 3; ++k) numbers.push_back((k == group ? 1000.0F : 0.0F) + 0.001F * static_cast<float>(i % 5));
  }
  for (const auto distance : {ClusterDistance::euclidean, ClusterDistance::cosine}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      std::set<int> groups;
      const auto centres = first_centres(Rows(numbers.data(), 300, 3), 3, FirstCentres::plus_plus, distance, seed);
      for (std::size_t c = 0; c < 3; ++c)
        groups.insert(static_cast<int>(std::max_element(&centres[c * 3], &centres[c * 3] + 3) - &centres[c * 3]));
      REQUIRE(groups.size() == 3);
    }
  }
}

TEST_CASE("The k-means++ draw never takes a point twice while others differ, and ends where none does") {
  const std::vector<float> numbers{5, 5, 5, 5, 5, 5, 5, 5, 6, 7};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto centres = first_centres(Rows(numbers.data(), 10, 1), 3, FirstCentres::plus_plus, ClusterDistance::euclidean, seed);
    REQUIRE(std::set<float>(centres.begin(), centres.end()) == std::set<float>{5, 6, 7});
  }
  CHECK(first_centres(Rows(numbers.data(), 8, 1), 3, FirstCentres::plus_plus, ClusterDistance::euclidean, 1) ==
        std::vector<float>{5, 5, 5});
}

TEST_CASE("More centres than points, or none, are refused") {
  const std::vector<float> numbers{1, 2};
  const auto draw = [&](std::int64_t count) {
    return first_centres(Rows(numbers.data(), 2, 1), count, FirstCentres::random, ClusterDistance::euclidean, 1);
  };
  CHECK_THROWS_WITH(draw(3), ContainsSubstring("got 2 points for 3 clusters"));
  CHECK_THROWS_AS(draw(0), ConfigError);
}
