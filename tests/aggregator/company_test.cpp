// SPDX-License-Identifier: MIT
#include <vpr/aggregator/company.hpp>

#include "tests/support/component.hpp"

#include <set>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Each company has a text of its own, by which descriptors are kept apart") {
  const X one = random_tensor_f32(Shape{2, 3, 4}, 1), other = random_tensor_f32(Shape{2, 3, 4}, 2);
  const std::set<std::string> texts{Company<X>::alone().text(),     Company<X>::blocks(1).text(),
                                    Company<X>::blocks(16).text(),  Company<X>::with(one).text(),
                                    Company<X>::with(other).text(), Company<X>::with(slice(one, 0, 0, 1)).text()};
  CHECK(texts.size() == 6);
  CHECK(Company<X>::alone().text() == "alone");
  CHECK(Company<X>::blocks(16).text() == "blocks(16)");
  CHECK(Company<X>::with(one).text() == Company<X>::with(one).text());
}

TEST_CASE("A company knows its blocks or its companions") {
  const X companions = random_tensor_f32(Shape{2, 3, 4}, 1);
  CHECK(Company<X>::alone().block() == 0);
  CHECK(Company<X>::alone().companions().empty());
  CHECK(Company<X>::blocks(7).block() == 7);
  CHECK(Company<X>::with(companions).companions().to_vector() == companions.to_vector());
}

TEST_CASE("No company can be in blocks of none, or with companions that are none") {
  CHECK_THROWS_WITH(Company<X>::blocks(0), ContainsSubstring("company: got blocks of 0, want at least 1"));
  CHECK_THROWS_WITH(Company<X>::with(X::zeros(Shape{0, 3, 4})),
                    ContainsSubstring("company: got companions [0, 3, 4], want [photos, regions, channels]"));
  CHECK_THROWS_AS(Company<X>::with(X::zeros(Shape{3, 4})), ConfigError);
}
