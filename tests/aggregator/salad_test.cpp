// SPDX-License-Identifier: MIT
#include <vpr/aggregator/salad.hpp>

#include "tests/support/component.hpp"

#include <numeric>

using namespace vpr;
using namespace vpr::test;

namespace {

const SaladSettings small{.channels = 10, .clusters = 5, .cluster_dim = 4, .token_dim = 6, .hidden = 16};

SaladAggregator<> salad(const SaladSettings& settings, float scale = 0.5F) {
  SaladAggregator<> aggregator(settings);
  randomise(aggregator, 1, scale);
  return aggregator;
}

/// The sums of each row and of each column of one image's assignment.
std::pair<std::vector<double>, std::vector<double>> marginals(const X& assignment) {
  const std::int64_t tokens = assignment.shape()[1], clusters = assignment.shape()[2];
  std::vector<double> rows(static_cast<std::size_t>(tokens)), columns(static_cast<std::size_t>(clusters));
  for (std::int64_t i = 0; i < tokens * clusters; ++i) {
    rows[static_cast<std::size_t>(i / clusters)] += static_cast<double>(assignment.data()[i]);
    columns[static_cast<std::size_t>(i % clusters)] += static_cast<double>(assignment.data()[i]);
  }
  return {rows, columns};
}

}  // namespace

TEST_CASE("SALAD of networks that are zero shares each patch evenly, the dustbin taking what the clusters have no room for") {
  const Features<X> features = random_features(1, 10, {3, 4}, 1);
  SaladAggregator<> aggregator(small);
  set(aggregator, "dust_bin", {0});
  const X assignment = aggregator.assignment(features);
  REQUIRE(assignment.shape() == Shape{1, 12, 6});
  for (std::int64_t i = 0; i < 72; ++i) CHECK(assignment.data()[i] == Approx(i % 6 < 5 ? 1.0 / 12 : 7.0 / 12));
  // a constant reduced feature (1, 2, 3, 4) then sums to itself in each cluster
  set(aggregator, "cluster_features.3.bias", {1, 2, 3, 4});
  const X sums = aggregator.cluster_sums(features);
  for (std::int64_t i = 0; i < 20; ++i) CHECK(sums.data()[i] == Approx(1 + i % 4));
}

TEST_CASE("SALAD's descriptor is the class token's part, then dimension by dimension each cluster's, at unit length") {
  const Features<X> features = random_features(1, 10, {3, 4}, 1);
  SaladAggregator<> aggregator(small);
  set(aggregator, "cluster_features.3.bias", {3, 0, 4, 0});
  set(aggregator, "token_features.2.bias", {0, 0, 7, 0, 0, 0});
  const std::vector<float> d = aggregator(features).to_vector();
  REQUIRE(d.size() == 26);
  const double unit = std::sqrt(1.0 + 5);  // the token's and five clusters', each of length 1
  for (std::size_t i = 0; i < 6; ++i) CHECK(d[i] == Approx(i == 2 ? 1 / unit : 0));
  for (std::size_t i = 0; i < 20; ++i) CHECK(d[6 + i] == Approx(i / 5 == 0 ? 0.6 / unit : i / 5 == 2 ? 0.8 / unit : 0));
}

TEST_CASE("SALAD's assignment gives away each patch whole, and fills each cluster as the iterations go on") {
  const Features<X> features = random_features(2, 10, {5, 3}, 2);
  double last = 10;
  for (const std::int64_t iterations : {1, 4, 300}) {
    SaladSettings settings = small;
    settings.iterations = iterations;
    const X both = salad(settings, 1.5F).assignment(features);
    for (const std::int64_t image : {0, 1}) {
      const auto [rows, columns] = marginals(slice(both, 0, image, image + 1));
      for (const double row : rows) CHECK(row == Approx(1).epsilon(1e-5));
      double worst = std::abs(columns[5] - 10);  // the dustbin takes the 15 - 5 that are left
      for (std::size_t c = 0; c < 5; ++c) worst = std::max(worst, std::abs(columns[c] - 1));
      if (iterations == 300) CHECK(worst < 1e-4);
      if (image == 0) {
        CHECK(worst < last);
        last = worst;
      }
    }
  }
}

TEST_CASE("SALAD does not see the order of the patches: the descriptor stays, the assignment follows") {
  const Features<X> features = random_features(2, 10, {3, 5}, 3);
  std::vector<std::int64_t> order(15);
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin(), order.begin() + 4, order.end());
  std::swap(order[1], order[9]);
  const SaladAggregator<> aggregator = salad(small);
  const Features<X> other = reordered(features, order);
  CHECK(largest_difference(aggregator(features).to_vector(), aggregator(other).to_vector()) < 1e-6F);
  const Features<X> assignments{X(), aggregator.assignment(features), features.grid};
  CHECK(largest_difference(reordered(assignments, order).patches.to_vector(), aggregator.assignment(other).to_vector()) < 1e-6F);
}

TEST_CASE("SALAD assigns patches that are alike alike, and each image to the same bits alone, in a batch and on any threads") {
  Features<X> features = random_features(3, 10, {7, 2}, 4);
  std::copy_n(features.patches.data(), 10, features.patches.data() + 50);  // patch 5 is patch 0
  const SaladAggregator<> aggregator = salad(small);
  const X assignment = aggregator.assignment(features);
  for (std::int64_t c = 0; c < 6; ++c) CHECK(assignment.data()[c] == assignment.data()[30 + c]);
  const std::vector<float> d = same_alone_and_in_batches(aggregator, features);
  for (std::int64_t b = 0; b < 3; ++b) CHECK(row_length(d, 26, b) == Approx(1).epsilon(1e-6));
}

TEST_CASE("SALAD refuses a grid with no more patches than clusters, with the reason") {
  const SaladAggregator<> aggregator = salad(small);
  const char* const reason =
      " tokens for 5 clusters; the dustbin's mass is what is left, so there must be more tokens than clusters: use larger images or fewer "
      "clusters";
  CHECK_THROWS_WITH(aggregator(random_features(1, 10, {1, 5}, 1)), ContainsSubstring("got 5" + std::string(reason)));
  CHECK_THROWS_WITH(aggregator(random_features(1, 10, {1, 1}, 1)), ContainsSubstring("got 1" + std::string(reason)));
  CHECK(aggregator(random_features(1, 10, {1, 6}, 1)).shape() == Shape{1, 26});
}

TEST_CASE("SALAD without a dustbin has no such parameter, and takes any number of patches") {
  SaladSettings settings = small;
  settings.dustbin = false;
  const SaladAggregator<> aggregator = salad(settings);
  const X assignment = aggregator.assignment(random_features(2, 10, {1, 1}, 1));
  REQUIRE(assignment.shape() == Shape{2, 1, 5});
  CHECK(std::accumulate(assignment.data(), assignment.data() + 5, 0.0) == Approx(1).epsilon(1e-6));
  CHECK(aggregator(random_features(2, 10, {1, 1}, 1)).shape() == Shape{2, 26});
  CHECK(parameters(aggregator).size() == parameters(salad(small)).size() - 1);
  CHECK(parameters(aggregator)[0] == "token_features.0.weight [16, 10]");
}

TEST_CASE("SALAD without the class token has the clusters' dimensions, and needs no such token") {
  SaladSettings settings = small;
  settings.token_dim = 0;
  const SaladAggregator<> aggregator = salad(settings);
  Features<X> features = random_features(2, 10, {3, 3}, 1);
  features.cls = X();
  CHECK(aggregator.dimensions(10) == 20);
  const std::vector<float> d = aggregator(features).to_vector();
  REQUIRE(d.size() == 40);
  CHECK(row_length(d, 20, 1) == Approx(1).epsilon(1e-6));
  CHECK(parameters(aggregator).size() == parameters(salad(small)).size() - 4);
  CHECK_THROWS_WITH(salad(small)(features),
                    ContainsSubstring("SALAD: the features have no class token; give this backbone a token_dim of 0"));
}

TEST_CASE("SALAD's sizes are the published ones, its parameters the official checkpoint's") {
  CHECK(SaladSettings().dimensions() == 8448);
  CHECK(SaladSettings().of_2112().dimensions() == 2112);
  CHECK(SaladSettings().of_544().dimensions() == 544);
  CHECK(SaladAggregator<>(SaladSettings().of_544()).dimensions(768) == 544);
  CHECK(parameters(SaladAggregator<>({.channels = 24, .clusters = 6, .cluster_dim = 8, .token_dim = 8})) ==
        std::vector<std::string>{
            "dust_bin []", "token_features.0.weight [512, 24]", "token_features.0.bias [512]", "token_features.2.weight [8, 512]",
            "token_features.2.bias [8]", "cluster_features.0.weight [512, 24, 1, 1]", "cluster_features.0.bias [512]",
            "cluster_features.3.weight [8, 512, 1, 1]", "cluster_features.3.bias [8]", "score.0.weight [512, 24, 1, 1]",
            "score.0.bias [512]", "score.3.weight [6, 512, 1, 1]", "score.3.bias [6]"});
}

TEST_CASE("SALAD refuses sizes that mean nothing, and features of other channels") {
  CHECK_THROWS_WITH(SaladAggregator<>({.clusters = 0}), ContainsSubstring("SALAD: got 768 channels, 0 clusters of 128"));
  CHECK_THROWS_AS(SaladAggregator<>({.token_dim = -1}), ConfigError);
  CHECK_THROWS_AS(salad(small)(random_features(1, 11, {3, 4}, 1)), ShapeError);
  SaladSettings settings = small;
  settings.iterations = -1;
  CHECK_THROWS_AS(salad(settings)(random_features(1, 10, {3, 4}, 1)), ConfigError);
}
