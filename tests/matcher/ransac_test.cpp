// SPDX-License-Identifier: MIT
#include <vpr/matcher/fundamental.hpp>
#include <vpr/matcher/homography.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <limits>
#include <vector>

using vpr::Consensus;
using vpr::Correspondence;
using vpr::Fundamental;
using vpr::Homography;
using vpr::RansacSettings;

namespace {

const Eigen::Matrix3d plane = (Eigen::Matrix3d() << 0.9, 0.1, 3, -0.15, 1.1, -2, 0.002, 0.001, 1).finished();

/// Points of a 40×30 grid under a homography, with noise; every `period`-th is matched with another place.
std::vector<Correspondence> on_a_plane(std::int64_t count, double noise, std::int64_t period, std::uint64_t seed) {
  const std::vector<float> random = random_floats(6 * count, seed);
  std::vector<Correspondence> all;
  for (std::int64_t i = 0; i < count; ++i) {
    const float* const r = &random[static_cast<std::size_t>(6 * i)];
    const Eigen::Vector2d from(20 + 20 * double{r[0]}, 15 + 15 * double{r[1]});
    const Eigen::Vector2d to = Homography{plane}(from) + noise * Eigen::Vector2d(double{r[2]}, double{r[3]});
    all.push_back({from, period > 0 && i % period == 0 ? Eigen::Vector2d(20 + 20 * double{r[4]}, 15 + 15 * double{r[5]}) : to});
  }
  return all;
}

Eigen::Vector2d pixel(const Eigen::Vector3d& point) { return 500 / point.z() * point.head<2>(); }

/// Points in space seen by two cameras.
std::vector<Correspondence> in_space(std::int64_t count, std::int64_t period, std::uint64_t seed) {
  const std::vector<float> random = random_floats(5 * count, seed);
  const double turn = 0.2;
  const Eigen::Matrix3d rotation =
      (Eigen::Matrix3d() << std::cos(turn), 0, std::sin(turn), 0, 1, 0, -std::sin(turn), 0, std::cos(turn)).finished();
  std::vector<Correspondence> all;
  for (std::int64_t i = 0; i < count; ++i) {
    const float* const r = &random[static_cast<std::size_t>(5 * i)];
    const Eigen::Vector3d point(2 * double{r[0]}, 2 * double{r[1]}, 6 + 2 * double{r[2]});
    const Eigen::Vector3d moved = rotation * point + Eigen::Vector3d(-1, 0.2, 0.3);
    const Eigen::Vector2d wrong(300 * double{r[3]}, 300 * double{r[4]});
    all.push_back({pixel(point), period > 0 && i % period == 0 ? wrong : pixel(moved)});
  }
  return all;
}

}  // namespace

TEST_CASE("A homography of four points or more is the one that made them, whatever the unit and origin") {
  for (const double unit : {1.0, 1e-4, 1e5}) {
    std::vector<Correspondence> all = on_a_plane(12, 0, 0, 1);
    for (Correspondence& one : all) one = {one.from * unit, one.to * unit + Eigen::Vector2d(7, -9) * unit};
    const std::vector<Homography> exact = Homography::from_sample(std::span(all).first(4));
    const auto fitted = Homography::fitted(all);
    REQUIRE(exact.size() == 1);
    REQUIRE(fitted.has_value());
    for (const Correspondence& one : all) {
      CHECK(exact[0].squared_error(one) <= 1e-16 * unit * unit);
      CHECK(fitted->squared_error(one) <= 1e-16 * unit * unit);
    }
  }
}

TEST_CASE("Points that do not determine a homography give none") {
  const auto sample = [](std::vector<Eigen::Vector2d> from) {
    std::vector<Correspondence> all;
    const std::vector<Eigen::Vector2d> corners{{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    for (std::size_t i = 0; i < 4; ++i) all.push_back({from[i], corners[i]});
    return all;
  };
  CHECK(Homography::from_sample(sample({{0, 0}, {2, 0}, {2, 3}, {0, 1}})).size() == 1);
  CHECK(Homography::from_sample(sample({{0, 0}, {1, 1}, {2, 2}, {0, 1}})).empty());      // three on a line
  CHECK(Homography::from_sample(sample({{0, 0}, {0, 0}, {2, 3}, {0, 1}})).empty());      // a point twice
  CHECK(Homography::from_sample(sample({{0, 0}, {0, 1}, {1, 1}, {1, 0}})).size() == 1);  // mirrored
  CHECK(Homography::from_sample(sample({{0, 0}, {1, 1}, {1, 0}, {0, 1}})).empty());      // a bow tie of a square
  std::vector<Correspondence> line, point(9, {{1, 2}, {3, 4}});
  for (int i = 0; i < 9; ++i) line.push_back({{i, 2 * i}, {3 * i, 1 - i}});
  CHECK_FALSE(Homography::fitted(line).has_value());
  CHECK_FALSE(Homography::fitted(point).has_value());
  CHECK_FALSE(Homography::fitted(std::span(line).first(3)).has_value());
  CHECK_FALSE(Fundamental::fitted(line).has_value());
  CHECK_FALSE(Fundamental::fitted(point).has_value());
}

TEST_CASE("Among wrong matches RANSAC finds those of the plane and no others, in order") {
  for (const std::int64_t period : {0, 3, 2}) {
    const std::vector<Correspondence> all = on_a_plane(120, 0.2, period, 2);
    const Consensus<Homography> found = vpr::ransac<Homography>(all, {.threshold = 0.6});
    REQUIRE(found.model.has_value());
    std::size_t missed = 0, wrong = 0;
    for (std::int64_t i = 0; i < 120; ++i) {
      const bool is_inlier = std::binary_search(found.inliers.begin(), found.inliers.end(), static_cast<std::int32_t>(i));
      const bool is_right = period == 0 || i % period != 0;
      missed += is_right && !is_inlier;
      wrong += !is_right && is_inlier;
    }
    CHECK(missed == 0);
    CHECK(wrong <= 1);  // by chance
    CHECK(std::is_sorted(found.inliers.begin(), found.inliers.end()));
  }
}

TEST_CASE("A fundamental matrix of seven points or more explains all points of the scene, and has rank 2") {
  const std::vector<Correspondence> all = in_space(40, 0, 3);
  const auto fitted = Fundamental::fitted(all);
  REQUIRE(fitted.has_value());
  CHECK(std::abs(fitted->matrix.determinant()) <= 1e-12 * std::pow(fitted->matrix.norm(), 3));
  double best = std::numeric_limits<double>::infinity();
  const std::vector<Fundamental> candidates = Fundamental::from_sample(std::span(all).first(7));
  CHECK((candidates.size() == 1 || candidates.size() == 3));
  for (const Fundamental& one : candidates) {
    double worst = 0, of_sample = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
      (i < 7 ? of_sample : worst) = std::max(i < 7 ? of_sample : worst, one.squared_error(all[i]));
    CHECK(of_sample <= 1e-9);
    best = std::min(best, worst);
  }
  CHECK(best <= 1e-6);
  for (const Correspondence& one : all) CHECK(fitted->squared_error(one) <= 1e-9);
}

TEST_CASE("Among wrong matches RANSAC finds the scene's epipolar geometry") {
  const std::vector<Correspondence> all = in_space(150, 4, 4);
  const Consensus<Fundamental> found = vpr::ransac<Fundamental>(all, {.threshold = 0.5});
  std::size_t right = 0;
  for (const std::int32_t i : found.inliers) right += i % 4 != 0;
  CHECK(right == 112);
  CHECK(found.inliers.size() <= right + 4);  // a wrong match may lie on its line
}

TEST_CASE("RANSAC's answer is the same each time and on any number of threads, and another seed draws other samples") {
  const std::vector<Correspondence> all = on_a_plane(60, 0.5, 2, 5);
  const RansacSettings settings{.threshold = 0.4, .most_samples = 20};
  const Consensus<Homography> once = vpr::ransac<Homography>(all, settings);
  for (const int count : {1, 2, 5}) {
    const Threads threads(count);
    const Consensus<Homography> again = vpr::ransac<Homography>(all, settings);
    CHECK(again.inliers == once.inliers);
    CHECK(again.model->matrix == once.model->matrix);
  }
  RansacSettings other = settings;
  bool differs = false;
  for (other.seed = 1; other.seed < 5; ++other.seed) differs |= vpr::ransac<Homography>(all, other).inliers != once.inliers;
  CHECK(differs);
}

TEST_CASE("Hostile correspondences are no inliers and do no harm") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  std::vector<Correspondence> all = on_a_plane(30, 0, 0, 6);
  const std::size_t good = all.size();
  for (const double bad : {nan, infinity, -infinity, 1e300}) {
    all.push_back({{bad, 1}, {1, 1}});
    all.push_back({{1, 1}, {1, bad}});
  }
  CHECK(vpr::ransac<Homography>(all).inliers.size() == good);
  CHECK(vpr::ransac<Fundamental>(std::span(all).subspan(good)).inliers.empty());
  for (std::size_t count = 0; count < 4; ++count) {
    const auto few = vpr::ransac<Homography>(std::span(all).first(count));
    CHECK(few.inliers.empty());
    CHECK_FALSE(few.model.has_value());
  }
  std::vector<Correspondence> line, same(50, {{1, 2}, {3, 4}});
  for (int i = 0; i < 50; ++i) line.push_back({{i, 2 * i}, {3 * i, 1 - i}});
  for (const auto& degenerate : {line, same}) {
    CHECK(vpr::ransac<Homography>(degenerate).inliers.empty());
    CHECK(vpr::ransac<Fundamental>(degenerate).inliers.empty());
  }
  CHECK_THROWS_WITH(vpr::ransac<Homography>(all, {.threshold = 0}), ContainsSubstring("RANSAC: got a threshold of 0"));
  CHECK_THROWS_AS(vpr::ransac<Homography>(all, {.confidence = 1}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::ransac<Homography>(all, {.threshold = nan}), vpr::ConfigError);
}
