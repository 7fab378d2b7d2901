// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_HNSW
#include <vpr/index/flat.hpp>
#include <vpr/index/hnsw.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <limits>

using namespace vpr;

static_assert(Index<HnswIndex<InnerProduct>> && Index<HnswIndex<L2>>);

namespace {

/// Unit vectors around a few hundred centres, as descriptors of places are.
std::vector<float> descriptors(std::int64_t count, std::int64_t dim, std::uint64_t seed) {
  const std::vector<float> centres = random_floats(200 * dim, 7);
  std::vector<float> rows = random_floats(count * dim, seed);
  for (std::int64_t r = 0; r < count; ++r) {
    float squares = 0;
    for (std::int64_t k = 0; k < dim; ++k) {
      float& value = rows[static_cast<std::size_t>(r * dim + k)];
      value = 0.7F * value + centres[static_cast<std::size_t>(r * 31 % 200 * dim + k)];
      squares += value * value;
    }
    for (std::int64_t k = 0; k < dim; ++k) rows[static_cast<std::size_t>(r * dim + k)] /= std::sqrt(squares);
  }
  return rows;
}

template <class Metric>
double recall(const std::vector<Matches>& found, const std::vector<Matches>& exact) {
  double hits = 0, all = 0;
  for (std::size_t q = 0; q < exact.size(); ++q) {
    for (const Match& match : exact[q]) {
      hits += std::find(found[q].begin(), found[q].end(), match) != found[q].end() ? 1 : 0;  // the score's bits, too
      ++all;
    }
  }
  return hits / all;
}

template <class Metric>
void check_against_flat() {
  const std::int64_t dim = 40, count = 3000;
  const std::vector<float> rows = descriptors(count, dim, 1), questions = descriptors(50, dim, 2);
  HnswIndex<Metric> index(dim);
  FlatIndex<Metric> flat(dim);
  for (std::int64_t begin = 0; begin < count; begin += 500) index.add(Rows(rows.data() + begin * dim, 500, dim));
  flat.add(Rows(rows.data(), count, dim));
  const Rows queries(questions.data(), 50, dim);
  const auto exact = flat.search(queries, 10), found = index.search(queries, 10);
  CHECK(recall<Metric>(found, exact) > 0.95);
  for (std::size_t q = 0; q < found.size(); ++q) {
    REQUIRE(found[q].size() == 10);
    CHECK(std::is_sorted(found[q].begin(), found[q].end(), BetterMatch<Metric>()));
    CHECK(index.search(queries.slice(static_cast<std::int64_t>(q), 1), 10)[0] == found[q]);
  }
  const Threads threads(3);
  CHECK(index.search(queries, 10) == found);

  // Only every third descriptor, then only three in all.
  const auto some = [](std::int64_t id) { return id % 3 == 1; };
  FlatIndex<Metric> few(dim);
  for (std::int64_t i = 1; i < count; i += 3) few.add(Rows(rows.data() + i * dim, 1, dim));
  auto expected = few.search(queries, 10);
  for (Matches& matches : expected) {
    for (Match& match : matches) match.id = 3 * match.id + 1;
  }
  CHECK(recall<Metric>(index.search(queries, 10, some), expected) > 0.95);
  for (const Matches& matches : index.search(queries, 10, [](std::int64_t id) { return id == 5 || id == 50 || id == 2999; })) {
    CHECK(matches.size() == 3);
  }
}

}  // namespace

TEST_CASE("Nearly all of the best are found, with the scores of the exact index, filtered and not") {
  check_against_flat<InnerProduct>();
  check_against_flat<L2>();
}

TEST_CASE("The same descriptors in the same order make the same graph, however they are cut") {
  const std::vector<float> rows = descriptors(800, 16, 3), questions = descriptors(30, 16, 4);
  HnswIndex<> one(16), many(16);
  one.add(Rows(rows.data(), 800, 16));
  for (std::int64_t i = 0; i < 800; ++i) many.add(Rows(rows.data() + 16 * i, 1, 16));
  CHECK(one.search(Rows(questions.data(), 30, 16), 7) == many.search(Rows(questions.data(), 30, 16), 7));
}

TEST_CASE("Descriptors may be replaced and removed") {
  const std::vector<float> rows = descriptors(400, 16, 5);
  HnswIndex<L2> index(16);
  index.add(Rows(rows.data(), 400, 16));
  const Rows query(rows.data() + 16 * 17, 1, 16);
  CHECK(index.search(query, 1)[0] == Matches{{17, 0}});
  index.remove(17);
  CHECK(index.search(query, 1)[0][0].id != 17);
  CHECK(index.size() == 400);
  index.replace(30, query);
  CHECK(index.search(query, 1)[0] == Matches{{30, 0}});
  CHECK_THROWS_AS(index.remove(400), ConfigError);
  CHECK_THROWS_AS(index.remove(17), ConfigError);
  CHECK(index.contains(16));
  CHECK_FALSE(index.contains(17));
  CHECK_THROWS_AS(index.replace(-1, query), ConfigError);
  CHECK_THROWS_AS(index.replace(0, Rows(rows.data(), 2, 16)), ShapeError);
}

TEST_CASE("Where all were removed, what is added or put back is found") {
  const std::vector<float> rows = descriptors(200, 16, 6);
  HnswIndex<> index(16, {.links = 4});
  index.add(Rows(rows.data(), 150, 16));
  for (std::int64_t id = 0; id < 150; ++id) index.remove(id);
  CHECK(index.search(Rows(rows.data(), 1, 16), 3)[0].empty());
  index.add(Rows(rows.data() + 150 * 16, 50, 16));
  index.replace(3, Rows(rows.data(), 1, 16));
  const Matches all = index.search(Rows(rows.data(), 1, 16), 200)[0];
  CHECK(all.size() == 51);
  CHECK(all[0].id == 3);
}

TEST_CASE("Nothing, few descriptors, and equal ones") {
  HnswIndex<> index(2);
  const std::vector<float> row{1, 0};
  CHECK(index.search(Rows(row.data(), 1, 2), 3)[0].empty());
  for (int i = 0; i < 5; ++i) index.add(Rows(row.data(), 1, 2));
  CHECK(index.search(Rows(row.data(), 1, 2), 0)[0].empty());
  CHECK(index.search(Rows(row.data(), 1, 2), 9)[0] == Matches{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}});
  CHECK_THROWS_AS(index.search(Rows(row.data(), 1, 1), 3), ShapeError);
  const std::vector<float> bad{1, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_AS(index.add(Rows(bad.data(), 1, 2)), FormatError);
  CHECK(index.size() == 5);
  CHECK_THROWS_AS(index.search(Rows(row.data(), 1, 2), -1), ConfigError);
  CHECK_THROWS_AS(HnswIndex<>(0), ConfigError);
  CHECK_THROWS_AS(HnswIndex<>(4, {.links = 1}), ConfigError);
}
#endif
