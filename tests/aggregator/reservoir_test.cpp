// SPDX-License-Identifier: MIT
#include <vpr/aggregator/reservoir.hpp>

#include "tests/support/catch.hpp"

#include <limits>
#include <numeric>
#include <vector>

using vpr::Reservoir;
using vpr::Rows;

namespace {

std::vector<float> kept(const Reservoir& reservoir) {
  const Rows rows = reservoir.rows();
  return {rows[0], rows[0] + rows.size() * rows.dim()};
}

std::vector<float> first_numbers(std::size_t count) {
  std::vector<float> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  return numbers;
}

}  // namespace

TEST_CASE("A reservoir keeps all rows until it is full") {
  const std::vector<float> numbers = first_numbers(8);
  Reservoir reservoir(4, 2, 1);
  CHECK(reservoir.rows().size() == 0);
  reservoir.add(Rows(numbers.data(), 3, 2));
  CHECK(kept(reservoir) == first_numbers(6));
  reservoir.add(Rows(numbers.data() + 6, 1, 2));
  CHECK(kept(reservoir) == numbers);
  CHECK(reservoir.seen() == 4);
}

TEST_CASE("A reservoir keeps the same rows however they are cut into chunks") {
  const std::vector<float> numbers = first_numbers(3000);
  Reservoir at_once(20, 3, 5), one_by_one(20, 3, 5), other_seed(20, 3, 6);
  at_once.add(Rows(numbers.data(), 1000, 3));
  other_seed.add(Rows(numbers.data(), 1000, 3));
  for (std::int64_t r = 0; r < 1000; ++r) one_by_one.add(Rows(numbers.data(), 1000, 3).slice(r, 1));
  CHECK(kept(at_once) == kept(one_by_one));
  CHECK(kept(at_once) != kept(other_seed));
  CHECK(at_once.seen() == 1000);
  CHECK(at_once.rows().size() == 20);
}

TEST_CASE("A reservoir keeps each row with the same chance") {
  const std::vector<float> numbers = first_numbers(40);
  std::vector<int> hits(40);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    Reservoir reservoir(10, 1, seed);
    reservoir.add(Rows(numbers.data(), 40, 1));
    for (const float number : kept(reservoir)) ++hits[static_cast<std::size_t>(number)];
  }
  for (const int count : hits) CHECK(std::abs(count - 1000) < 137);  // five standard deviations
}

TEST_CASE("A reservoir refuses what does not fit, and keeps nothing of it") {
  CHECK_THROWS_WITH(Reservoir(0, 3, 1), ContainsSubstring("got capacity 0 and dim 3"));
  CHECK_THROWS_AS(Reservoir(3, 0, 1), vpr::ConfigError);
  Reservoir reservoir(4, 2, 1);
  const std::vector<float> numbers{1, 2, 3, std::numeric_limits<float>::infinity()};
  CHECK_THROWS_WITH(reservoir.add(Rows(numbers.data(), 2, 2)), ContainsSubstring("Reservoir: row 1 holds inf at 1"));
  CHECK_THROWS_AS(reservoir.add(Rows(numbers.data(), 1, 3)), vpr::ShapeError);
  CHECK(reservoir.seen() == 0);
}
