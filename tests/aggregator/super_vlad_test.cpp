// SPDX-License-Identifier: MIT
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/aggregator/super_vlad.hpp>
#include <vpr/core/eigen.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("SuperVLAD sums each cluster's shares of the patches, without a centroid, and leaves out the ghosts'") {
  SuperVlad<> aggregator({.channels = 2, .clusters = 1, .ghosts = 1});
  set(aggregator, "conv.weight", {std::log(3.0F), 0, 0, 0});
  // At unit length the patches are (1, 0) and (0, 1). The cluster's scores are ln 3 and 0, the ghost's 0: shares of 3/4 and 1/2.
  const std::vector<float> d = aggregator({X(), tensor(Shape{1, 2, 2}, {5, 0, 0, 2}), {1, 2}}).to_vector();
  REQUIRE(d.size() == 2);
  CHECK(d[0] == Approx(0.75 / std::sqrt(0.8125)));
  CHECK(d[1] == Approx(0.5 / std::sqrt(0.8125)));
}

TEST_CASE("SuperVLAD's ghosts take their share of each patch; without any, the clusters have it all") {
  const Features<X> features = random_features(2, 6, {3, 4}, 1);
  for (const std::int64_t ghosts : {0, 1, 3}) {
    SuperVlad<> aggregator({.channels = 6, .clusters = 3, .ghosts = ghosts});
    randomise(aggregator, 1, 3);
    const X shares = aggregator.assignment(features);
    REQUIRE(shares.shape() == Shape{2, 12, 3 + ghosts});
    for (std::int64_t row = 0; row < 24; ++row) CHECK(shares.matrix().row(row).sum() == Approx(1));
    CHECK(aggregator.dimensions(6) == 18);
    const std::vector<float> d = same_alone_and_in_batches(aggregator, features);
    for (const std::int64_t image : {0, 1}) CHECK(row_length(d, 18, image) == Approx(1).epsilon(1e-6));
    CHECK(parameters(aggregator) == std::vector<std::string>{"conv.weight [" + std::to_string(3 + ghosts) + ", 6, 1, 1]"});
  }
}

TEST_CASE("SuperVLAD brings each cluster to unit length, and patches unless they are wanted as they come") {
  const Features<X> features = random_features(2, 6, {3, 4}, 1);
  SuperVlad<> unit({.channels = 6, .clusters = 4}), raw({.channels = 6, .clusters = 4, .unit_tokens = false});
  randomise(unit, 1, 3);
  randomise(raw, 1, 3);
  const std::vector<float> d = unit(features).to_vector();
  for (std::int64_t cluster = 0; cluster < 8; ++cluster) CHECK(row_length(d, 6, cluster) == Approx(0.5));
  CHECK(largest_difference(d, raw(features).to_vector()) > 0.01F);
  CHECK(largest_difference(d, raw({features.cls, l2_normalize(features.patches), features.grid}).to_vector()) < 1e-6F);
  CHECK(unit.regions(features).shape() == Shape{2, 4, 6});
  CHECK(unit.regions(features).to_vector() == d);
}

TEST_CASE("SuperVLAD takes a zero patch; it refuses sizes that mean nothing and other channels") {
  SuperVlad<> aggregator({.channels = 6, .clusters = 4});
  randomise(aggregator, 1);
  const std::vector<float> zero = aggregator({X(), X::zeros(Shape{1, 2, 6}), {1, 2}}).to_vector();
  CHECK(zero == std::vector<float>(24, 0));
  CHECK(SuperVladSettings().of_one_cluster().clusters == 1);
  CHECK(SuperVladSettings().of_one_cluster().ghosts == 2);
  CHECK_THROWS_WITH(SuperVlad<>({.clusters = 0}), ContainsSubstring("SuperVLAD: got 768 channels, 0 clusters and 1 ghost clusters"));
  CHECK_THROWS_AS(SuperVlad<>({.ghosts = -1}), ConfigError);
  CHECK_THROWS_AS(aggregator(random_features(1, 7, {2, 2}, 3)), ShapeError);
}

TEST_CASE("Across photos, SuperVLAD's clusters pass the encoder in the batch context that is chosen") {
  const Features<X> features = random_features(3, 8, {3, 4}, 1);
  AcrossPhotos aggregator(SuperVlad<>({.channels = 8, .clusters = 3}), {.channels = 8, .heads = 2, .hidden = 12}, "aggregation.");
  randomise(aggregator, 1);
  CHECK(aggregator.dimensions(8) == 24);
  same_alone_and_in_batches(aggregator, features);
  const std::vector<float> alone = aggregator(features).to_vector();
  aggregator.batch_context = BatchContext<X>::blocks(3);
  CHECK(largest_difference(alone, aggregator(features).to_vector()) > 1e-3F);
  const std::vector<std::string> names = parameters(aggregator);
  REQUIRE(names.size() == 1 + 2 * 12);
  CHECK(names[0] == "aggregation.conv.weight [4, 8, 1, 1]");
  CHECK(names[1] == "encoder.layers.0.self_attn.in_proj_weight [24, 8]");
  CHECK_NOTHROW(aggregator.require_grid({1, 1}));
}
