// SPDX-License-Identifier: MIT
#include <vpr/aggregator/any.hpp>
#include <vpr/aggregator/projected_gem.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

ProjectedGem<> head(bool binary = false, std::int64_t outputs = 16) {
  ProjectedGem<> aggregator({.channels = 6, .outputs = outputs, .binary = binary});
  randomise(aggregator, 1);
  return aggregator;
}

}  // namespace

TEST_CASE("Projected GeM is GeM over mapped patches of unit length, mapped again") {
  ProjectedGem<> aggregator({.channels = 2, .outputs = 2, .gem = {.p = 1}});
  set(aggregator, "linear1.weight", {0, 1, 1, 0});  // exchanges the channels
  set(aggregator, "linear2.weight", {1, 0, 0, 2});
  set(aggregator, "linear2.bias", {0, 1});
  // The patches at unit length are (0, 1) and (1, 0) after the first map: their mean is (1/2, 1/2), mapped (1/2, 2).
  const std::vector<float> d = aggregator({X(), tensor(Shape{1, 2, 2}, {5, 0, 0, 2}), {1, 2}}).to_vector();
  CHECK(d.at(0) == Approx(0.5 / std::sqrt(4.25)));
  CHECK(d.at(1) == Approx(2 / std::sqrt(4.25)));
}

TEST_CASE("Projected GeM describes any grid, each photo by itself, and learns under the official names") {
  const ProjectedGem<> aggregator = head();
  const std::vector<float> d = same_alone_and_in_batches(aggregator, random_features(2, 6, {3, 5}, 1));
  for (const std::int64_t image : {0, 1}) CHECK(row_length(d, 16, image) == Approx(1).epsilon(1e-6));
  CHECK(aggregator.dimensions(6) == 16);
  CHECK(parameters(aggregator) == std::vector<std::string>{"aggregation.1.p [1]", "linear1.weight [6, 6]", "linear1.bias [6]",
                                                           "linear2.weight [16, 6]", "linear2.bias [16]"});
  CHECK_THROWS_WITH(ProjectedGem<>({.outputs = 0}), ContainsSubstring("projected GeM: got 768 channels and 0 outputs"));
  CHECK_THROWS_AS(aggregator(random_features(1, 7, {2, 2}, 3)), ShapeError);
}

TEST_CASE("A binary descriptor is the signs of the other, at unit length") {
  const Features<X> features = random_features(2, 6, {3, 5}, 1);
  const std::vector<float> values = head()(features).to_vector(), signs = head(true)(features).to_vector();
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(signs[i] == (values[i] < 0 ? -0.25F : 0.25F));
  CHECK(ProjectedGem<>::signs(tensor(Shape{1, 4}, {0, -0.0F, 1e-30F, -1e-30F})).to_vector() == std::vector<float>{0.5F, 0.5F, 0.5F, -0.5F});
  CHECK(AnyAggregator<>(head(true)).is_binary());
  CHECK_FALSE(AnyAggregator<>(head()).is_binary());
  CHECK_FALSE(AnyAggregator<>(GeM<>()).is_binary());
}

TEST_CASE("An aggregator of some channels sees no other") {
  const Features<X> features = random_features(2, 10, {3, 4}, 1);
  const OfChannels part{head(true), 3, 9};
  const Features<X> alone{slice(features.cls, 1, 3, 9), slice(features.patches, 2, 3, 9), features.grid};
  CHECK(part(features).to_vector() == head(true)(alone).to_vector());
  CHECK(part.dimensions(10) == 16);
  CHECK(AnyAggregator<>(part).is_binary());
  CHECK(parameters(part) == parameters(head()));
  Features<X> without = features;
  without.cls = X();
  CHECK(part(without).to_vector() == part(features).to_vector());
  CHECK_THROWS_AS(part(random_features(1, 8, {2, 2}, 1)), ShapeError);
}
