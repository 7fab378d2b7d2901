// SPDX-License-Identifier: MIT
#include <vpr/aggregator/any.hpp>
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/mix_vpr.hpp>
#include <vpr/aggregator/projected.hpp>
#include <vpr/aggregator/salad.hpp>
#include <vpr/aggregator/shared.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/layer/initialise.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace vpr;
using X = Tensor<Cpu<>>;

namespace {

Features<X> features(std::int64_t images) {
  const auto random = [](Shape shape, std::uint64_t seed) {
    return X::from(shape, std::span<const float>(random_floats(shape.elements(), seed)));
  };
  return {random({images, 24}, 1), random({images, 42, 24}, 2), {6, 7}};
}

CrossImageAggregator<> mixing() {
  CrossImageAggregator<> aggregator({.channels = 24, .heads = 3, .hidden = 8, .layers = 1});
  initialise(aggregator, 4, 0.3F);
  return aggregator;
}

}  // namespace

TEST_CASE("An aggregator chosen at run time gives the bits of the one it holds") {
  const AnyAggregator<> any = GeM<>();
  CHECK_FALSE(any.mixes());
  CHECK(any.dimensions(24) == 24);
  CHECK(any(features(3)).to_vector() == GeM<>()(features(3)).to_vector());
  CHECK_THROWS_WITH(any.mix(any.regions(features(3))), ContainsSubstring("describes each photo by itself"));
}

TEST_CASE("One that mixes photos does so in the batch context that is chosen, the one that it came with at first") {
  CrossImageAggregator<> held = mixing();
  held.batch_context = BatchContext<X>::blocks(2);
  AnyAggregator<> any = held;
  CHECK(any.mixes());
  CHECK(any.batch_context.text() == "blocks(2)");
  for (const BatchContext<X>& batch_context :
       {BatchContext<X>::blocks(2), BatchContext<X>::alone(), BatchContext<X>::with(held.regions(features(2)))}) {
    any.batch_context = held.batch_context = batch_context;
    CHECK(any(features(3)).to_vector() == held(features(3)).to_vector());
    CHECK(any.mix(any.regions(features(3))).to_vector() == held(features(3)).to_vector());
  }
}

TEST_CASE("A grid that the held aggregator cannot take is refused, any other is not") {
  CHECK_THROWS_AS(AnyAggregator<>(MixVpr<>({.channels = 24, .grid = {16, 16}})).require_grid({6, 7}), ShapeError);
  CHECK_THROWS_AS(AnyAggregator<>(mixing()).require_grid({1, 7}), ShapeError);
  const SaladAggregator<> salad({.channels = 24, .clusters = 6, .cluster_dim = 8, .token_dim = 8});
  for (const AnyAggregator<>& held : {AnyAggregator<>(salad), AnyAggregator<>(L2Tokens(AnyAggregator<>(salad))),
                                      AnyAggregator<>(Shared(salad)), AnyAggregator<>(Projected(salad, 24, 4))}) {
    held.require_grid({1, 7});
    CHECK_THROWS_WITH(held.require_grid({2, 3}), ContainsSubstring("got 6 patches, of a grid of 2x3, want more than its 6 clusters"));
  }
  AnyAggregator<>(SaladAggregator<>({.channels = 24, .clusters = 6, .dustbin = false})).require_grid({2, 3});
  AnyAggregator<>(GeM<>()).require_grid({1, 1});
}
