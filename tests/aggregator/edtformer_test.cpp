// SPDX-License-Identifier: MIT
#include <vpr/aggregator/edtformer.hpp>

#include "tests/support/component.hpp"

#include <numeric>

using namespace vpr;
using namespace vpr::test;

namespace {

EdtFormer<> head() {
  EdtFormer<> aggregator({.channels = 8, .heads = 2, .queries = 3, .layers = 2, .outputs = 5, .rows = 2});
  randomise(aggregator, 1);
  return aggregator;
}

}  // namespace

TEST_CASE("EDTformer describes any grid, each photo by itself") {
  const EdtFormer<> aggregator = head();
  CHECK(aggregator.dimensions(8) == 10);
  for (const Grid grid : {Grid{3, 4}, Grid{1, 1}}) {
    const std::vector<float> d = same_alone_and_in_batches(aggregator, random_features(2, 8, grid, 1));
    for (const std::int64_t image : {0, 1}) CHECK(row_length(d, 10, image) == Approx(1).epsilon(1e-6));
  }
}

TEST_CASE("EDTformer does not see the order of the patches") {
  const EdtFormer<> aggregator = head();
  const Features<X> features = random_features(2, 8, {3, 5}, 2);
  std::vector<std::int64_t> order(15);
  std::iota(order.rbegin(), order.rend(), 0);
  CHECK(largest_difference(aggregator(features).to_vector(), aggregator(reordered(features, order)).to_vector()) < 1e-6F);
}

TEST_CASE("EDTformer's row is fastest in its descriptor") {
  EdtFormer<> aggregator = head();
  // Every query comes to the channels 1, 2, 3, 4, 5, and the rows take once and twice the first query.
  set(aggregator, "channel_proj.weight", std::vector<float>(40, 0));
  set(aggregator, "channel_proj.bias", {1, 2, 3, 4, 5});
  set(aggregator, "row_proj.weight", {1, 0, 0, 2, 0, 0});
  set(aggregator, "row_proj.bias", {0, 0});
  const std::vector<float> d = aggregator(random_features(1, 8, {2, 2}, 3)).to_vector();
  const double length = std::sqrt(5.0 * 55);
  const std::vector<double> expected{1, 2, 2, 4, 3, 6, 4, 8, 5, 10};
  for (std::size_t i = 0; i < 10; ++i) CHECK(d.at(i) == Approx(expected[i] / length));
}

TEST_CASE("EDTformer has the official names; it wants a class token and sizes that mean something") {
  const std::vector<std::string> names = parameters(head());
  REQUIRE(names.size() == 3 + 2 * 12 + 4);
  CHECK(names[0] == "queries [1, 3, 8]");
  CHECK(names[1] == "fc.weight [8, 8]");
  CHECK(names[3] == "decoder.layers.0.self_attn.in_proj_weight [24, 8]");
  CHECK(names[7] == "decoder.layers.0.multihead_attn.in_proj_weight [24, 8]");
  CHECK(names[11] == "decoder.layers.0.norm1.weight [8]");
  CHECK(names[27] == "channel_proj.weight [5, 8]");
  CHECK(names[29] == "row_proj.weight [2, 3]");
  Features<X> features = random_features(1, 8, {2, 2}, 3);
  features.cls = X();
  CHECK_THROWS_WITH(head()(features), ContainsSubstring("EDTformer: the features have no class token"));
  CHECK_THROWS_WITH(EdtFormer<>({.queries = 0}), ContainsSubstring("EDTformer: got 768 channels, 0 queries"));
  CHECK_THROWS_AS(EdtFormer<>({.channels = 10}), ConfigError);
}
