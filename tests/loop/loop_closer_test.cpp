// SPDX-License-Identifier: MIT
#include <vpr/loop/loop_closer.hpp>

#include "tests/loop/drive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

#include <vpr/image/image.hpp>
#include <vpr/index/filtered.hpp>
#include <vpr/loop/bayes_filter.hpp>
#include <vpr/loop/sequence_matching.hpp>

#include <map>
#include <string>

using namespace vpr;
using vpr::test::Drive;

namespace {

using Pair = std::pair<std::int64_t, std::int64_t>;

/// What VGGT-SLAM does, as it describes it: for each frame of a submap the nearest frame of all submaps but this one and the newest before it, by the
/// norm of the difference; of those nearer than the threshold the nearest, of equal ones the later frame's.
std::vector<Pair> vggt_slam_reference(const Drive& drive, const std::vector<std::vector<std::int64_t>>& submaps, double threshold) {
  std::vector<Pair> loops;
  std::int64_t first_of_submap = 0;
  for (std::size_t now = 0; now < submaps.size(); ++now) {
    double best_of_submap = threshold;
    Pair loop{-1, -1};
    for (std::size_t q = 0; q < submaps[now].size(); ++q) {
      double nearest = 1000;
      std::int64_t match = -1, id = 0;
      for (std::size_t other = 0; other + 1 < now; ++other) {
        for (const std::int64_t frame : submaps[other]) {
          const double distance = drive.distance(submaps[now][q], frame);
          if (distance < nearest) nearest = distance, match = id;
          ++id;
        }
      }
      if (nearest < threshold && nearest <= best_of_submap)
        best_of_submap = nearest, loop = {first_of_submap + static_cast<std::int64_t>(q), match};
    }
    if (loop.first >= 0) loops.push_back(loop);
    first_of_submap += std::ssize(submaps[now]);
  }
  return loops;
}

std::vector<Loop> close_all(LoopCloser<>& closer, const Drive& drive) {
  std::vector<Loop> all;
  for (std::int64_t i = 0; i < drive.size(); ++i) {
    for (const Loop& loop : closer.add(drive[i])) all.push_back(loop);
  }
  return all;
}

/// One number a photo; two photos match where it is the same.
struct SameNumber {
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    return {query.values[0] == candidate.values[0] ? 10.0F : 1.0F};
  }
};

}  // namespace

TEST_CASE("The loops of VGGT-SLAM are those of a plain reference") {
  std::size_t found = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    const Drive drive(330, 20, seed, 100, 0.3F);
    std::vector<std::vector<std::int64_t>> submaps{{}};
    const std::size_t size = 9 + 4 * seed;  // and one frame that each shares with the submap before it
    for (std::int64_t i = 0; i < drive.size(); ++i) {
      submaps.back().push_back(i);
      if (submaps.back().size() == size + 1) submaps.push_back({i});
    }
    for (const float threshold : {0.95F, 0.5F, 0.3F}) {
      LoopSettings settings = LoopSettings::vggt_slam();
      settings.rule.threshold = threshold * threshold;
      LoopCloser closer(FlatIndex<L2>(drive.dim()), settings);
      std::vector<Pair> pairs;
      for (const auto& submap : submaps) {
        for (const std::int64_t frame : submap) CHECK(closer.add(drive[frame]).empty());
        for (const Loop& loop : closer.end_submap()) pairs.emplace_back(loop.frame, loop.match);
      }
      CHECK(pairs == vggt_slam_reference(drive, submaps, static_cast<double>(threshold)));
      found += pairs.size();
    }
  }
  CHECK(found > 30);
  CHECK(LoopSettings::vggt_slam().rule.threshold == 0.95F * 0.95F);
}

TEST_CASE("A frame closes loops with those more than the gap before it") {
  const Drive drive(200, 16, 3, 90);
  for (const std::int64_t gap : {0, 5, 89, 90, 199}) {
    LoopCloser closer(drive.dim(), {.gap = gap, .top = 1, .suppression = 0});
    for (std::int64_t i = 0; i < drive.size(); ++i) {
      const std::vector<Loop> loops = closer.add(drive[i]);
      REQUIRE(loops.size() == (i > gap ? 1U : 0U));
      if (i <= gap) continue;
      CHECK(loops[0].frame == i);
      CHECK(loops[0].match < i - gap);
      for (std::int64_t j = 0; j < i - gap; ++j) CHECK(drive.product(i, j) <= static_cast<double>(loops[0].score) + 1e-5);
    }
  }
}

TEST_CASE("A gap in seconds counts by times, and needs them") {
  const Drive drive(60, 16, 3, 20);
  LoopCloser closer(drive.dim(), {.gap = 0, .gap_seconds = 10, .top = 1});
  for (std::int64_t i = 0; i < drive.size(); ++i) {
    for (const Loop& loop : closer.add(drive[i], {.time = 100 + 0.5 * static_cast<double>(i)})) CHECK(loop.frame - loop.match > 20);
  }
  CHECK_THROWS_WITH(closer.add(drive[0]), "LoopCloser: frame 60 has no time, which gap_seconds = 10 needs");
  CHECK(closer.size() == 60);
}

TEST_CASE("No loops with the current submap nor with the newest before it") {
  const Drive drive(100, 16, 5, 20);
  for (const std::int64_t left_out : {0, 1, 3}) {
    LoopCloser closer(drive.dim(), {.gap = 0, .submaps_left_out = left_out, .top = 3, .suppression = 0});
    for (std::int64_t i = 0; i < drive.size(); ++i) {
      const std::vector<Loop> loops = closer.add(drive[i]);
      CHECK(loops.empty() == (i / 10 <= left_out));
      for (const Loop& loop : loops) CHECK(i / 10 - loop.match / 10 > left_out);
      if (i % 10 == 9) CHECK(closer.end_submap().empty());
    }
  }
}

TEST_CASE("Of neighbours the best is left, in one frame and from frame to frame") {
  const Drive drive(180, 32, 8, 90);
  LoopCloser plain(drive.dim(), {.gap = 40, .top = 10, .suppression = 0, .rule = {.threshold = 0.9F}});
  LoopCloser closer(drive.dim(), {.gap = 40, .top = 10, .suppression = 8, .spacing = 8, .rule = {.threshold = 0.9F}});
  const std::vector<Loop> many = close_all(plain, drive), few = close_all(closer, drive);
  CHECK(many.size() > 200);
  CHECK(few.size() >= 8);
  for (std::size_t a = 0; a < few.size(); ++a) {
    CHECK(std::abs(few[a].frame - few[a].match - 90) <= 4);
    for (std::size_t b = 0; b < a; ++b) CHECK((few[a].frame - few[b].frame > 8 || std::abs(few[a].match - few[b].match) > 8));
  }
  CHECK(suppress_neighbours(Matches{{5, 9}, {6, 8}, {8, 7}, {7, 6}}, 2) == Matches{{5, 9}, {8, 7}});
  CHECK(suppress_neighbours(Matches{{5, 9}, {5, 8}}, 0).size() == 2);
}

TEST_CASE("A rule's margin is that to a different place") {
  // Frames 0 and 1 are one place, 10 another; the query is like all three.
  std::vector<std::vector<float>> rows(11, {0, 0, 0});
  rows[0] = {1, 0, 0};
  rows[1] = {0.99F, 0, 0};
  rows[10] = {0.9F, 0, 0};
  const std::vector<float> query{1, 0, 0};
  for (const float margin : {0.05F, 0.2F}) {
    LoopCloser closer(3, {.gap = 0, .top = 10, .suppression = 2, .rule = {.threshold = 0.5F, .margin = margin}});
    for (const auto& row : rows) closer.add(row);
    const std::vector<Loop> loops = closer.add(query);
    CHECK(loops.size() == (margin < 0.1F ? 1U : 0U));
    if (!loops.empty()) CHECK(loops[0].match == 0);
  }
}

TEST_CASE("Candidates are verified by local features, and what was found comes with the loop") {
  const Drive drive(120, 16, 3, 60);
  const auto local = [](std::int64_t i) { return LocalFeatures{{1, 1}, 1, {static_cast<float>(i % 60)}}; };
  LoopCloser closer(FlatIndex<>(drive.dim()), {.gap = 20, .top = 8, .suppression = 0}, SingleFrames(), VerifyBy<SameNumber>{{}, 5, 8});
  std::int64_t verified = 0;
  for (std::int64_t i = 0; i < drive.size(); ++i) {
    const LocalFeatures features = local(i);
    for (const Loop& loop : closer.add(drive[i], {.local = &features})) {
      CHECK(loop.frame - loop.match == 60);
      CHECK(loop.verified == LocalMatch{10});
      ++verified;
    }
  }
  CHECK(verified > 40);
  CHECK_THROWS_WITH(closer.add(drive[0]), "LoopCloser: frame 120 has no local features, which verification needs");
}

TEST_CASE(
    "Verification takes local features from a store that holds those of all frames, and asks for none of a frame without candidates") {
  const Drive drive(120, 16, 3, 60);
  std::vector<std::int64_t> asked;
  const auto features = [&](std::int64_t i) {
    asked.push_back(i);
    return LocalFeatures{{1, 1}, 1, {static_cast<float>(i % 60)}};
  };
  ComputedLocalStore store(drive.size(), features);
  const LoopSettings settings{.gap = 20, .top = 8, .suppression = 0};
  LoopCloser kept(FlatIndex<>(drive.dim()), settings, SingleFrames(), VerifyBy<SameNumber>{{}, 5, 8});
  LoopCloser stored(FlatIndex<>(drive.dim()), settings, SingleFrames(), VerifyBy<SameNumber, decltype(store)>{{}, 5, 8, store});
  std::size_t verified = 0;
  for (std::int64_t i = 0; i < drive.size(); ++i) {
    const LocalFeatures local = features(i);
    asked.clear();
    const std::vector<Loop> loops = stored.add(drive[i]);
    CHECK(asked.empty() == (i <= 20));
    CHECK(loops == kept.add(drive[i], {.local = &local}));
    verified += loops.size();
  }
  CHECK(verified > 40);
}

TEST_CASE("It says once that scores are not calibrated, where they are not") {
  const Drive drive(200, 16, 3, 60);
  for (const bool calibrated : {false, true}) {
    std::vector<std::string> messages;
    LoopSettings settings{.gap = 20, .rule = {.threshold = 0.5F}, .on_message = [&](const std::string& text) { messages.push_back(text); }};
    if (calibrated) settings.rule.measured.answers = 10;
    LoopCloser closer(drive.dim(), settings);
    CHECK(close_all(closer, drive).size() > 3);
    REQUIRE(messages.size() == (calibrated ? 0U : 1U));
    if (!calibrated) CHECK(messages[0].find("not calibrated") != std::string::npos);
  }
}

TEST_CASE("Frames of an earlier session are there from the first frame on") {
  const Drive drive(120, 16, 3, 60);
  FlatIndex<> old(drive.dim());
  old.add(drive.rows().slice(0, 60));
  LoopCloser closer(std::move(old), {.gap = 100, .top = 1});
  CHECK(closer.size() == 60);
  const std::vector<Loop> loops = closer.add(drive[60]);
  REQUIRE(loops.size() == 1);
  CHECK(loops[0].frame == 60);
  CHECK(std::abs(loops[0].match - 0) <= 2);
}

TEST_CASE("A frame from memory is described by what the user has, without a copy of it") {
  struct Mean {  // as a pipeline does, whatever it is
    std::vector<float> describe(const RgbPhoto& photo) const {
      std::vector<float> sums(3, 0.0F);
      for (std::int64_t x = 0; x < photo.width; ++x) {
        for (std::size_t c = 0; c < 3; ++c) sums[c] += static_cast<float>(photo.row(0)[3 * static_cast<std::size_t>(x) + c]);
      }
      return sums;
    }
  };
  const std::vector<std::uint8_t> bgr{1, 2, 3, 9, 9, 9, 9, 9};  // one row of a wider frame
  LoopCloser closer(3, {.gap = 0});
  CHECK(closer.add(Mean(), ImageView(bgr.data(), 1, 1, 8, PixelOrder::bgr)).empty());
  const std::vector<Loop> loops = closer.add(Mean(), Image({1, 1}, {3, 2, 1}));
  REQUIRE(loops.size() == 1);
  CHECK(loops[0].score == 14);
}

TEST_CASE("What cannot be used is refused with a sentence, and changes nothing") {
  LoopCloser closer(4, {.gap = 0});
  CHECK_THROWS_AS(closer.add(std::vector<float>{1, 2, 3}), ShapeError);
  CHECK_THROWS_AS(closer.add(std::vector<float>{1, 2, 3, NAN}), FormatError);
  CHECK(closer.size() == 0);
  CHECK_THROWS_AS(LoopCloser(4, {.gap = -1}), ConfigError);
  CHECK_THROWS_AS(LoopCloser(4, {.top = 0}), ConfigError);
  CHECK_THROWS_WITH(LoopCloser(FlatIndex<L2>(4)),
                    "LoopCloser: the rule takes the larger of two scores to be better, the index or the sequence policy the lesser");
}

TEST_CASE("A filtered index has the same loops") {
  const Drive drive(300, 16, 3, 60, 0.4F);
  LoopCloser flat(drive.dim(), {.gap = 20, .suppression = 3, .spacing = 3});
  LoopCloser filtered(FilteredIndex<InnerProduct, ByteRounding>(drive.dim()), {.gap = 20, .suppression = 3, .spacing = 3});
  std::vector<Loop> exact, other;
  for (std::int64_t i = 0; i < drive.size(); ++i) {
    for (const Loop& loop : flat.add(drive[i])) exact.push_back(loop);
    for (const Loop& loop : filtered.add(drive[i])) other.push_back(loop);
  }
  CHECK(exact == other);
  CHECK(!exact.empty());
}

TEST_CASE("The answer does not depend on the number of threads") {
  const Drive drive(300, 16, 3, 60, 0.4F);
  std::vector<std::vector<Loop>> answers;
  for (const int count : {1, 2, 5}) {
    const Threads threads(count);
    LoopCloser closer(drive.dim(), {.gap = 20, .suppression = 3});
    answers.push_back(close_all(closer, drive));
  }
  CHECK(answers[0] == answers[1]);
  CHECK(answers[0] == answers[2]);
  CHECK(!answers[0].empty());
}

TEST_CASE("With a sequence policy, in a growing map, loops are right where single frames are wrong") {
  // At night every frame differs a good deal from what it was by day: the second round is seen through much noise.
  const std::int64_t round = 120;
  const Drive day(round, 24, 11, round, 0.3F), night(round, 24, 11, round, 1.8F, 2000);
  const auto right = [&](auto closer) {
    double sum = 0;
    for (std::int64_t i = 0; i < round; ++i) closer.add(day[i]);
    for (std::int64_t i = 0; i < round; ++i) {
      const std::vector<Loop> loops = closer.add(night[i]);
      sum += !loops.empty() && std::abs(loops[0].frame - loops[0].match - round) <= 3 ? 1 : 0;
    }
    return sum / static_cast<double>(round);
  };
  const LoopSettings settings{.gap = 30, .top = 1, .suppression = 0};
  const double single = right(LoopCloser(day.dim(), settings));
  CHECK(single < 0.7);
  CHECK(right(LoopCloser(day.dim(), settings, SequenceMatching())) > single + 0.1);
  CHECK(right(LoopCloser(day.dim(), settings, BayesFilter())) > single + 0.1);
  CHECK(right(LoopCloser(FlatIndex<L2>(day.dim()), settings, SequenceMatching())) > single + 0.1);
}
