// SPDX-License-Identifier: MIT
#include <vpr/eval/keep_photos.hpp>

#include "tests/support/catch.hpp"

using vpr::Dataset;
using vpr::Positives;
using Indices = std::vector<std::size_t>;

namespace {

Dataset town() {
  Dataset set;
  for (const char* name : {"a", "b", "c", "d"}) set.database.push_back({name, name, {}, ""});
  for (const char* name : {"q", "r", "s"}) set.queries.push_back({name, name, {}, ""});
  set.positives = Positives{{0, 2}, {1}, {2, 3}};
  return set;
}

std::string names(const std::vector<vpr::Photo>& photos) {
  std::string all;
  for (const vpr::Photo& photo : photos) all += photo.name;
  return all;
}

}  // namespace

TEST_CASE("A database photo that leaves takes its row of right answers' indices with it, and may leave a query without one") {
  Dataset set = town();
  vpr::keep_database(set, Indices{0, 2, 3});
  CHECK(names(set.database) == "acd");
  CHECK(*set.positives == Positives{{0, 1}, {}, {1, 2}});
}

TEST_CASE("A query that leaves takes its right answers with it") {
  Dataset set = town();
  vpr::keep_queries(set, Indices{2});
  CHECK(names(set.queries) == "s");
  CHECK(*set.positives == Positives{{2, 3}});
  CHECK(names(set.database) == "abcd");
}

TEST_CASE("A set without right answers keeps none, and one of which everything is kept stays as it is") {
  Dataset set = town();
  vpr::keep_database(set, Indices{0, 1, 2, 3});
  vpr::keep_queries(set, Indices{0, 1, 2});
  CHECK(*set.positives == *town().positives);
  set.positives.reset();
  vpr::keep_database(set, Indices{3});
  vpr::keep_queries(set, Indices{});
  CHECK(names(set.database) == "d");
  CHECK_FALSE(set.positives);
}

TEST_CASE("A photo that is not there cannot be kept") {
  Dataset set = town();
  CHECK_THROWS_WITH(vpr::keep_database(set, Indices{4}), ContainsSubstring("got photo 4 of 4"));
  CHECK_THROWS_AS(vpr::keep_queries(set, Indices{3}), vpr::ShapeError);
}
