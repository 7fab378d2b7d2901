// SPDX-License-Identifier: MIT
#include <vpr/index/binary.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <random>
#include <span>
#include <vector>

using vpr::BinaryIndex;
using vpr::Match;
using vpr::Matches;

namespace {

std::vector<std::uint64_t> random_codes(std::int64_t words, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> codes(static_cast<std::size_t>(words));
  for (std::uint64_t& word : codes) word = random();
  return codes;
}

/// What a sort of all distances gives.
Matches sorted(const std::vector<std::uint64_t>& codes, const std::uint64_t* query, std::int64_t words, std::int64_t k) {
  Matches all;
  for (std::int64_t r = 0; r < std::ssize(codes) / words; ++r) {
    int distance = 0;
    for (std::int64_t w = 0; w < words; ++w) distance += std::popcount(codes[static_cast<std::size_t>(r * words + w)] ^ query[w]);
    all.push_back({r, static_cast<float>(distance)});
  }
  std::sort(all.begin(), all.end(), [](const Match& a, const Match& b) { return a.score != b.score ? a.score < b.score : a.id < b.id; });
  all.resize(static_cast<std::size_t>(std::min(k, std::ssize(codes) / words)));
  return all;
}

}  // namespace

TEST_CASE("A binary index finds what a full sort finds, ties by lower id, on any number of threads") {
  for (const std::int64_t words : {1, 2, 3, 8, 30, 31, 32, 63, 100}) {
    for (const std::int64_t size : {1, 63, 64, 65, 500}) {
      const std::vector<std::uint64_t> codes = random_codes(size * words, 1), queries = random_codes(5 * words, 2);
      BinaryIndex index(64 * words);
      index.add(codes);
      for (const std::int64_t k : {0, 1, 20, 1000}) {
        for (const int threads : {1, 2, 3}) {
          const Threads several(threads);
          const std::vector<Matches> found = index.search(queries, k);
          REQUIRE(found.size() == 5);
          for (std::int64_t q = 0; q < 5; ++q)
            REQUIRE(found[static_cast<std::size_t>(q)] == sorted(codes, queries.data() + q * words, words, k));
        }
      }
    }
  }
}

TEST_CASE("Codes that differ in every bit, and in none, have the right distance at any length") {
  for (const std::int64_t words : {1, 31, 32, 200}) {
    BinaryIndex index(64 * words);
    std::vector<std::uint64_t> codes(static_cast<std::size_t>(2 * words), 0);
    std::fill(codes.begin() + words, codes.end(), ~std::uint64_t{0});
    index.add(codes);
    CHECK(index.search(std::span(codes).first(static_cast<std::size_t>(words)), 2)[0] ==
          Matches{{0, 0}, {1, static_cast<float>(64 * words)}});
  }
}

TEST_CASE("Equal codes are found in the order of their ids") {
  const std::vector<std::uint64_t> codes(4 * 300, 42);
  BinaryIndex index(256);
  index.add(codes);
  const Matches found = index.search(std::span(codes).first(4), 100)[0];
  for (std::size_t i = 0; i < 100; ++i) REQUIRE(found[i] == Match{static_cast<std::int64_t>(i), 0});
}

TEST_CASE("A binary index is filled in any pieces, and many queries are answered as one by one") {
  const std::vector<std::uint64_t> codes = random_codes(200 * 3, 3), queries = random_codes(300 * 3, 4);
  BinaryIndex whole(192), pieces(192);
  whole.add(codes);
  std::size_t begin = 0;
  for (const std::size_t count : {0, 1, 62, 2, 100, 35}) {
    pieces.add(std::span(codes).subspan(3 * begin, 3 * count));
    begin += count;
  }
  CHECK(pieces.size() == 200);
  const std::vector<Matches> found = whole.search(queries, 9);
  CHECK(pieces.search(queries, 9) == found);
  for (std::size_t q = 0; q < 300; ++q) REQUIRE(whole.search(std::span(queries).subspan(3 * q, 3), 9)[0] == found[q]);
}

TEST_CASE("A binary index refuses what does not fit") {
  CHECK_THROWS_WITH(BinaryIndex(0), ContainsSubstring("got 0 bits, expected a multiple of 64"));
  CHECK_THROWS_AS(BinaryIndex(100), vpr::ConfigError);
  CHECK_THROWS_AS(BinaryIndex(-64), vpr::ConfigError);
  CHECK_THROWS_AS(BinaryIndex(std::int64_t{1} << 40), vpr::ConfigError);
  BinaryIndex index(128);
  const std::vector<std::uint64_t> codes(3);
  CHECK_THROWS_WITH(index.add(codes), ContainsSubstring("got 3 words for each code to have 2"));
  CHECK_THROWS_AS(index.search(codes, 1), vpr::ShapeError);
  CHECK_THROWS_AS(index.search({}, -1), vpr::ConfigError);
  CHECK(index.size() == 0);
  CHECK(index.search(std::span(codes).first(2), 5) == std::vector<Matches>{{}});
  CHECK(index.search({}, 5).empty());
}

TEST_CASE("Codes of signs have a 1 where a number is above 0; not for 0, -0 and NaN") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  std::vector<float> numbers(66, -1);
  const float first[] = {1, -1, 0, -0.0F, nan, -nan, infinity, -infinity, 1e-45F, -1e-45F};
  std::copy(std::begin(first), std::end(first), numbers.begin());
  numbers[65] = 3;
  CHECK(vpr::sign_codes(vpr::Rows(numbers.data(), 1, 66)) == std::vector<std::uint64_t>{0b101000001, 2});
  CHECK(vpr::sign_codes(vpr::Rows(numbers.data(), 2, 33)).size() == 2);
  CHECK(vpr::sign_codes(vpr::Rows(numbers.data(), 0, 64)).empty());
}
