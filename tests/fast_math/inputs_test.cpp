// SPDX-License-Identifier: MIT
// Compiled with -ffast-math: what comes in from users and files is checked all the same.
#include <tests/support/paths.hpp>
#include <vpr/aggregator/kmeans.hpp>
#include <vpr/eval/chart_svg.hpp>
#include <vpr/eval/heat_map.hpp>
#include <vpr/eval/precision_recall.hpp>
#include <vpr/image/colour.hpp>
#include <vpr/image/warp.hpp>
#include <vpr/index/fit_pca.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/io/inspect.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/local/precision.hpp>
#include <vpr/matcher/mutual_nearest.hpp>

#include "tests/fast_math/numbers.hpp"
#include "tests/io/fake_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <array>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

const std::array<float, 3> odd{nan_number(), infinite_number(), -infinite_number()};

/// 3x2 numbers, one of which is replaced.
std::vector<float> rows_with(float number) { return {0.6F, 0.8F, 1, number, -0.8F, 0.6F}; }

}  // namespace

TEST_CASE("Descriptors that are not finite reach no index, clustering, matcher or store") {
  const std::vector<float> sound = rows_with(0);
  const Rows good(sound.data(), 3, 2);
  for (const float number : odd) {
    const std::vector<float> numbers = rows_with(number);
    const Rows bad(numbers.data(), 3, 2);
    FlatIndex<InnerProduct> index(2);
    CHECK_THROWS_AS(index.add(bad), FormatError);
    CHECK(index.size() == 0);
    index.add(good);
    CHECK_THROWS_AS(index.search(bad, 1), FormatError);
    CHECK_THROWS_AS(kmeans(bad, KMeansSettings{.clusters = 2}), FormatError);
    CHECK_THROWS_AS(fit_pca(bad, {.components = 1}), FormatError);
    CHECK_THROWS_AS(NearestFinder(bad), FormatError);
    CHECK_THROWS_AS(NearestFinder(good)(bad), FormatError);
    const LocalFeatures features{{3, 1}, 2, numbers};
    for (const LocalPrecision precision : {LocalPrecision::float32, LocalPrecision::float16, LocalPrecision::int8})
      CHECK_THROWS_AS(encode(features, precision), FormatError);
  }
}

TEST_CASE("The nearest of vectors that all point away are found") {
  const std::vector<float> query{1, 0, 0.8F, 0.6F}, candidate{-1, 0, -0.6F, -0.8F, -0.8F, 0.6F};
  const NearestBothWays found = NearestFinder(Rows(query.data(), 2, 2))(Rows(candidate.data(), 3, 2));
  CHECK(found.of_query.index == std::vector<std::int32_t>{1, 2});
  CHECK(found.of_candidate.index == std::vector<std::int32_t>{1, 0, 1});
}

TEST_CASE("k-means finds two groups from first centres that are drawn by distance") {
  std::vector<float> points;
  for (int i = 0; i < 40; ++i) points.insert(points.end(), {static_cast<float>(i % 2) * 10 + 0.01F * static_cast<float>(i), 1});
  const Clusters found = kmeans(Rows(points.data(), 40, 2), KMeansSettings{.clusters = 2});
  for (std::size_t i = 2; i < 40; ++i) CHECK(found.assignment.labels[i] == found.assignment.labels[i % 2]);
  CHECK(found.assignment.labels[0] != found.assignment.labels[1]);
}

TEST_CASE("A PCA with a number that is not finite is refused") {
  PcaParameters sound;
  sound.mean = RowVector<float>::Constant(3, 1);
  sound.components = Matrix<float>::Identity(2, 3);
  sound.variance = RowVector<float>::Constant(2, 4);
  sound.ratio = RowVector<float>::Constant(2, 0.4F);
  for (const float power : {0.0F, -0.5F}) {
    sound.power = power;
    CHECK_NOTHROW(Pca(sound));
    for (const float number : odd) {
      PcaParameters mean = sound, components = sound, variance = sound, ratio = sound;
      mean.mean[1] = components.components(1, 1) = variance.variance[1] = ratio.ratio[1] = number;
      for (const PcaParameters& bad : {mean, components, variance, ratio}) CHECK_THROWS_AS(Pca(bad), Error);
    }
  }
  sound.power = nan_number();
  CHECK_THROWS_AS(Pca(sound), Error);
}

TEST_CASE("Weights that are not finite are reported, and inspect counts them") {
  const TemporaryFolder folder;
  write_npy(folder.file("a.npy"), Shape{6}, std::vector<float>{3, nan_number(), -2, infinite_number(), nan_number(), 1});
  const TensorSummary found = inspect(open_weights(folder.file("a.npy"))).at(0);
  CHECK(found.least == -2);
  CHECK(found.most == 3);
  CHECK(found.nan == 2);
  CHECK(found.infinite == 1);
  write_npy(folder.file("b.npy"), Shape{1}, std::vector<float>{nan_number()});
  CHECK(is_nan(inspect(open_weights(folder.file("b.npy"))).at(0).least));

  FakeModel model({{"a", Shape{2}}, {"b", Shape{2}}});
  model.parameters[0].second.values[1] = odd[0];
  save_safetensors(folder.file("model.safetensors"), model, {});
  const LoadReport report = load(model, open_weights(folder.file("model.safetensors")), PrefixedNames{}, {});
  CHECK(report.not_finite.size() == 1);
}

TEST_CASE("Half-precision numbers that are not finite stay so") {
  for (const float number : odd) {
    CHECK(is_nan(static_cast<float>(f16(number))) == is_nan(number));
    CHECK_FALSE(is_finite(static_cast<float>(f16(number))));
    CHECK_FALSE(is_finite(static_cast<float>(bf16(number))));
  }
  CHECK(static_cast<float>(f16(6e-8F)) == 0x1p-24F);  // the least above 0
}

TEST_CASE("Settings of photos and measures that are no numbers are refused") {
  const Image photo({4, 5});
  const double nan = wide_nan();
  CHECK_THROWS_AS(adjust_brightness(photo, nan), ConfigError);
  CHECK_THROWS_AS(adjust_hue(photo, nan), ConfigError);
  CHECK_THROWS_AS(tilt(photo.size(), {{{0, 0}, {nan, 0}, {4, 3}, {0, 3}}}), ConfigError);
  CHECK_THROWS_AS(detail::require_grid("heat map", 1, {1, 1}, nan_number()), ConfigError);
  const std::vector<float> scores{0.5F, nan_number()};
  CHECK_THROWS_AS(precision_recall(scores, {true, false}), ConfigError);
}

TEST_CASE("A coordinate that is not finite counts as outside of a photo") {
  const Image white({4, 5}, std::vector<std::uint8_t>(60, 255));
  for (const float number : odd) {
    const Image black = warp(white, {1, 0, static_cast<double>(number), 0, 1, 0, 0, 0});
    for (const std::uint8_t byte : black.pixels()) CHECK(byte == 0);
  }
}

TEST_CASE("A chart's line breaks where a number is not known") {
  const detail::Chart chart{{0, 4}, {0, 1}};
  const double nan = wide_nan();
  CHECK_THAT(chart.line(std::vector<detail::ChartPoint>{{0, 0}, {1, nan}, {2, 1}}), !ContainsSubstring("nan") && ContainsSubstring("h0"));
  std::vector<detail::ChartPoint> points(1000, {0, nan});
  points[1] = {1, 0.5};
  std::size_t known = 0;
  for (const detail::ChartPoint& point : detail::thinned(points, 10)) known += is_nan(point.y) ? 0 : 1;
  CHECK(known == 1);
}
