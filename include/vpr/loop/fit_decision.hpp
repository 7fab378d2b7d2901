// SPDX-License-Identifier: MIT
/// @file
/// Rules of decision from a validation run. Takes a while to compile, and is therefore not part of `<vpr/loop.hpp>`.
#pragma once

#include <vpr/core/eigen.hpp>
#include <vpr/loop/decision.hpp>

#include <Eigen/Cholesky>

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

/// Coefficients of Platt's logistic regression (1999), with his targets that keep them finite where the classes can be separated.
inline std::array<double, 3> fit_logistic(std::span<const ValidationAnswer> answers, bool use_margin) {
  const double n = static_cast<double>(answers.size());
  const auto right = static_cast<double>(std::count_if(answers.begin(), answers.end(), [](const auto& answer) { return answer.right; }));
  const double target_right = (right + 1) / (right + 2), target_wrong = 1 / (n - right + 2);
  const auto value = [](const ValidationAnswer& answer, int i) { return static_cast<double>(i == 1 ? answer.score : answer.margin); };
  std::array<double, 3> mean{}, scale{1, 1, 1};
  for (int i : {1, 2}) {
    double squares = 0;
    for (const ValidationAnswer& answer : answers) mean[static_cast<std::size_t>(i)] += value(answer, i) / n;
    for (const ValidationAnswer& answer : answers) squares += std::pow(value(answer, i) - mean[static_cast<std::size_t>(i)], 2) / n;
    scale[static_cast<std::size_t>(i)] = squares > 0 ? std::sqrt(squares) : 1;
  }
  Eigen::Vector3d w(std::log((right + 1) / (n - right + 1)), 0, 0);
  const auto probability = [](double z) { return 1 / (1 + std::exp(-z)); };
  const auto features = [&](const ValidationAnswer& answer) {
    return Eigen::Vector3d(1, (value(answer, 1) - mean[1]) / scale[1], use_margin ? (value(answer, 2) - mean[2]) / scale[2] : 0);
  };
  const auto loss = [&](const Eigen::Vector3d& at) {
    double sum = 0;
    for (const ValidationAnswer& answer : answers) {
      const double z = features(answer).dot(at), target = answer.right ? target_right : target_wrong;
      sum += std::max(z, 0.0) - z * target + std::log1p(std::exp(-std::abs(z)));
    }
    return sum;
  };
  double now = loss(w);
  for (int step = 0; step < 100; ++step) {  // Newton's, halved until the loss falls
    Eigen::Matrix3d hessian = Eigen::Matrix3d::Identity() * 1e-9;
    Eigen::Vector3d gradient = Eigen::Vector3d::Zero();
    for (const ValidationAnswer& answer : answers) {
      const Eigen::Vector3d x = features(answer);
      const double p = probability(x.dot(w));
      gradient += (p - (answer.right ? target_right : target_wrong)) * x;
      hessian += std::max(p * (1 - p), 1e-12) * x * x.transpose();
    }
    const Eigen::Vector3d move = hessian.ldlt().solve(gradient);
    double share = 1, next = loss(w - move);
    while (next > now && share > 1e-6) next = loss(w - (share /= 2) * move);
    if (!(next < now)) break;
    w -= share * move;
    const double gain = now - next;
    now = next;
    if (gain < 1e-12 * n) break;
  }
  const double c1 = w[1] / scale[1], c2 = w[2] / scale[2];
  return {w[0] - c1 * mean[1] - c2 * mean[2], c1, c2};
}

}  // namespace detail

/// Fits a rule to a validation run: of all pairs of a threshold and a least margin whose accepted answers have the precision that is wanted, the one that
/// accepts most right answers; of equal ones that which accepts fewer, then that of the lesser margin. Where no accepted answer would do, nothing is
/// accepted. The probability is a logistic regression (Platt, 1999) of score and margin.
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
  rule.logistic = detail::fit_logistic(answers, settings.use_margin);
  return rule;
}

}  // namespace vpr
