// SPDX-License-Identifier: MIT
#include <vpr/local/store.hpp>
#include <vpr/matcher/descriptor_distance.hpp>
#include <vpr/matcher/rerank.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

namespace {

LocalFeatures one(std::vector<float> values) {
  const auto channels = static_cast<std::int64_t>(values.size());
  return {{1, 1}, channels, std::move(values)};
}

}  // namespace

TEST_CASE("Descriptors match the better the nearer they are, without pairs") {
  const DescriptorDistance matcher;
  CHECK(matcher(one({0, 3, 1}), one({4, 0, 1})).score == -5);
  CHECK(matcher(one({1, 2}), one({1, 2})).score == 0);
  CHECK(matcher(one({1, 2}), one({1, 2})).pairs.empty());
}

TEST_CASE("A photo without features is as far as can be; several features, or other channels, are refused") {
  const DescriptorDistance matcher;
  const LocalFeatures none{{0, 0}, 2, {}}, two{{1, 2}, 2, {1, 2, 3, 4}};
  CHECK(matcher(one({1, 0}), none).score == -2);
  CHECK(matcher(none, none).score == -2);
  CHECK_THROWS_WITH(matcher(one({1, 2}), two), ContainsSubstring("descriptor distance: got 1 features of 2 channels and 2 of 2"));
  CHECK_THROWS_AS(matcher(one({1, 2}), one({1, 2, 3})), ShapeError);
}

TEST_CASE("Candidates are ordered again by their descriptors' distance") {
  MemoryLocalStore store(LocalPrecision::float32);
  for (const float x : {0.0F, 1.0F, 0.6F}) store.add(one({x, 0}));
  const Reranked found = rerank({{0, 9}, {1, 8}, {2, 7}}, 3, one({0.7F, 0}), store, DescriptorDistance());
  CHECK(found.matches == Matches{{2, 7}, {1, 8}, {0, 9}});
}
