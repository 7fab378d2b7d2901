// SPDX-License-Identifier: MIT
#include <vpr/aggregator/shared.hpp>
#include <vpr/local/attended.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Tokens are the last channels, as they come, with the levels' attention from 0 to 1 as scores") {
  Shared<LevelAttention<>> pool(LevelAttention<>(2, 2));
  randomise(pool, 1);
  const AttendedTokens<> head(pool.inner, 2);
  const Features<X> features = random_features(2, 6, {3, 4}, 2);
  const LocalTokens<X> local = head(features);
  CHECK(local.tokens.to_vector() == slice(features.patches, 2, 4, 6).to_vector());
  for (const std::int64_t image : {0, 1}) {
    float least = 2, most = -1;
    for (std::int64_t n = 0; n < 12; ++n) {
      const float* const place = local.keypoints.data() + (image * 12 + n) * 3;
      CHECK(place[0] == Approx((static_cast<double>(n % 4) + 0.5) / 4));
      CHECK(place[1] == Approx((static_cast<double>(n / 4) + 0.5) / 3));
      least = std::min(least, place[2]);
      most = std::max(most, place[2]);
    }
    CHECK(least == 0);
    CHECK(most == 1);
  }
  const std::vector<float> masks = pool.inner->attention(features).to_vector();  // of image 1, the sum by hand
  const auto spread = [](std::vector<float> v) {
    const auto [low, high] = std::minmax_element(v.begin(), v.end());
    const float from = *low, range = *high - from;
    for (float& x : v) x = (x - from) / range;
    return v;
  };
  std::vector<float> sum = spread({masks.begin() + 24, masks.begin() + 36});
  const std::vector<float> second = spread({masks.begin() + 36, masks.end()});
  for (std::size_t i = 0; i < 12; ++i) sum[i] += second[i];
  const std::vector<float> scores = head.token_scores(features);
  CHECK(largest_difference(spread(sum), std::vector<float>(scores.begin() + 12, scores.end())) < 1e-6F);
}

TEST_CASE("Attention that is the same everywhere leaves every token a score of 1") {
  const Shared<LevelAttention<>> pool(LevelAttention<>(2, 2));
  const AttendedTokens<> head(pool.inner, 2);
  CHECK(head.token_scores(random_features(1, 6, {2, 2}, 1)) == std::vector<float>(4, 1.0F));
  CHECK(parameters(head).empty());
  CHECK(head.channels(6) == 2);
}
