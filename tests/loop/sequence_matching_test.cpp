// SPDX-License-Identifier: MIT
#include <vpr/loop/sequence_matching.hpp>

#include "tests/loop/night_drive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

using namespace vpr;
using vpr::test::NightDrive;

TEST_CASE("The definition, summed as it stands") {
  const std::int64_t places = 37, frames = 9;
  const std::vector<float> scores = random_floats(places * frames, 4);
  for (const SequenceMatchingSettings& s : {SequenceMatchingSettings{}, SequenceMatchingSettings{.frames = 4, .contrast_radius = 0},
                                            SequenceMatchingSettings{.frames = 3, .slowest = -1.5, .fastest = -0.5, .velocity_step = 0.25},
                                            SequenceMatchingSettings{.frames = 1, .contrast_radius = 2}}) {
    const std::vector<float> out = sequence_scores(scores, places, SequenceMatching(s));
    const auto contrast = [&](std::int64_t t, std::int64_t i) -> double {
      if (t < 0 || i < 0 || i >= places) return 0;
      const auto at = [&](std::int64_t k) { return static_cast<double>(scores[static_cast<std::size_t>(t * places + k)]); };
      if (s.contrast_radius == 0) return at(i);
      double sum = 0, squares = 0, count = 0;
      for (std::int64_t k = std::max<std::int64_t>(0, i - s.contrast_radius); k <= std::min(places - 1, i + s.contrast_radius); ++k) {
        sum += at(k);
        squares += at(k) * at(k);
        ++count;
      }
      return (at(i) - sum / count) / std::sqrt(squares / count - sum / count * sum / count);
    };
    for (std::int64_t t = 0; t < frames; ++t) {
      for (std::int64_t i = 0; i < places; ++i) {
        double best = -1e9;
        for (double v = s.slowest; v <= s.fastest + 1e-9; v += s.velocity_step) {
          double sum = 0;
          for (std::int64_t l = 0; l < s.frames; ++l) sum += contrast(t - l, i - std::llround(v * static_cast<double>(l)));
          best = std::max(best, sum / static_cast<double>(s.frames));
        }
        CHECK(static_cast<double>(out[static_cast<std::size_t>(t * places + i)]) == Approx(best).margin(1e-4));
      }
    }
  }
}

TEST_CASE("On a drive at night that is faster than the one by day it is right where single frames are wrong") {
  for (const double velocity : {1.0, 1.2, 0.8}) {
    const NightDrive drive(velocity);
    const double single = drive.recall(drive.scores()),
                 of_sequence = drive.recall(sequence_scores(drive.scores(), drive.places(), SequenceMatching()));
    CHECK(single < 0.7);
    CHECK(of_sequence > 0.9);
  }
  const NightDrive back(-1);
  CHECK(back.recall(sequence_scores(back.scores(), back.places(), SequenceMatching({.slowest = -1.2, .fastest = -0.8}))) > 0.9);
}

TEST_CASE("Places may become more from frame to frame, and no thread changes a bit") {
  const std::int64_t places = 10000;
  const std::vector<float> scores = random_floats(places + 5, 7);
  std::vector<std::vector<float>> outs;
  for (const int count : {1, 3}) {
    const Threads threads(count);
    SequenceMatching sequence;
    std::vector<float> out(scores.size());
    sequence(std::span(scores).first(3), std::span(out).first(3));
    sequence(std::span(scores).first(10000), std::span(out).first(10000));
    sequence(scores, out);
    outs.push_back(out);
  }
  CHECK(outs[0] == outs[1]);
  CHECK(is_finite(outs[0].back()));
}

TEST_CASE("Equal scores have no contrast") {
  const std::vector<float> same(60, 0.7F);
  for (const float score : sequence_scores(same, 20, SequenceMatching())) CHECK(score == 0);
}

TEST_CASE("Settings of sequence matching that make no sense are refused") {
  CHECK_THROWS_AS(SequenceMatching({.frames = 0}), ConfigError);
  CHECK_THROWS_AS(SequenceMatching({.slowest = 2, .fastest = 1}), ConfigError);
  CHECK_THROWS_AS(SequenceMatching({.velocity_step = 0}), ConfigError);
  CHECK_THROWS_AS(SequenceMatching({.contrast_radius = -1}), ConfigError);
  CHECK_THROWS_AS(sequence_scores(std::vector<float>(7), 2, SequenceMatching()), ShapeError);
  CHECK_THROWS_AS(sequence_scores(std::vector<float>{1, NAN}, 2, SequenceMatching()), FormatError);
}
