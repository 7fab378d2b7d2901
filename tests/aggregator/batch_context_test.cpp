// SPDX-License-Identifier: MIT
#include <vpr/aggregator/batch_context.hpp>

#include "tests/support/component.hpp"

#include <set>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Each batch context has a text of its own, by which descriptors are kept apart") {
  const X one = random_tensor_f32(Shape{2, 3, 4}, 1), other = random_tensor_f32(Shape{2, 3, 4}, 2);
  const std::set<std::string> texts{BatchContext<X>::alone().text(),     BatchContext<X>::blocks(1).text(),
                                    BatchContext<X>::blocks(16).text(),  BatchContext<X>::with(one).text(),
                                    BatchContext<X>::with(other).text(), BatchContext<X>::with(slice(one, 0, 0, 1)).text()};
  CHECK(texts.size() == 6);
  CHECK(BatchContext<X>::alone().text() == "alone");
  CHECK(BatchContext<X>::blocks(16).text() == "blocks(16)");
  CHECK(BatchContext<X>::with(one).text() == BatchContext<X>::with(one).text());
}

TEST_CASE("A batch context knows its blocks or the photos beside each") {
  const X regions = random_tensor_f32(Shape{2, 3, 4}, 1);
  CHECK(BatchContext<X>::alone().block() == 0);
  CHECK(BatchContext<X>::alone().regions().empty());
  CHECK(BatchContext<X>::blocks(7).block() == 7);
  CHECK(BatchContext<X>::with(regions).regions().to_vector() == regions.to_vector());
}

TEST_CASE("No batch context can be in blocks of none, or of no photos") {
  CHECK_THROWS_WITH(BatchContext<X>::blocks(0), ContainsSubstring("batch context: got blocks of 0, want at least 1"));
  CHECK_THROWS_WITH(BatchContext<X>::with(X::zeros(Shape{0, 3, 4})),
                    ContainsSubstring("batch context: got regions [0, 3, 4], want [photos, regions, channels]"));
  CHECK_THROWS_AS(BatchContext<X>::with(X::zeros(Shape{3, 4})), ConfigError);
}
