// SPDX-License-Identifier: MIT
#include <vpr/loop/bayes_filter.hpp>

#include "tests/loop/night_drive.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <numeric>

using namespace vpr;
using vpr::test::NightDrive;

TEST_CASE("Prediction and Bayes' rule, by hand") {
  const BayesFilterSettings s{.slowest = 0, .fastest = 1, .enters = 0.5, .leaves = 0.2, .elevation = 1, .around = 0};
  BayesFilter filter(s);
  std::vector<float> out(2);
  const std::vector<float> first{1, -1};  // one standard deviation to both sides of the mean
  filter(first, out);
  // From elsewhere: 0.25 each place, 0.5 elsewhere; likelihoods e, 1/e, √e.
  const double e = std::exp(1.0), root = std::sqrt(e), sum = 0.25 * e + 0.25 / e + 0.5 * root;
  CHECK(static_cast<double>(out[0]) == Approx(0.25 * e / sum));
  CHECK(static_cast<double>(out[1]) == Approx(0.25 / e / sum));
  CHECK(filter.elsewhere() == Approx(0.5 * root / sum));

  const double a = 0.25 * e / sum, b = 0.25 / e / sum, other = 0.5 * root / sum;
  const double a1 = 0.4 * a + 0.25 * other, b1 = 0.4 * a + 0.4 * b + 0.25 * other,
               other1 = 1 - a1 - b1;  // what passes the last place is elsewhere
  filter(first, out);
  const double sum1 = a1 * e + b1 / e + other1 * root;
  CHECK(static_cast<double>(out[0]) == Approx(a1 * e / sum1));
  CHECK(static_cast<double>(out[1]) == Approx(b1 / e / sum1));
}

TEST_CASE("On a drive at night it is right where single frames are wrong") {
  for (const double velocity : {1.0, 1.2, 0.8}) {
    const NightDrive drive(velocity);
    CHECK(drive.recall(drive.scores()) < 0.7);
    CHECK(drive.recall(sequence_scores(drive.scores(), drive.places(), BayesFilter())) > 0.9);
  }
  const NightDrive back(-1);
  CHECK(back.recall(sequence_scores(back.scores(), back.places(), BayesFilter({.slowest = -2, .fastest = 0}))) > 0.9);
}

TEST_CASE("It knows that a drive is elsewhere, and when it comes back") {
  const NightDrive drive(1);
  const std::vector<float> noise = random_floats(drive.scores().size(), 99);
  BayesFilter filter;
  std::vector<float> out(static_cast<std::size_t>(drive.places()));
  double elsewhere = 0;
  for (std::int64_t t = 0; t < 60; ++t) {  // no known place
    filter(std::span(noise).subspan(static_cast<std::size_t>(t * drive.places()), out.size()), out);
    elsewhere += filter.elsewhere() / 60;
  }
  CHECK(elsewhere > 0.8);
  for (std::int64_t t = 50; t < 90; ++t)
    filter(std::span(drive.scores()).subspan(static_cast<std::size_t>(t * drive.places()), out.size()), out);
  CHECK(filter.elsewhere() < 0.2);
  CHECK(out[89] > 0.8F);
}

TEST_CASE("Probabilities stay such, whatever the scores") {
  const std::vector<float> extreme{std::numeric_limits<float>::max(), -1, 0, 1e-30F, 5, 5, 5, 5};
  for (const float scale : {1.0F, 1e-30F, 0.0F}) {
    BayesFilter filter({.elevation = 50, .around = 0});
    for (std::size_t count = 1; count <= extreme.size(); ++count) {
      std::vector<float> scores, out(count);
      for (std::size_t i = 0; i < count; ++i) scores.push_back(extreme[i] * scale);
      filter(scores, out);
      double sum = filter.elsewhere();
      for (const float probability : out) {
        CHECK(probability >= 0);
        sum += static_cast<double>(probability);
      }
      CHECK(sum == Approx(1));
    }
  }
}

TEST_CASE("The scale and offset of scores do not matter") {
  const NightDrive drive(1);
  std::vector<float> other = drive.scores();
  for (float& score : other) score = 8 * score - 4;
  const std::vector<float> a = sequence_scores(drive.scores(), drive.places(), BayesFilter()),
                           b = sequence_scores(other, drive.places(), BayesFilter());
  CHECK(largest_difference(a, b) < 1e-3F);
}

TEST_CASE("Settings of a Bayes filter that make no sense are refused") {
  CHECK_THROWS_AS(BayesFilter({.slowest = 1, .fastest = 0}), ConfigError);
  CHECK_THROWS_AS(BayesFilter({.enters = 0}), ConfigError);
  CHECK_THROWS_AS(BayesFilter({.leaves = 1}), ConfigError);
  CHECK_THROWS_AS(BayesFilter({.elevation = -1}), ConfigError);
  CHECK_THROWS_AS(BayesFilter({.around = -1}), ConfigError);
}
