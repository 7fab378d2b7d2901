// SPDX-License-Identifier: MIT
/// @file
/// Loop closing: frames in, loop candidates out.
#pragma once

#include <vpr/index/flat.hpp>
#include <vpr/index/top_k.hpp>
#include <vpr/local/store.hpp>
#include <vpr/loop/decision.hpp>
#include <vpr/loop/loop.hpp>
#include <vpr/loop/sequence.hpp>
#include <vpr/matcher/rerank.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// Which earlier frames a frame may close a loop with, and when it does.
struct LoopSettings {
  std::int64_t gap = 50;               ///< frames: those more than so many frames before it
  double gap_seconds = 0;              ///< and, above 0, more than so many seconds
  std::int64_t submaps_left_out = -1;  ///< from 0: none of the current submap nor of so many before it; below: submaps do not matter
  std::int64_t top = 20;               ///< matches that are looked at
  std::int64_t suppression = 10;       ///< frames: matches so close to each other are one place, of which the best counts
  std::int64_t spacing = 0;            ///< frames: no second loop so close to one at both ends
  std::int64_t loops_a_submap = 0;     ///< above 0: loops come with `end_submap`, the best so many of a submap
  DecisionRule rule = {};              ///< which matches are loops
  /// Called with one sentence of warning where the rule was not measured: loops are then as good as the threshold that was chosen.
  std::function<void(const std::string&)> on_message = {};

  /// As VGGT-SLAM finds loops (Maggio, Lim, Carlone, 2025): descriptors by L2, of each frame the best match outside the current and the newest submap
  /// before it, nearer than 0.95; of each submap the best loop. Use it with `FlatIndex<L2>` and `end_submap`. Theirs are of SALAD at 224×224.
  static LoopSettings vggt_slam() {
    return {.gap = 0,
            .submaps_left_out = 1,
            .top = 1,
            .suppression = 0,
            .loops_a_submap = 1,
            .rule = {.better = BetterScore::lesser, .threshold = 0.95F * 0.95F}};
  }
};

/// Candidates are not verified.
struct NoVerification {};

/// Verification of a frame's candidates by local features: those whose score by a matcher is at least `least_score` are loops.
///
/// @tparam Store  keeps the local features that frames come with, as `MemoryLocalStore`; or, where it has no `add`, holds those of all frames already
template <Matcher M, LocalStore Store = MemoryLocalStore>
struct VerifyBy {
  M matcher = {};
  float least_score = 0;  ///< of the matcher, such as a number of inliers
  std::int64_t top = 5;   ///< candidates of a frame that are compared
  Store store = Store();  ///< under the numbers of frames

  static constexpr bool keeps = requires(Store changing, const LocalFeatures& features) { changing.add(features); };
};

/// What a frame comes with beside its descriptor.
struct FrameDetails {
  std::optional<double> time = {};       ///< seconds, for `gap_seconds`
  const LocalFeatures* local = nullptr;  ///< for verification; not needed where its store holds them
};

/// Closes loops as frames come: each is compared with those before it that are old enough, and then waits until it is itself.
///
/// Frames are counted from 0, in the order in which they are added. What a frame costs does not depend on what it shows: one search, with a sequence
/// policy the scores of all frames, and at most `VerifyBy::top` comparisons of local features. Memory: what the index holds, and local features where
/// loops are verified. Not for use by several threads at once; search and verification use all of them. The answer does not depend on their number.
///
/// @tparam I             an `Index`; with a sequence policy one that has `scores`, as `FlatIndex`
/// @tparam Sequence      how earlier frames count: `SingleFrames`, `SequenceMatching`, `BayesFilter`. The rule is then about its scores
/// @tparam Verification  `NoVerification`, `VerifyBy`
template <Index I = FlatIndex<>, SequencePolicy Sequence = SingleFrames, class Verification = NoVerification>
class LoopCloser {
  static constexpr bool verifies = !std::same_as<Verification, NoVerification>;
  static constexpr bool keeps_local = requires { requires Verification::keeps; };
  static constexpr bool alone = std::same_as<Sequence, SingleFrames>;

 public:
  /// @param index  where frames are kept; what it holds already are frames of earlier sessions, which are always old enough
  /// @throws ConfigError  for a negative number in the settings where none makes sense, or a rule that takes scores in another direction than the
  ///   index's
  explicit LoopCloser(I index, LoopSettings settings = {}, Sequence sequence = {}, Verification verification = {})
      : index_(std::move(index)),
        settings_(std::move(settings)),
        sequence_(std::move(sequence)),
        verification_(std::move(verification)),
        frames_(index_.size()) {
    static_assert(
        alone || requires { index_.scores(Rows(nullptr, 0, 0)); },
        "LoopCloser: a sequence policy needs the scores of all frames: an index with scores(queries), such as FlatIndex");
    const LoopSettings& s = settings_;
    VPR_REQUIRE(ConfigError,
                s.gap >= 0 && s.top >= 1 && s.suppression >= 0 && s.spacing >= 0 && s.loops_a_submap >= 0 && is_finite(s.gap_seconds),
                "LoopCloser: got gap ", s.gap, ", top ", s.top, ", suppression ", s.suppression, ", spacing ", s.spacing, ", ",
                s.loops_a_submap, " loops a submap, ", s.gap_seconds, " seconds, expected finite numbers of at least 0, top of at least 1");
    const BetterScore better = alone ? of_index() : BetterScore::larger;
    VPR_REQUIRE(ConfigError, s.rule.better == better, "LoopCloser: the rule takes the ",
                s.rule.better == BetterScore::larger ? "larger" : "lesser",
                " of two scores to be better, the index or the sequence policy the ", better == BetterScore::larger ? "larger" : "lesser");
    VPR_REQUIRE(ConfigError, !keeps_local || index_.size() == 0,
                "LoopCloser: verification needs local features of every frame, but the index holds ", index_.size(), " frames already");
  }
  /// With an index of its own for descriptors of `dim` values.
  explicit LoopCloser(std::int64_t dim, LoopSettings settings = {}, Sequence sequence = {},
                      Verification verification = {}) requires std::constructible_from<I, std::int64_t>
      : LoopCloser(I(dim), std::move(settings), std::move(sequence), std::move(verification)) {}

  /// Frames that were added, those of earlier sessions among them.
  std::int64_t size() const { return frames_; }
  const I& index() const& { return index_; }
  const Sequence& sequence() const& { return sequence_; }

  /// The next frame.
  /// @return  its loops, the best first; with `loops_a_submap` none: see `end_submap`
  /// @throws ShapeError, FormatError as `Index` says; ConfigError for a frame without a time or local features where those are needed. The frame is
  ///   not added then.
  std::vector<Loop> add(std::span<const float> descriptor, const FrameDetails& details = {}) {
    const Rows row(descriptor.data(), 1, std::ssize(descriptor));
    require_finite(row, index_.dim(), "LoopCloser: descriptor");
    VPR_REQUIRE(ConfigError, settings_.gap_seconds <= 0 || (details.time && is_finite(*details.time)), "LoopCloser: frame ", frames_,
                " has no time, which gap_seconds = ", settings_.gap_seconds, " needs");
    if constexpr (keeps_local) {
      VPR_REQUIRE(ConfigError, details.local != nullptr, "LoopCloser: frame ", frames_, " has no local features, which verification needs");
    }
    let_in(details.time);
    std::vector<Loop> loops = loops_of(row, details);
    if constexpr (keeps_local) verification_.store.add(*details.local);
    waiting_.push_back({{descriptor.begin(), descriptor.end()}, frames_++, submap_, details.time});
    if (settings_.loops_a_submap == 0) {
      report(loops);
    } else {
      of_submap_.insert(of_submap_.end(), loops.begin(), loops.end());
      loops.clear();
    }
    return loops;
  }

  /// The next frame as a pipeline or a two-stage system describes it: an `Image`, an `ImageView`, or a frame of yours by `traits::image`, such as
  /// `cv::Mat`.
  template <class Model, class Photo>
  requires requires(const Model& model, const Photo& photo) { model.describe(photo); }
  std::vector<Loop> add(const Model& model, const Photo& photo, std::optional<double> time = std::nullopt) {
    if constexpr (verifies) {
      const auto both = model.describe_both(photo);
      return add(both.descriptors, {.time = time, .local = &both.local[0]});
    } else {
      return add(model.describe(photo), {.time = time});
    }
  }

  /// Ends the current submap; the next frame begins another one.
  /// @return  with `loops_a_submap`, the best loops of its frames, of equal ones those of later frames
  std::vector<Loop> end_submap() {
    ++submap_;
    std::vector<Loop> loops = std::exchange(of_submap_, {});
    std::stable_sort(loops.begin(), loops.end(),
                     [&](const Loop& a, const Loop& b) { return a.score != b.score ? is_better(a.score, b.score) : a.frame > b.frame; });
    if (std::ssize(loops) > settings_.loops_a_submap) loops.resize(static_cast<std::size_t>(settings_.loops_a_submap));
    report(loops);
    return loops;
  }

 private:
  struct Waiting {
    std::vector<float> descriptor;
    std::int64_t frame, submap;
    std::optional<double> time;
  };

  static constexpr BetterScore of_index() {
    if constexpr (requires { typename I::metric; }) {
      return I::metric::better(0.0F, 1.0F) ? BetterScore::lesser : BetterScore::larger;
    } else {
      return BetterScore::larger;
    }
  }
  bool is_better(float a, float b) const { return settings_.rule.better == BetterScore::larger ? a > b : a < b; }

  /// Puts frames that the next one may close a loop with into the index. Once old enough they stay so.
  void let_in(std::optional<double> time) {
    while (!waiting_.empty()) {
      const Waiting& oldest = waiting_.front();
      const bool old_enough = frames_ - oldest.frame > settings_.gap &&
                              (settings_.submaps_left_out < 0 || submap_ - oldest.submap > settings_.submaps_left_out) &&
                              (settings_.gap_seconds <= 0 || *time - *oldest.time > settings_.gap_seconds);
      if (!old_enough) return;
      index_.add(Rows(oldest.descriptor.data(), 1, index_.dim()));
      waiting_.pop_front();
    }
  }

  /// The frame's matches, the best first, and what they are compared by.
  Matches matches_of(Rows row) {
    if constexpr (alone) {
      return index_.search(row, settings_.top)[0];
    } else {
      std::vector<float> scores = index_.scores(row), of_sequence(scores.size());
      if (of_index() == BetterScore::lesser) {
        for (float& score : scores) score = -score;
      }
      sequence_(scores, of_sequence);
      TopK<InnerProduct> best(settings_.top);
      best.offer(0, of_sequence);
      return best.take();
    }
  }

  std::vector<Loop> loops_of(Rows row, const FrameDetails& details) {
    const Matches all = matches_of(row);
    const std::int64_t near = settings_.suppression;
    const auto same_place = [near](std::int64_t a, std::int64_t b) { return std::abs(a - b) <= near; };
    Matches candidates;
    std::vector<Loop> loops;
    for (const Match& match : suppress_neighbours(all, near)) {
      // Of a match that is not the best, the margin is how much worse it is than that.
      const float behind = settings_.rule.better == BetterScore::larger ? match.score - all[0].score : all[0].score - match.score;
      const float margin = match == all[0] ? *margin_of(all, same_place, settings_.rule.better) : behind;
      if (settings_.rule(match.score, margin) == Decision::reject || was_reported(match.id)) continue;
      candidates.push_back(match);
      loops.push_back({.frame = frames_,
                       .match = match.id,
                       .score = match.score,
                       .margin = margin,
                       .probability = settings_.rule.probability(match.score, margin)});
    }
    if constexpr (verifies) {
      if (candidates.empty()) return loops;
      const std::optional<LocalFeatures> stored = details.local ? std::nullopt : std::optional(verification_.store.features(frames_));
      const Reranked second =
          rerank(candidates, verification_.top, stored ? *stored : *details.local, verification_.store, verification_.matcher);
      std::vector<Loop> verified;
      for (std::size_t i = 0; i < second.local.size(); ++i) {
        if (second.local[i].score < verification_.least_score) continue;
        const auto at = std::find_if(loops.begin(), loops.end(), [&](const Loop& loop) { return loop.match == second.matches[i].id; });
        verified.push_back(*at);
        verified.back().verified = second.local[i];
      }
      return verified;
    } else {
      return loops;
    }
  }

  /// Whether a loop of a frame shortly before leads to a frame as close to `match`.
  bool was_reported(std::int64_t match) {
    while (!reported_.empty() && frames_ - reported_.front().frame > settings_.spacing) reported_.pop_front();
    return settings_.spacing > 0 && std::any_of(reported_.begin(), reported_.end(),
                                                [&](const Loop& loop) { return std::abs(loop.match - match) <= settings_.spacing; });
  }

  void report(const std::vector<Loop>& loops) {
    for (const Loop& loop : loops) reported_.push_back(loop);
    if (loops.empty() || warned_ || settings_.rule.calibrated() || !settings_.on_message) return;
    warned_ = true;
    settings_.on_message(
        "loops are accepted by scores that are not calibrated: how many are wrong is not known; measure a rule on a validation run "
        "(vpr::fit_decision)");
  }

  I index_;
  LoopSettings settings_;
  Sequence sequence_;
  Verification verification_;
  std::deque<Waiting> waiting_;
  std::deque<Loop> reported_;
  std::vector<Loop> of_submap_;
  std::int64_t frames_, submap_ = 0;
  bool warned_ = false;
};

}  // namespace vpr
