// SPDX-License-Identifier: MIT
#include <vpr/aggregator/mix_vpr.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("MixVPR whose mixers are zero passes the maps on, reduced by channels, then by positions, at unit length") {
  MixVpr<> aggregator({.channels = 2, .grid = {1, 3}, .depth = 2, .out_channels = 2, .rows = 1});
  const Features<X> features{X(), tensor(Shape{1, 3, 2}, {1, 10, 2, 20, 3, 30}), {1, 3}};
  CHECK(aggregator.mixed(features).to_vector() == std::vector<float>{1, 2, 3, 10, 20, 30});
  set(aggregator, "channel_proj.weight", {1, 0, 1, 1});
  set(aggregator, "row_proj.weight", {1, 1, 0});
  // channels: (1, 2, 3) and (11, 22, 33); positions: 3 and 33
  const std::vector<float> d = aggregator(features).to_vector();
  CHECK(d[0] == Approx(1 / std::sqrt(122.0)));
  CHECK(d[1] == Approx(11 / std::sqrt(122.0)));
}

TEST_CASE("A mixer adds two linear maps of the normalised positions") {
  MixVpr<> aggregator({.channels = 1, .grid = {1, 2}, .depth = 1, .ratio = 0.5F, .out_channels = 1, .rows = 1});
  set(aggregator, "mix.0.mix.1.weight", {0, 2});
  set(aggregator, "mix.0.mix.3.weight", {10, 100});
  set(aggregator, "mix.0.mix.3.bias", {0, 1});
  const std::vector<float> y = aggregator.mixed({X(), tensor(Shape{1, 2, 1}, {-300, 300}), {1, 2}}).to_vector();  // normalised -1, 1
  CHECK(y[0] == Approx(-280));
  CHECK(y[1] == Approx(501));
}

TEST_CASE("MixVPR's descriptors are D long, of unit length, and have the same bits alone, in a batch and on any threads") {
  MixVpr<> aggregator({.channels = 6, .grid = {3, 5}, .depth = 2, .ratio = 2, .out_channels = 4, .rows = 3});
  randomise(aggregator, 1);
  CHECK(aggregator.dimensions(6) == 12);
  const std::vector<float> d = same_alone_and_in_batches(aggregator, random_features(3, 6, {3, 5}, 2));
  REQUIRE(d.size() == 36);
  for (const std::int64_t image : {0, 1, 2}) CHECK(row_length(d, 12, image) == Approx(1).epsilon(1e-6));
}

TEST_CASE("MixVPR's parameters are the official ones") {
  CHECK(parameters(MixVpr<>({.channels = 6, .grid = {2, 3}, .depth = 1, .ratio = 1.5F, .out_channels = 4, .rows = 2})) ==
        std::vector<std::string>{"mix.0.mix.0.weight [6]", "mix.0.mix.0.bias [6]", "mix.0.mix.1.weight [9, 6]", "mix.0.mix.1.bias [9]",
                                 "mix.0.mix.3.weight [6, 9]", "mix.0.mix.3.bias [6]", "channel_proj.weight [4, 6]", "channel_proj.bias [4]",
                                 "row_proj.weight [2, 6]", "row_proj.bias [2]"});
}

TEST_CASE("MixVPR refuses another grid, even of as many patches, and sizes that mean nothing") {
  const MixVpr<> aggregator({.channels = 6, .grid = {2, 3}, .depth = 1, .out_channels = 4, .rows = 2});
  CHECK_THROWS_WITH(aggregator(random_features(1, 6, {3, 2}, 1)), ContainsSubstring("MixVPR: got a grid of 3x2, its mixers are for 2x3"));
  CHECK_THROWS_AS(aggregator(random_features(1, 5, {2, 3}, 1)), ShapeError);
  CHECK_THROWS_WITH(MixVpr<>({.grid = {0, 20}}), ContainsSubstring("a grid of 0x20"));
  CHECK_THROWS_AS(MixVpr<>({.ratio = 0}), ConfigError);
}
