// SPDX-License-Identifier: MIT
#include <vpr/aggregator/net_vlad.hpp>

#include <vpr/ops/arithmetic.hpp>

#include "tests/support/component.hpp"

#include <numeric>

using namespace vpr;
using namespace vpr::test;

namespace {
const double half = std::sqrt(0.5);
}

TEST_CASE("NetVLAD sums each word's share of the residuals, brings the sums and then all of it to unit length") {
  NetVlad<> aggregator({.channels = 2, .clusters = 2});
  set(aggregator, "centroids", {1, 0, 0, 1});
  // Scores are zero: each patch goes in halves to both words. The patches at unit length are (1, 0) and (0, 1):
  // word 0 gets half of (0, 0) + (-1, 1), word 1 half of (1, -1) + (0, 0).
  const std::vector<float> d = aggregator({X(), tensor(Shape{1, 2, 2}, {5, 0, 0, 2}), {1, 2}}).to_vector();
  const std::vector<double> expected{-0.5, 0.5, 0.5, -0.5};
  REQUIRE(d.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(d[i] == Approx(expected[i]));
}

TEST_CASE("NetVLAD's two layouts hold the same numbers, word by word and channel by channel") {
  NetVlad<> words({.channels = 3, .clusters = 2, .with_bias = true});
  NetVlad<> channels({.channels = 3, .clusters = 2, .with_bias = true, .layout = NetVladLayout::channel_major});
  set(words, "centroids", {1, 2, 3, 4, 5, 6});
  set(channels, "centers", {1, 4, 2, 5, 3, 6});
  set(words, "conv.weight", {1, 0, -1, 0, 2, 1});
  set(channels, "score_proj.weight", {1, 0, -1, 0, 2, 1});
  set(words, "conv.bias", {0.5F, 0});
  set(channels, "score_proj.bias", {0.5F, 0});
  const Features<X> features = random_features(2, 3, {2, 3}, 1);
  const X by_word = reshape(words(features), Shape{2, 2, 3});
  CHECK(largest_difference(transpose(by_word, 1).to_vector(), channels(features).to_vector()) < 1e-7F);
  CHECK(parameters(words) == std::vector<std::string>{"centroids [2, 3]", "conv.weight [2, 3, 1, 1]", "conv.bias [2]"});
  CHECK(parameters(channels) == std::vector<std::string>{"centers [3, 2]", "score_proj.weight [2, 3, 1]", "score_proj.bias [2]"});
  CHECK(parameters(NetVlad<>({.channels = 3, .clusters = 2})) == std::vector<std::string>{"centroids [2, 3]", "conv.weight [2, 3, 1, 1]"});
}

TEST_CASE("NetVLAD shares out each patch whole, by a softmax of its scores") {
  NetVlad<> aggregator({.channels = 2, .clusters = 2, .with_bias = true});
  set(aggregator, "conv.weight", {3, 0, 0, 0});
  set(aggregator, "conv.bias", {0, 1});
  const X shares = aggregator.assignment(tensor(Shape{1, 2, 2}, {1, 0, 0, 1}));
  CHECK(shares.data()[0] == Approx(1 / (1 + std::exp(-2.0))));
  CHECK(shares.data()[2] == Approx(1 / (1 + std::exp(1.0))));
  for (const std::int64_t token : {0, 1}) CHECK(shares.data()[2 * token] + shares.data()[2 * token + 1] == Approx(1));
}

TEST_CASE("NetVLAD without the words' own normalisation keeps their proportions") {
  NetVlad<> aggregator({.channels = 1, .clusters = 2, .intra_normalize = false});
  set(aggregator, "centroids", {0, -3});
  // one patch, at unit length 1: residuals 1 and 4, halved
  const std::vector<float> d = aggregator({X(), tensor(Shape{1, 1, 1}, {9}), {1, 1}}).to_vector();
  CHECK(d[0] == Approx(1 / std::sqrt(17.0)));
  CHECK(d[1] == Approx(4 / std::sqrt(17.0)));
  NetVlad<> normalised({.channels = 1, .clusters = 2});
  set(normalised, "centroids", {0, -3});
  CHECK(normalised({X(), tensor(Shape{1, 1, 1}, {9}), {1, 1}}).to_vector()[1] == Approx(half));
}

TEST_CASE("NetVLAD does not see the order of the patches, nor each patch twice, nor its length") {
  NetVlad<> aggregator({.channels = 6, .clusters = 4});
  randomise(aggregator, 1);
  const Features<X> features = random_features(2, 6, {3, 5}, 2);
  const std::vector<float> d = same_alone_and_in_batches(aggregator, features);
  for (const std::int64_t image : {0, 1}) CHECK(row_length(d, 24, image) == Approx(1).epsilon(1e-6));
  std::vector<std::int64_t> order(15);
  std::iota(order.rbegin(), order.rend(), 0);
  CHECK(largest_difference(d, aggregator(reordered(features, order)).to_vector()) < 1e-6F);
  const Features<X> twice{X(), concat(features.patches, add_scaled(features.patches, features.patches, 6), 1), {6, 5}};
  CHECK(largest_difference(d, aggregator(twice).to_vector()) < 1e-6F);
}

TEST_CASE("NetVLAD takes a single patch and a zero one; it refuses sizes that mean nothing and other channels") {
  NetVlad<> aggregator({.channels = 6, .clusters = 4});
  randomise(aggregator, 1);
  CHECK(row_length(aggregator(random_features(1, 6, {1, 1}, 3)).to_vector(), 24, 0) == Approx(1).epsilon(1e-6));
  CHECK(row_length(aggregator({X(), X::zeros(Shape{1, 1, 6}), {1, 1}}).to_vector(), 24, 0) == Approx(1).epsilon(1e-6));
  CHECK(aggregator.dimensions(6) == 24);
  CHECK_THROWS_WITH(NetVlad<>({.clusters = 0}), ContainsSubstring("NetVLAD: got 768 channels and 0 clusters, want positive sizes"));
  CHECK_THROWS_AS(aggregator(random_features(1, 7, {2, 2}, 3)), ShapeError);
}
