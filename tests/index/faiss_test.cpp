// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_FAISS
#include <vpr/index/faiss.hpp>
#include <vpr/index/flat.hpp>

#include "tests/index/in_pieces.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <faiss/IndexFlat.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace vpr;

static_assert(Index<FaissIndex<InnerProduct>> && Index<FaissIndex<L2>>);

namespace {

constexpr std::int64_t dim = 24, count = 2000;

/// Values of which scores are exact in float, whatever the order of the sum, and tie often.
std::vector<float> coarse_rows(std::int64_t rows, std::uint64_t seed) {
  std::vector<float> values = random_floats(rows * dim, seed);
  for (float& value : values) value = std::round(value * 1.4F);
  return values;
}

template <class Metric>
FlatIndex<Metric> flat_of(const std::vector<float>& values) {
  FlatIndex<Metric> flat(dim);
  flat.add(Rows(values.data(), std::ssize(values) / dim, dim));
  return flat;
}

double share_found(const std::vector<Matches>& found, const std::vector<Matches>& exact) {
  double hits = 0, all = 0;
  for (std::size_t q = 0; q < exact.size(); ++q) {
    for (const Match& match : exact[q]) {
      hits += std::any_of(found[q].begin(), found[q].end(), [&](const Match& other) { return other.id == match.id; }) ? 1 : 0;
      ++all;
    }
  }
  return hits / all;
}

}  // namespace

TEMPLATE_TEST_CASE("A flat index of FAISS answers as ours, of equal scores the lower id, for any batch and any number of threads", "",
                   InnerProduct, L2) {
  const std::vector<float> values = coarse_rows(count, 1), asked = coarse_rows(40, 2);
  const Rows rows(values.data(), count, dim), queries(asked.data(), 40, dim);
  const auto flat = flat_of<TestType>(values);
  FaissIndex<TestType> index(dim, "Flat");
  index.add(rows.slice(0, 1));
  index.add(rows.slice(1, 0));
  index.add(rows.slice(1, count - 1));
  CHECK(index.size() == count);
  CHECK(index.dim() == dim);
  for (const std::int64_t k : {1, 2, 10, 150, 1999, 2000, 5000}) {
    const std::vector<Matches> wanted = flat.search(queries, k);
    REQUIRE(wanted[0].size() == static_cast<std::size_t>(std::min(k, count)));
    CHECK(index.search(queries, k) == wanted);
  }
  vpr::test::check_search(index, queries, 10, flat.search(queries, 10), {1, 2, 5});
}

TEMPLATE_TEST_CASE("Scores are those of the exact index to a millionth", "", InnerProduct, L2) {
  const std::vector<float> values = random_floats(count * dim, 3), asked = random_floats(30 * dim, 4);
  const Rows queries(asked.data(), 30, dim);
  FaissIndex<TestType> index(dim, "Flat");
  index.add(Rows(values.data(), count, dim));
  const std::vector<Matches> exact = flat_of<TestType>(values).search(queries, 20), found = index.search(queries, 20);
  for (std::size_t q = 0; q < 30; ++q) {
    REQUIRE(found[q].size() == 20);
    for (std::size_t i = 0; i < 20; ++i) CHECK(std::abs(found[q][i].score - exact[q][i].score) <= 1e-6F * std::abs(exact[q][i].score));
  }
}

TEST_CASE("Of equal descriptors the lowest ids are found, however many there are") {
  FaissIndex<> index(2, "Flat");
  const std::vector<float> row{1, 0};
  for (int i = 0; i < 700; ++i) index.add(Rows(row.data(), 1, 2));
  for (const std::int64_t k : {1, 3, 99, 100, 101, 400}) {
    const Matches found = index.search(Rows(row.data(), 1, 2), k)[0];
    REQUIRE(found.size() == static_cast<std::size_t>(k));
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Match{static_cast<std::int64_t>(i), 1});
  }
}

TEMPLATE_TEST_CASE("Graphs, inverted lists and codes find most of the best, and more where more is looked at", "", InnerProduct, L2) {
  const std::vector<float> values = random_floats(count * dim, 5), asked = random_floats(40 * dim, 6);
  const Rows rows(values.data(), count, dim), queries(asked.data(), 40, dim);
  const std::vector<Matches> exact = flat_of<TestType>(values).search(queries, 10);
  const auto found = [&](const std::string& description, const std::string& parameters, const std::string& all_parameters) {
    FaissIndex<TestType> index(dim, description);
    if (!index.is_trained()) index.train(rows);
    index.add(rows);
    if (!parameters.empty()) index.set_search(parameters);
    const double share = share_found(index.search(queries, 10), exact);
    vpr::test::check_search(index, queries, 10, index.search(queries, 10), {1, 3});
    if (!all_parameters.empty()) {
      index.set_search(all_parameters);
      CHECK(share_found(index.search(queries, 10), exact) > 0.99);
    }
    return share;
  };
  CHECK(found("HNSW16", "efSearch=60", "efSearch=2000") > 0.95);
  CHECK(found("IVF16,Flat", "nprobe=6", "nprobe=16") > 0.7);
  CHECK(found("SQ8", "", "") > 0.95);
  CHECK(found("IVF8,PQ12x4np", "nprobe=8", "") > 0.6);
}

TEST_CASE("What needs training refuses descriptors before it, and training after them") {
  const std::vector<float> values = random_floats(count * dim, 7);
  const Rows rows(values.data(), count, dim);
  FaissIndex<> index(dim, "IVF4,Flat");
  CHECK_FALSE(index.is_trained());
  CHECK_THROWS_AS(index.add(rows), ConfigError);
  CHECK_THROWS_WITH(index.add(rows), ContainsSubstring("trained before descriptors are added: call train"));
  CHECK(index.search(rows.slice(0, 2), 3) == std::vector<Matches>(2));
  CHECK_THROWS_AS(index.train(rows.slice(0, 3)), Error);  // fewer than centroids
  CHECK_FALSE(index.is_trained());
  index.train(rows);
  index.add(rows);
  CHECK(index.size() == count);
  CHECK_THROWS_WITH(index.train(rows), ContainsSubstring("holds 2000 descriptors"));
}

TEST_CASE("Lists that are not looked at leave fewer matches than k, and none that is no descriptor") {
  const std::vector<float> values = random_floats(200 * dim, 8);
  const Rows rows(values.data(), 200, dim);
  FaissIndex<L2> index(dim, "IVF5,Flat");
  index.train(rows);
  index.add(rows);
  for (const Matches& matches : index.search(rows, 150)) {
    CHECK(matches.size() < 150);
    REQUIRE(!matches.empty());
    for (const Match& match : matches) CHECK((match.id >= 0 && match.id < 200));
    CHECK(std::is_sorted(matches.begin(), matches.end(), BetterMatch<L2>()));
  }
}

TEST_CASE("Rows and k that no index takes are refused, and nothing changes") {
  const std::vector<float> row(dim, 1);
  std::vector<float> bad = row;
  FaissIndex<> index(dim, "Flat");
  CHECK(index.search(Rows(row.data(), 1, dim), 3) == std::vector<Matches>(1));
  CHECK(index.search(Rows(row.data(), 0, dim), 3).empty());
  index.add(Rows(row.data(), 1, dim));
  CHECK(index.search(Rows(row.data(), 1, dim), 0) == std::vector<Matches>(1));
  CHECK_THROWS_AS(index.search(Rows(row.data(), 1, dim), -1), ConfigError);
  CHECK_THROWS_AS(index.search(Rows(row.data(), 1, dim - 1), 1), ShapeError);
  CHECK_THROWS_AS(index.add(Rows(row.data(), 1, dim - 1)), ShapeError);
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    bad[5] = value;
    CHECK_THROWS_AS(index.add(Rows(bad.data(), 1, dim)), FormatError);
    CHECK_THROWS_AS(index.search(Rows(bad.data(), 1, dim), 1), FormatError);
    FaissIndex<> untrained(dim, "IVF1,Flat");
    CHECK_THROWS_AS(untrained.train(Rows(bad.data(), 1, dim)), FormatError);
    CHECK_FALSE(untrained.is_trained());
  }
  CHECK(index.size() == 1);
  CHECK(index.search(Rows(row.data(), 1, dim), 3)[0] == Matches{{0, static_cast<float>(dim)}});
}

TEST_CASE("An index that FAISS cannot make, or of another metric, is refused with FAISS's reason") {
  CHECK_THROWS_AS(FaissIndex<>(0, "Flat"), ConfigError);
  CHECK_THROWS_AS(FaissIndex<>(8, "Flut"), ConfigError);
  CHECK_THROWS_WITH(FaissIndex<>(8, "Flut"), ContainsSubstring("Flut"));
  CHECK_THROWS_AS(FaissIndex<>(8, "IVF4,PQ3"), ConfigError);  // 8 values are not 3 parts
  CHECK_THROWS_AS(FaissIndex<>(std::unique_ptr<faiss::Index>()), ConfigError);
  CHECK_THROWS_WITH(FaissIndex<>(std::make_unique<faiss::IndexFlatL2>(8)),
                    "FaissIndex: got an index of FAISS's metric 1, expected 0 (inner product)");
  CHECK_THROWS_AS(FaissIndex<L2>(std::make_unique<faiss::IndexFlat>(8, faiss::METRIC_L1)), ConfigError);
  FaissIndex<> index(8, "Flat");
  CHECK_THROWS_AS(index.set_search("nprobe=4"), ConfigError);
  FaissIndex<> numbered(2, "IDMap,Flat");  // its descriptors are added with ids of the caller's
  const std::vector<float> row{1, 0};
  CHECK_THROWS_AS(numbered.add(Rows(row.data(), 1, 2)), Error);
  CHECK(numbered.size() == 0);
}

TEST_CASE("An index that FAISS filled is searched and grows, also by rows that lie apart") {
  auto filled = std::make_unique<faiss::IndexFlatL2>(2);
  const std::vector<float> apart{0, 0, 9, 3, 0, 9, 5, 0, 9};  // three rows of two, three apart
  filled->add(1, apart.data());
  FaissIndex<L2> index(std::move(filled));
  CHECK(index.size() == 1);
  index.add(Rows(&apart[3], 2, 2, 3));
  CHECK(index.search(Rows(apart.data(), 1, 2), 3)[0] == Matches{{0, 0}, {1, 9}, {2, 25}});
  CHECK(index.search(Rows(&apart[3], 2, 2, 3), 1) == std::vector<Matches>{{{1, 0}}, {{2, 0}}});
}

TEST_CASE("Several threads search one index, and OpenMP has as many threads as before") {
  const std::vector<float> values = coarse_rows(count, 9), asked = coarse_rows(20, 10);
  const Rows queries(asked.data(), 20, dim);
  FaissIndex<> index(dim, "Flat");
  const int before = omp_get_max_threads();
  index.add(Rows(values.data(), count, dim));
  const std::vector<Matches> wanted = flat_of<InnerProduct>(values).search(queries, 5);
  std::vector<std::vector<Matches>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<Matches>& own : found) threads.emplace_back([&] { own = index.search(queries, 5); });
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Matches>& own : found) CHECK(own == wanted);
  static_cast<void>(index.search(queries, 5));
  CHECK(omp_get_max_threads() == before);
}
#endif
