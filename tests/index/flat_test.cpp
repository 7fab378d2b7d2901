// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/index/flat.hpp>

#include "tests/index/in_pieces.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <Eigen/Core>

#include <limits>
#include <string>
#include <utility>
#include <vector>

using vpr::FlatIndex;
using vpr::InnerProduct;
using vpr::L2;
using vpr::Match;
using vpr::Matches;
using vpr::Rows;

namespace {

/// Random numbers of few values, so that scores are exact and tie often.
std::vector<float> coarse_floats(std::int64_t count, std::uint64_t seed) {
  std::vector<float> values = random_floats(count, seed);
  for (float& value : values) value = std::round(value * 2);
  return values;
}

template <class Metric>
FlatIndex<Metric> index_of(const std::vector<float>& numbers, std::int64_t dim) {
  FlatIndex<Metric> index(dim);
  index.add(Rows(numbers.data(), static_cast<std::int64_t>(numbers.size()) / dim, dim));
  return index;
}

/// What a sort of all scores gives, for numbers whose scores are exact in float.
template <class Metric>
Matches sorted(const std::vector<float>& numbers, const float* query, std::int64_t dim, std::int64_t k) {
  Matches all;
  for (std::int64_t r = 0; r < static_cast<std::int64_t>(numbers.size()) / dim; ++r) {
    float sum = 0;
    for (std::int64_t i = 0; i < dim; ++i) sum = Metric::add(sum, numbers[static_cast<std::size_t>(r * dim + i)], query[i]);
    all.push_back({r, sum});
  }
  std::sort(all.begin(), all.end(), vpr::BetterMatch<Metric>{});
  all.resize(static_cast<std::size_t>(std::min(k, static_cast<std::int64_t>(all.size()))));
  return all;
}

}  // namespace

TEST_CASE("A flat index finds by inner product and by squared distance") {
  const Eigen::Matrix<float, 4, 2, Eigen::RowMajor> places{{1, 0}, {0, 2}, {3, 4}, {1, 0}};
  const Eigen::RowVector2f query(1, 1);
  FlatIndex<InnerProduct> by_product(2);
  FlatIndex<L2> by_distance(2);
  by_product.add(places);
  by_distance.add(places);
  CHECK(by_product.search(query, 4) == std::vector<Matches>{{{2, 7}, {1, 2}, {0, 1}, {3, 1}}});
  CHECK(by_distance.search(query, 3) == std::vector<Matches>{{{0, 1}, {3, 1}, {1, 2}}});
}

TEMPLATE_TEST_CASE("A flat index finds what a full sort finds, ties by lower id", "", InnerProduct, L2) {
  for (const std::int64_t dim : {1, 3, 17, 100}) {
    for (const std::int64_t size : {1, 63, 64, 65, 300}) {
      const std::vector<float> numbers = coarse_floats(size * dim, 1), queries = coarse_floats(9 * dim, 2);
      const auto index = index_of<TestType>(numbers, dim);
      for (const std::int64_t k : {0, 1, 10, 299, 1000}) {
        const std::vector<Matches> found = index.search(Rows(queries.data(), 9, dim), k);
        REQUIRE(found.size() == 9);
        for (std::size_t q = 0; q < 9; ++q) {
          REQUIRE(found[q] == sorted<TestType>(numbers, &queries[q * static_cast<std::size_t>(dim)], dim, k));
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("A flat index gives the same bits for any batch and any number of threads", "", InnerProduct, L2) {
  for (const std::int64_t dim : {3, 100, 515}) {
    constexpr std::int64_t size = 333, count = 261;  // more than one batch of queries
    const std::vector<float> numbers = random_floats(size * dim, 3), asked = random_floats(count * dim, 4);
    const Rows queries(asked.data(), count, dim);
    const auto index = index_of<TestType>(numbers, dim);
    std::vector<Matches> reference;
    {
      const Threads one(1);
      reference = index.search(queries, 20);
    }
    vpr::test::check_search(index, queries, 20, reference, {1, 2, 5});
  }
}

TEMPLATE_TEST_CASE("Equal descriptors get equal scores wherever they stand, and their ids decide", "", InnerProduct, L2) {
  constexpr std::int64_t dim = 77, size = 400;
  std::vector<float> numbers = random_floats(size * dim, 5);
  const std::vector<std::int64_t> equal{3, 64, 65, 130, 399};
  for (const std::int64_t id : equal) std::copy_n(numbers.begin(), dim, numbers.begin() + id * dim);
  const auto index = index_of<TestType>(numbers, dim);
  const Matches found = index.search(Rows(numbers.data(), 1, dim), 6).front();
  CHECK(vpr::ids_of({found}, 6) == std::vector<std::int64_t>{0, 3, 64, 65, 130, 399});
  for (const Match& match : found) CHECK(match.score == found.front().score);
  if (std::is_same_v<TestType, L2>) CHECK(found.front().score == 0);
}

TEST_CASE("A flat index may be filled in pieces, copied and moved") {
  constexpr std::int64_t dim = 9;
  const std::vector<float> numbers = random_floats(200 * dim, 6);
  const Rows rows(numbers.data(), 200, dim), queries = rows.slice(50, 20);
  const auto at_once = index_of<L2>(numbers, dim);
  FlatIndex<L2> in_pieces(dim);
  std::int64_t begin = 0;
  for (const std::int64_t count : {1, 0, 62, 2, 100, 35}) {
    in_pieces.add(rows.slice(begin, count));
    begin += count;
  }
  const std::vector<Matches> wanted = at_once.search(queries, 7);
  CHECK(in_pieces.search(queries, 7) == wanted);

  FlatIndex<L2> copy = in_pieces;
  const FlatIndex<L2> moved = std::move(in_pieces);
  CHECK(moved.search(queries, 7) == wanted);
  copy.add(queries);
  CHECK(copy.size() == 220);
  CHECK(moved.size() == 200);
  CHECK(moved.descriptor(50) == std::vector<float>(queries[0], queries[0] + dim));
  CHECK_THROWS_WITH(moved.descriptor(200), ContainsSubstring("got id 200, ids are 0 to 199"));

  FlatIndex<L2> rebuilt(dim);
  for (std::int64_t id = 0; id < moved.size(); ++id) {
    const std::vector<float> descriptor = moved.descriptor(id);
    rebuilt.add(Rows(descriptor.data(), 1, dim));
  }
  CHECK(rebuilt.search(queries, 7) == wanted);
}

TEST_CASE("An empty index finds nothing, and no queries find nothing") {
  FlatIndex<InnerProduct> index(4);
  const std::vector<float> query{1, 2, 3, 4};
  CHECK(index.search(Rows(query.data(), 1, 4), 5) == std::vector<Matches>{{}});
  CHECK(index.search(Rows(nullptr, 0, 4), 5).empty());
  index.add(Rows(nullptr, 0, 4));
  CHECK(index.size() == 0);
}

TEST_CASE("A flat index refuses what does not fit, and stays as it was") {
  CHECK_THROWS_WITH(FlatIndex<L2>(0), ContainsSubstring("got dim 0, expected at least 1"));
  FlatIndex<L2> index(2);
  std::vector<float> rows{1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_AS(index.add(Rows(rows.data(), 3, 2)), vpr::FormatError);
  CHECK_THROWS_WITH(index.add(Rows(rows.data(), 3, 2)), ContainsSubstring("FlatIndex: descriptor 2 holds nan at 1"));
  CHECK(index.size() == 0);
  index.add(Rows(rows.data(), 2, 2));
  CHECK_THROWS_WITH(index.search(Rows(rows.data(), 3, 2), 1), ContainsSubstring("FlatIndex: query 2 holds nan at 1"));
  CHECK_THROWS_AS(index.search(Rows(rows.data(), 1, 3), 1), vpr::ShapeError);
  CHECK_THROWS_AS(index.add(Rows(rows.data(), 1, 1)), vpr::ShapeError);
  CHECK_THROWS_WITH(index.search(Rows(rows.data(), 1, 2), -1), ContainsSubstring("got k = -1"));
  CHECK(index.size() == 2);
}

TEST_CASE("Scores stay finite for the longest descriptors that are allowed") {
  FlatIndex<L2> index(1);
  const std::vector<float> rows{3e18F, -3e18F};
  index.add(Rows(rows.data(), 2, 1));
  const Matches found = index.search(Rows(rows.data(), 1, 1), 2).front();
  CHECK(found[0].score == 0);
  CHECK(found[1].score == Approx(3.6e37F));
}

TEST_CASE("A flat index orders ties as the golden file's lowest index first") {
  const vpr::test::Golden golden(vpr::test::data("/metric_recall_ties.safetensors"));
  const std::vector<float> database = golden.values("in.database"), queries = golden.values("in.queries");
  const auto index = index_of<L2>(database, golden.shape("in.database")[1]);
  const std::vector<Matches> found = index.search(Rows(queries.data(), golden.shape("in.queries")[0], index.dim()), 10);
  CHECK(vpr::ids_of(found, 10) == golden.integers("out.predictions_smallest_index_first"));
  std::vector<float> distances;
  for (const Matches& matches : found) {
    for (const Match& match : matches) distances.push_back(match.score);
  }
  vpr::test::Check check(golden);
  check("distances", distances);
  CHECK(check.passed());
}

TEST_CASE("A flat index finds what FAISS found of the golden files' descriptors") {
  for (const char* name : {"/metric_recall_utm.safetensors", "/metric_recall_lists_small_database.safetensors"}) {
    const vpr::test::Golden golden(vpr::test::data() + std::string(name));
    const std::vector<float> database = golden.values("in.database"), queries = golden.values("in.queries");
    const auto index = index_of<L2>(database, golden.shape("in.database")[1]);
    const auto found = index.search(Rows(queries.data(), golden.shape("in.queries")[0], index.dim()), 100);
    CHECK(vpr::ids_of(found, golden.shape("out.predictions")[1]) == golden.integers("out.predictions"));
  }
}

TEST_CASE("A k beyond the index gives all, and a dim that no memory holds is refused") {
  vpr::FlatIndex<> index(2);
  const float rows[] = {1, 0, 0, 1};
  index.add(vpr::Rows(rows, 2, 2));
  CHECK(index.search(vpr::Rows(rows, 1, 2), std::int64_t{1} << 62)[0].size() == 2);
  CHECK_THROWS_WITH(vpr::FlatIndex<>(std::int64_t{1} << 58), ContainsSubstring("at most 16777216"));
}

TEST_CASE("Of all descriptors asked for themselves, each finds itself first and then the nearest others") {
  constexpr std::int64_t dim = 24, size = 700;  // more than two batches
  const std::vector<float> numbers = random_floats(size * dim, 7);
  const auto index = index_of<L2>(numbers, dim);
  const std::vector<Matches> found = index.search(Rows(numbers.data(), size, dim), 4);
  for (std::int64_t id = 0; id < size; ++id) {
    const Matches& matches = found[static_cast<std::size_t>(id)];
    REQUIRE(matches == index.search(Rows(&numbers[static_cast<std::size_t>(id * dim)], 1, dim), 4)[0]);
    REQUIRE(matches[0] == Match{id, 0});
  }
}

TEST_CASE("An index searches where it was told to, whatever is current") {
  const vpr::Execution own(2);
  FlatIndex<InnerProduct> index(4, own);
  const Eigen::Matrix<float, 3, 4, Eigen::RowMajor> rows = Eigen::Matrix<float, 3, 4, Eigen::RowMajor>::Identity();
  index.add(rows);
  const vpr::ExecutionScope scope(vpr::Execution(3));
  CHECK(index.search(rows, 1) == std::vector<Matches>{{{0, 1}}, {{1, 1}}, {{2, 1}}});
  CHECK(vpr::thread_count() == 3);
}

TEST_CASE("All scores of a query are those of a search, bit for bit") {
  for (const std::int64_t count : {0, 1, 64, 150}) {
    const std::vector<float> numbers = random_floats(count * 9, 3), questions = random_floats(3 * 9, 4);
    const FlatIndex<L2> index = index_of<L2>(numbers, 9);
    const Rows queries(questions.data(), 3, 9);
    const std::vector<float> scores = index.scores(queries);
    REQUIRE(std::ssize(scores) == 3 * count);
    const std::vector<Matches> found = index.search(queries, count);
    for (std::size_t q = 0; q < 3; ++q) {
      for (const Match& match : found[q])
        CHECK(scores[q * static_cast<std::size_t>(count) + static_cast<std::size_t>(match.id)] == match.score);
    }
  }
}
