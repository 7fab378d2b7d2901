// SPDX-License-Identifier: MIT
#include <vpr/index/filtered.hpp>

#include <vpr/index/flat.hpp>

#include "tests/index/in_pieces.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

using vpr::BfloatRounding;
using vpr::ByteRounding;
using vpr::FilteredIndex;
using vpr::FlatIndex;
using vpr::InnerProduct;
using vpr::L2;
using vpr::Matches;
using vpr::Rows;

namespace {

/// Whether both indices of the same descriptors give the same answers, to the last bit.
template <class Metric, class Rounding>
bool equal_answers(const std::vector<float>& numbers, const std::vector<float>& asked, std::int64_t dim) {
  FlatIndex<Metric> flat(dim);
  FilteredIndex<Metric, Rounding> filtered(dim);
  const Rows rows(numbers.data(), static_cast<std::int64_t>(numbers.size()) / dim, dim);
  const Rows queries(asked.data(), static_cast<std::int64_t>(asked.size()) / dim, dim);
  flat.add(rows);
  filtered.add(rows);
  for (const std::int64_t k : {0, 1, 7, 100}) {
    if (flat.search(queries, k) != filtered.search(queries, k)) return false;
  }
  return true;
}

bool equal_answers(const std::vector<float>& numbers, const std::vector<float>& asked, std::int64_t dim) {
  return equal_answers<InnerProduct, BfloatRounding>(numbers, asked, dim) &&
         equal_answers<InnerProduct, ByteRounding>(numbers, asked, dim) && equal_answers<L2, BfloatRounding>(numbers, asked, dim) &&
         equal_answers<L2, ByteRounding>(numbers, asked, dim);
}

std::vector<float> scaled(std::vector<float> values, float factor) {
  for (float& value : values) value *= factor;
  return values;
}

}  // namespace

TEST_CASE("A filtered index answers as the flat one to the last bit, at every remainder of sizes") {
  for (const std::int64_t dim : {1, 2, 3, 4, 5, 7, 8, 31, 64, 127, 129, 255, 257, 513}) {
    for (const std::int64_t size : {1, 63, 64, 65, 700}) {
      for (const std::int64_t queries : {1, 6, 13}) {
        CAPTURE(dim, size, queries);
        REQUIRE(equal_answers(random_floats(size * dim, 1), random_floats(queries * dim, 2), dim));
      }
    }
  }
}

TEST_CASE("A filtered index answers as the flat one for numbers that rounding ruins") {
  for (const std::int64_t dim : {3, 40, 300}) {
    constexpr std::int64_t size = 2500;  // more than are kept waiting
    const std::vector<float> numbers = random_floats(size * dim, 3), asked = random_floats(5 * dim, 4);
    std::vector<float> uneven = numbers, near = numbers, coarse = numbers, ascending = numbers;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i) / dim;
      if (row % 7 == 0) uneven[i] *= std::pow(10.0F, static_cast<float>(row % 30) - 15);
      near[i] = 1 + 1e-6F * near[i];
      coarse[i] = std::round(2 * coarse[i]);
      ascending[i] = asked[i % static_cast<std::size_t>(dim)] * static_cast<float>(row + 1);
    }
    CAPTURE(dim);
    CHECK(equal_answers(uneven, asked, dim));
    CHECK(equal_answers(near, asked, dim));
    CHECK(equal_answers(coarse, asked, dim));     // ties
    CHECK(equal_answers(ascending, asked, dim));  // each better than all before it
    CHECK(equal_answers(std::vector<float>(numbers.size(), 0), asked, dim));
    CHECK(equal_answers(std::vector<float>(numbers.size(), 1.0F / 3), asked, dim));
    CHECK(equal_answers(numbers, std::vector<float>(asked.size(), 0), dim));
    CHECK(equal_answers(scaled(numbers, 1e-41F), asked, dim));                  // denormal
    CHECK(equal_answers(scaled(numbers, 1e-22F), scaled(asked, 1e-20F), dim));  // products that underflow
    CHECK(equal_answers(scaled(numbers, 2e16F), scaled(asked, 2e16F), dim));
  }
  CHECK(equal_answers({3e18F, -3e18F, 0}, {3e18F, -3e18F, 1e-45F}, 1));
}

TEMPLATE_TEST_CASE("A filtered index gives the same bits for any batch, number of threads and pieces of adding", "", InnerProduct, L2) {
  constexpr std::int64_t dim = 100, size = 1500, count = 261;  // more than one batch of queries
  const std::vector<float> numbers = random_floats(size * dim, 5), asked = random_floats(count * dim, 6);
  const Rows rows(numbers.data(), size, dim), queries(asked.data(), count, dim);
  FlatIndex<TestType> flat(dim);
  flat.add(rows);
  FilteredIndex<TestType, ByteRounding> index(dim);
  for (std::int64_t begin = 0, piece = 1; begin < size; begin += piece, piece = piece % 90 + 7)
    index.add(rows.slice(begin, std::min(piece, size - begin)));
  const std::vector<Matches> wanted = flat.search(queries, 20);
  vpr::test::check_search(index, queries, 20, wanted, {1, 2, 3});
  FilteredIndex<TestType, ByteRounding> copy = index;
  copy.add(queries);
  CHECK(index.search(queries, 20) == wanted);
  CHECK(copy.search(queries.slice(3, 1), 1)[0].size() == 1);
  CHECK(copy.descriptor(size + 3) == std::vector<float>(queries[3], queries[3] + dim));
}

TEST_CASE("A filtered index refuses what does not fit, and stays as it was") {
  CHECK_THROWS_WITH(FilteredIndex<>(0), ContainsSubstring("got dim 0, expected at least 1"));
  CHECK_THROWS_WITH((FilteredIndex<L2, ByteRounding>(131073)), ContainsSubstring("at most 131072"));
  FilteredIndex<> index(2);
  const std::vector<float> rows{1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_WITH(index.add(Rows(rows.data(), 3, 2)), ContainsSubstring("FilteredIndex: descriptor 2 holds nan at 1"));
  CHECK(index.size() == 0);
  CHECK(index.search(Rows(rows.data(), 1, 2), 5) == std::vector<Matches>{{}});
  index.add(Rows(rows.data(), 2, 2));
  CHECK_THROWS_AS(index.search(Rows(rows.data(), 1, 1), 1), vpr::ShapeError);
  CHECK_THROWS_WITH(index.search(Rows(rows.data(), 1, 2), -1), ContainsSubstring("got k = -1"));
  CHECK_THROWS_WITH(index.descriptor(2), ContainsSubstring("got id 2, ids are 0 to 1"));
  CHECK(index.search(Rows(rows.data(), 1, 2), std::int64_t{1} << 62)[0].size() == 2);
  CHECK(index.search(Rows(nullptr, 0, 2), 5).empty());
}
