// SPDX-License-Identifier: MIT
#include <vpr/local/super_point.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
SuperPoint<> head(SuperPointSettings settings) {
  settings.descriptor_dim = 5;
  SuperPoint<> result(settings, 6);
  randomise(result, 1, 0.4F);
  return result;
}
}  // namespace

TEST_CASE("Maxima suppress what lies within the radius; farther ones and equal neighbours are kept") {
  const std::vector<float> line{1, 5, 4, 3, 2, 6, 6, 0, 0, 1};
  CHECK(suppress_non_maxima(line, {1, 10}, 1) == std::vector<float>{0, 5, 0, 3, 0, 6, 6, 0, 0, 1});
  CHECK(suppress_non_maxima(line, {1, 10}, 2) == std::vector<float>{0, 5, 0, 0, 0, 6, 6, 0, 0, 1});
  CHECK(suppress_non_maxima(line, {1, 10}, 0) == line);
  CHECK(suppress_non_maxima({1, 2, 3, 4}, {2, 2}, 1) == std::vector<float>{0, 0, 0, 4});
  CHECK(suppress_non_maxima({}, {0, 0}, 4).empty());
}

TEST_CASE("Keypoints lie off the border above the threshold, row by row, with descriptors of unit length") {
  const SuperPoint<> detector = head({.threshold = 0.02F, .radius = 2, .border = 3});
  const Features<X> features = random_features(2, 6, {3, 4}, 2);
  const auto photos = to_host(detector(features));
  REQUIRE(photos.size() == 2);
  for (const LocalFeatures& photo : photos) {
    REQUIRE(photo.size() > 3);
    CHECK(photo.grid == Grid{24, 32});
    float before = -1;
    for (std::int64_t i = 0; i < photo.size(); ++i) {
      const Keypoint& point = photo.keypoints[static_cast<std::size_t>(i)];
      const float x = 32 * point.x, y = 24 * point.y;
      CHECK(point.score > 0.02F);
      CHECK((x >= 3 && x < 29 && y >= 3 && y < 21));
      CHECK(32 * y + x > before);
      before = 32 * y + x;
      CHECK(row_length(photo.values, 5, i) == Approx(1).epsilon(1e-5));
    }
  }
  const auto alone = to_host(detector(one_of(features, 1)));
  CHECK(alone[0] == photos[1]);
}

TEST_CASE("Of too many keypoints the best are kept, best first; a photo may have none") {
  const Features<X> features = random_features(1, 6, {3, 4}, 2);
  const auto all = to_host(head({.threshold = 0.02F, .radius = 2}).operator()(features));
  const auto best = to_host(head({.threshold = 0.02F, .radius = 2, .most_keypoints = 3}).operator()(features));
  REQUIRE(best[0].size() == 3);
  CHECK(best[0].keypoints[0].score >= best[0].keypoints[1].score);
  for (const Keypoint& point : all[0].keypoints) {
    const bool is_kept = std::find(best[0].keypoints.begin(), best[0].keypoints.end(), point) != best[0].keypoints.end();
    CHECK((is_kept || point.score <= best[0].keypoints[2].score));
  }
  const auto none = to_host(head({.threshold = 1})(features));
  CHECK(none[0].size() == 0);
  CHECK(none[0].channels == 5);
}

TEST_CASE("SuperPoint's decoders have the authors' parameters; what means nothing is refused") {
  CHECK(parameters(SuperPoint<>()) == std::vector<std::string>{"convPa.weight [256, 128, 3, 3]", "convPa.bias [256]",
                                                               "convPb.weight [65, 256, 1, 1]", "convPb.bias [65]",
                                                               "convDa.weight [256, 128, 3, 3]", "convDa.bias [256]",
                                                               "convDb.weight [256, 256, 1, 1]", "convDb.bias [256]"});
  CHECK_THROWS_AS(SuperPoint<>({.radius = -1}), ConfigError);
  CHECK_THROWS_AS(head({})(random_features(1, 7, {2, 2}, 1)), ShapeError);
}
