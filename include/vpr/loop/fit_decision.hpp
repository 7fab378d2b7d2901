// SPDX-License-Identifier: MIT
/// @file
/// Rules of decision from a validation run.
#pragma once

#include <vpr/loop/decision.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vpr {

/// A query's best answer in a validation run.
struct ValidationAnswer {
  float score = 0;
  float margin = 0;  ///< see `margin_of`
  bool right = false;
};

struct DecisionSettings {
  double precision = 1;    ///< that the accepted answers of the validation run have at least
  bool use_margin = true;  ///< whether the rule may look at margins
  BetterScore better = BetterScore::larger;
  std::string on = {};  ///< what the answers are of, kept with the rule
};

namespace detail {

using ThreeValues = std::array<double, 3>;

/// The solution x of A x = b, A being symmetric and positive definite, by Gaussian elimination.
inline ThreeValues solve(std::array<ThreeValues, 3> a, ThreeValues b) {
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t i = k + 1; i < 3; ++i) {
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < 3; ++j) a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = 3; k-- > 0;) {
    for (std::size_t j = k + 1; j < 3; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

/// Coefficients of Platt's logistic regression (1999), with his targets that keep them finite where the classes can be separated.
class LogisticFit {
 public:
  LogisticFit(std::span<const ValidationAnswer> answers, bool use_margin) : answers_(answers) {
    const auto n = static_cast<double>(answers.size());
    const auto right = static_cast<double>(std::count_if(answers.begin(), answers.end(), [](const auto& answer) { return answer.right; }));
    target_right_ = (right + 1) / (right + 2);
    target_wrong_ = 1 / (n - right + 2);
    weights_[0] = std::log((right + 1) / (n - right + 1));
    for (const ValidationAnswer& answer : answers)
      features_.push_back({1, static_cast<double>(answer.score), use_margin ? static_cast<double>(answer.margin) : 0.0});
    for (const std::size_t k : {std::size_t{1}, std::size_t{2}}) {  // to mean 0 and variance 1
      double squares = 0;
      for (const ThreeValues& x : features_) mean_[k] += x[k] / n;
      for (ThreeValues& x : features_) squares += std::pow(x[k] -= mean_[k], 2) / n;
      scale_[k] = squares > 0 ? std::sqrt(squares) : 1;
      for (ThreeValues& x : features_) x[k] /= scale_[k];
    }
    minimise();
  }

  /// Of the score and margin as they come.
  ThreeValues coefficients() const {
    const double c1 = weights_[1] / scale_[1], c2 = weights_[2] / scale_[2];
    return {weights_[0] - c1 * mean_[1] - c2 * mean_[2], c1, c2};
  }

 private:
  static double dot(const ThreeValues& a, const ThreeValues& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
  static ThreeValues moved(const ThreeValues& from, double share, const ThreeValues& by) {
    return {from[0] - share * by[0], from[1] - share * by[1], from[2] - share * by[2]};
  }
  double target(std::size_t i) const { return answers_[i].right ? target_right_ : target_wrong_; }

  double loss(const ThreeValues& weights) const {
    double sum = 0;
    for (std::size_t i = 0; i < features_.size(); ++i) {
      const double z = dot(features_[i], weights);
      sum += std::max(z, 0.0) - z * target(i) + std::log1p(std::exp(-std::abs(z)));
    }
    return sum;
  }

  /// Newton's steps, halved until the loss falls.
  void minimise() {
    double now = loss(weights_);
    for (int step = 0; step < 100; ++step) {
      std::array<ThreeValues, 3> hessian{{{1e-9, 0, 0}, {0, 1e-9, 0}, {0, 0, 1e-9}}};
      ThreeValues gradient{};
      for (std::size_t i = 0; i < features_.size(); ++i) {
        const ThreeValues& x = features_[i];
        const double p = 1 / (1 + std::exp(-dot(x, weights_))), curvature = std::max(p * (1 - p), 1e-12);
        for (std::size_t r = 0; r < 3; ++r) {
          gradient[r] += (p - target(i)) * x[r];
          for (std::size_t c = 0; c < 3; ++c) hessian[r][c] += curvature * x[r] * x[c];
        }
      }
      const ThreeValues move = solve(hessian, gradient);
      double share = 1, next = loss(moved(weights_, share, move));
      while (next > now && share > 1e-6) next = loss(moved(weights_, share /= 2, move));
      if (!(next < now)) return;
      weights_ = moved(weights_, share, move);
      if (now - next < 1e-12 * static_cast<double>(features_.size())) return;
      now = next;
    }
  }

  std::span<const ValidationAnswer> answers_;
  std::vector<ThreeValues> features_;
  ThreeValues mean_{}, scale_{1, 1, 1}, weights_{};
  double target_right_ = 0, target_wrong_ = 0;
};

}  // namespace detail

/// Fits a rule to a validation run: of all pairs of a threshold and a least margin whose accepted answers have the precision that is wanted, the one
/// that accepts most right answers; of equal ones that which accepts fewer, then that of the lesser margin. Where no accepted answer would do,
/// nothing is accepted. The probability is a logistic regression (Platt, 1999) of score and margin.
///
/// The rule is as good as the run is like what it will see: another camera, season or town asks for another run. See `DecisionEvidence::error_bound`.
/// Time grows as N·W, W being the number of wrong answers.
///
/// @throws ConfigError  for no answers, or a precision outside (0, 1]; FormatError for NaN or infinity
inline DecisionRule fit_decision(std::span<const ValidationAnswer> answers, const DecisionSettings& settings = {}) {
  VPR_REQUIRE(ConfigError, !answers.empty(), "fit_decision: got no answers of a validation run");
  VPR_REQUIRE(ConfigError, settings.precision > 0 && settings.precision <= 1, "fit_decision: got a precision of ", settings.precision,
              ", expected above 0 and at most 1");
  for (const ValidationAnswer& answer : answers)
    VPR_REQUIRE(FormatError, is_finite(answer.score) && is_finite(answer.margin), "fit_decision: a score or margin is not finite");

  const bool larger = settings.better == BetterScore::larger;
  const auto is_better = [larger](float a, float b) { return larger ? a > b : a < b; };
  std::vector<ValidationAnswer> order(answers.begin(), answers.end());
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) { return is_better(a.score, b.score); });

  DecisionRule rule{.better = settings.better};
  rule.measured = {.on = settings.on, .answers = std::ssize(answers), .wanted_precision = settings.precision};
  for (const ValidationAnswer& answer : answers) rule.measured.right += answer.right;

  // Only margins of wrong answers can help; the least of all margins, less one, stands for none.
  std::vector<std::optional<float>> margins{std::nullopt};
  if (settings.use_margin) {
    std::vector<float> wrong;
    for (const ValidationAnswer& answer : answers) {
      if (!answer.right) wrong.push_back(answer.margin);
    }
    std::sort(wrong.begin(), wrong.end());
    wrong.erase(std::unique(wrong.begin(), wrong.end()), wrong.end());
    margins.insert(margins.end(), wrong.begin(), wrong.end());
  }
  std::int64_t best_right = 0, best_accepted = 0;
  rule.threshold = larger ? std::numeric_limits<float>::max() : std::numeric_limits<float>::lowest();
  for (const std::optional<float> margin : margins) {
    std::int64_t accepted = 0, right = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (!margin || order[i].margin > *margin) {
        ++accepted;
        right += order[i].right;
      }
      const bool last = i + 1 == order.size();
      if (!last && order[i + 1].score == order[i].score) continue;
      if (static_cast<double>(right) < settings.precision * static_cast<double>(accepted)) continue;
      if (right < best_right || (right == best_right && accepted >= best_accepted)) continue;
      best_right = right;
      best_accepted = accepted;
      rule.margin = margin;
      if (last) {
        rule.threshold.reset();
      } else {  // halfway to the best rejected score
        const float here = order[i].score, next = order[i + 1].score, middle = here / 2 + next / 2;
        rule.threshold = is_better(here, middle) ? middle : next;
      }
    }
  }
  rule.measured.accepted = best_accepted;
  rule.measured.accepted_right = best_right;
  rule.logistic = detail::LogisticFit(answers, settings.use_margin).coefficients();
  return rule;
}

}  // namespace vpr
