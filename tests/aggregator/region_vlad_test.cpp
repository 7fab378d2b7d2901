// SPDX-License-Identifier: MIT
#include <vpr/aggregator/region_vlad.hpp>

#include "tests/autograd/component_gradients.hpp"
#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// The features of rows [top, bottom) and columns [left, right) of a map.
Features<X> part_of(const Features<X>& features, std::int64_t top, std::int64_t bottom, std::int64_t left, std::int64_t right) {
  const Shape shape = features.patches.shape();
  const X map = reshape(features.patches, Shape{shape[0], features.grid.height, features.grid.width, shape[2]});
  const Grid grid{bottom - top, right - left};
  return {X(), reshape(slice(slice(map, 1, top, bottom), 2, left, right), Shape{shape[0], grid.patches(), shape[2]}), grid};
}

}  // namespace

TEST_CASE("A region's descriptor is NetVLAD's of its part of the map, in a fixed order of regions") {
  NetVlad<> words({.channels = 5, .clusters = 3});
  randomise(words, 1);
  const Features<X> features = random_features(2, 5, {4, 6}, 2);
  const X all = region_vlads(words, features);
  REQUIRE(all.shape() == Shape{2, 9, 15});
  const std::array<std::array<std::int64_t, 4>, 9> borders{
      {{0, 4, 0, 6}, {0, 2, 0, 6}, {2, 4, 0, 6}, {0, 4, 0, 3}, {0, 4, 3, 6}, {0, 2, 0, 3}, {0, 2, 3, 6}, {2, 4, 0, 3}, {2, 4, 3, 6}}};
  for (std::size_t i = 0; i < borders.size(); ++i) {
    INFO("region " << i);
    const auto& [top, bottom, left, right] = borders[i];
    const auto at = static_cast<std::int64_t>(i);
    CHECK(largest_difference(slice(all, 1, at, at + 1).to_vector(), words(part_of(features, top, bottom, left, right)).to_vector()) <
          1e-6F);
  }
}

TEST_CASE("Gradients of NetVLAD's words through the regions agree with central differences") {
  NetVlad<Training> words({.channels = 4, .clusters = 3});
  const auto features = constant_features(2, 4, {4, 2}, 1);
  check_parameter_gradients(words, [&](const NetVlad<Training>& a) { return region_vlads(a, features); });
}

TEST_CASE("A map whose sides are not even has no quarters") {
  NetVlad<> words({.channels = 5, .clusters = 3});
  CHECK_THROWS_WITH(region_vlads(words, random_features(1, 5, {4, 5}, 1)),
                    ContainsSubstring("region_vlads: got a map of 4x5, want sides that are even"));
}
