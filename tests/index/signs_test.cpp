// SPDX-License-Identifier: MIT
#include <vpr/index/signs.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <limits>
#include <vector>

using namespace vpr;

TEST_CASE("An index of signs finds by how many signs differ, equal ones by lower id") {
  const std::vector<float> database{1, 1, 1, -1, -2, -3, 0.5F, -1, 4, 9, 9, 9};
  SignIndex index(3);
  index.add(Rows(database.data(), 4, 3));
  CHECK(index.size() == 4);
  CHECK(index.dim() == 3);
  const std::vector<float> query{0.1F, -7, 1};
  const std::vector<Matches> found = index.search(Rows(query.data(), 1, 3), 10);
  CHECK(found.at(0) == Matches{{2, 0}, {0, 1}, {3, 1}, {1, 2}});
}

TEST_CASE("Its order is that of the inner product of the signs") {
  constexpr std::int64_t dim = 130, count = 100;
  const std::vector<float> database = random_floats(count * dim, 1), query = random_floats(dim, 2);
  SignIndex index(dim);
  index.add(Rows(database.data(), count, dim));
  float last = 0;
  const std::vector<Matches> found = index.search(Rows(query.data(), 1, dim), count);
  for (const Match& match : found.at(0)) {
    float differing = 0;
    for (std::int64_t i = 0; i < dim; ++i)
      differing += (database[static_cast<std::size_t>(match.id * dim + i)] > 0) != (query[static_cast<std::size_t>(i)] > 0) ? 1.0F : 0.0F;
    CHECK(match.score == differing);
    CHECK(match.score >= last);
    last = match.score;
  }
}

TEST_CASE("An index of signs refuses what has none") {
  CHECK_THROWS_AS(SignIndex(0), ConfigError);
  SignIndex index(2);
  const std::vector<float> nan{1, std::numeric_limits<float>::quiet_NaN()}, three{1, 2, 3};
  CHECK_THROWS_AS(index.add(Rows(nan.data(), 1, 2)), FormatError);
  CHECK_THROWS_AS(index.add(Rows(three.data(), 1, 3)), ShapeError);
  CHECK_THROWS_AS(index.search(Rows(nan.data(), 1, 2), 1), FormatError);
  CHECK_THROWS_AS(index.search(Rows(three.data(), 1, 2), -1), ConfigError);
  CHECK(index.size() == 0);
}
