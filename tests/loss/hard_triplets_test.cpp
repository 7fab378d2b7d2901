// SPDX-License-Identifier: MIT
#include <vpr/loss/hard_triplets.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

TEST_CASE("Each photo gets its most similar positive and its most similar negatives") {
  const std::vector<float> descriptors{1, 0, 0.8F, 0.6F, 0, 1, 0.6F, 0.8F, 1, 0};
  const std::vector<std::int64_t> places{0, 0, 1, 1, 0};
  const Triplets triplets = HardTriplets{.negatives = 2}(Rows(descriptors.data(), 5, 2), places);
  REQUIRE(triplets.anchor.size() == 10);
  CHECK(triplets.anchor[0] == 0);
  CHECK(triplets.positive[0] == 4);  // equal to it, the other is less similar
  CHECK(triplets.negative[0] == 3);
  CHECK(triplets.negative[1] == 2);
  CHECK(triplets.positive[2] == 0);  // of two equal ones the first
}

TEST_CASE("Photos without a positive or a negative make no triplet") {
  const std::vector<float> descriptors{1, 0, 0, 1, 1, 0};
  CHECK(HardTriplets{}(Rows(descriptors.data(), 3, 2), std::vector<std::int64_t>{0, 1, 2}).anchor.empty());
  CHECK(HardTriplets{}(Rows(descriptors.data(), 3, 2), std::vector<std::int64_t>{4, 4, 4}).anchor.empty());
  CHECK(HardTriplets{}(Rows(descriptors.data(), 0, 2), {}).anchor.empty());
  CHECK(HardTriplets{.negatives = 5}(Rows(descriptors.data(), 3, 2), std::vector<std::int64_t>{0, 0, 1}).anchor.size() == 2);
  CHECK_THROWS_AS(HardTriplets{}(Rows(descriptors.data(), 3, 2), std::vector<std::int64_t>{0, 0}), ShapeError);
}

TEST_CASE("Triplets without a negative are refused") {
  CHECK_THROWS_WITH(HardTriplets{.negatives = 0}(Rows(nullptr, 0, 2), {}), ContainsSubstring("HardTriplets: got negatives 0"));
  CHECK_THROWS_WITH(HardTriplets{.negatives = -3}(Rows(nullptr, 0, 2), {}), ContainsSubstring("HardTriplets: got negatives -3"));
}
