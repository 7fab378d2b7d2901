// SPDX-License-Identifier: MIT
#include <vpr/loop/fit_decision.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace vpr;

namespace {

/// Answers of which right ones score more, with overlap.
std::vector<ValidationAnswer> answers_of(std::int64_t count, std::uint64_t seed, BetterScore better = BetterScore::larger) {
  const std::vector<float> numbers = random_floats(3 * count, seed);
  std::vector<ValidationAnswer> answers;
  for (std::size_t i = 0; i < numbers.size(); i += 3) {
    const bool right = numbers[i] > -0.3F;
    const float score = 0.5F + 0.2F * numbers[i + 1] + (right ? 0.15F : 0.0F);
    answers.push_back({better == BetterScore::larger ? score : -score, 0.1F + 0.1F * numbers[i + 2] + (right ? 0.08F : 0.0F), right});
  }
  return answers;
}

/// What a rule accepts of them: how many, and how many right ones.
std::pair<std::int64_t, std::int64_t> accepted(const DecisionRule& rule, const std::vector<ValidationAnswer>& answers) {
  std::int64_t all = 0, right = 0;
  for (const ValidationAnswer& answer : answers) {
    if (rule(answer.score, answer.margin) == Decision::reject) continue;
    ++all;
    right += answer.right;
  }
  return {all, right};
}

}  // namespace

TEST_CASE("At the precision that is wanted no rule accepts more right answers") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    for (const double precision : {1.0, 0.95, 0.8}) {
      for (const BetterScore better : {BetterScore::larger, BetterScore::lesser}) {
        const std::vector<ValidationAnswer> answers = answers_of(120, seed, better);
        for (const bool use_margin : {false, true}) {
          const DecisionRule rule =
              fit_decision(answers, {.precision = precision, .use_margin = use_margin, .better = better, .on = "a drive"});
          const auto counts = accepted(rule, answers);
          CHECK(rule.calibrated());
          CHECK(rule.measured.on == "a drive");
          CHECK(rule.measured.answers == 120);
          CHECK(rule.measured.accepted == counts.first);
          CHECK(rule.measured.accepted_right == counts.second);
          CHECK(rule.measured.precision() >= precision);
          CHECK((use_margin || !rule.margin));
          std::int64_t best = 0;
          for (const ValidationAnswer& threshold : answers) {
            for (const ValidationAnswer& margin : answers) {
              DecisionRule other{
                  .better = better, .threshold = threshold.score, .margin = use_margin ? std::optional(margin.margin) : std::nullopt};
              for (const bool without : {false, true}) {
                if (without) other.threshold.reset();
                const auto [all, right] = accepted(other, answers);
                if (all > 0 && static_cast<double>(right) >= precision * static_cast<double>(all)) best = std::max(best, right);
              }
            }
          }
          CHECK(counts.second >= best);
        }
      }
    }
  }
}

TEST_CASE("Where no threshold is good enough nothing is accepted; where all answers are right, all are") {
  std::vector<ValidationAnswer> answers = answers_of(50, 1);
  for (ValidationAnswer& answer : answers) answer.right = false;
  const DecisionRule none = fit_decision(answers);
  CHECK(accepted(none, answers).first == 0);
  CHECK(none(1e30F, 1e30F) == Decision::reject);
  for (ValidationAnswer& answer : answers) answer.right = true;
  CHECK(accepted(fit_decision(answers), answers).first == 50);
  CHECK_THROWS_AS(fit_decision(std::vector<ValidationAnswer>{}), ConfigError);
  CHECK_THROWS_AS(fit_decision(answers, {.precision = 0}), ConfigError);
  answers[3].score = NAN;
  CHECK_THROWS_AS(fit_decision(answers), FormatError);
}

TEST_CASE("A threshold lies halfway between what is accepted and what is not") {
  const std::vector<ValidationAnswer> answers{{0.9F, 0, true}, {0.8F, 0, true}, {0.4F, 0, false}, {0.3F, 0, true}};
  const DecisionRule rule = fit_decision(answers);
  CHECK(*rule.threshold == Approx(0.6F));
  CHECK(rule.measured.recall() == Approx(2.0 / 3));
}

TEST_CASE("Probabilities are those with which answers are right") {
  // The truth is a logistic function of score and margin.
  const std::int64_t count = 20000;
  const std::vector<float> numbers = random_floats(3 * count, 5);
  std::vector<ValidationAnswer> answers;
  for (std::size_t i = 0; i < numbers.size(); i += 3) {
    const float score = 0.5F + 0.3F * numbers[i], margin = 0.2F + 0.2F * numbers[i + 1];
    const double p = 1 / (1 + std::exp(-(-6 + 9 * static_cast<double>(score) + 5 * static_cast<double>(margin))));
    answers.push_back({score, margin, (static_cast<double>(numbers[i + 2]) + 1) / 2 < p});
  }
  const DecisionRule rule = fit_decision(answers);
  REQUIRE(rule.logistic.has_value());
  CHECK((*rule.logistic)[0] == Approx(-6).margin(0.35));
  CHECK((*rule.logistic)[1] == Approx(9).margin(0.5));
  CHECK((*rule.logistic)[2] == Approx(5).margin(0.5));
  double said = 0, is = 0;
  for (const ValidationAnswer& answer : answers) {
    said += *rule.probability(answer.score, answer.margin);
    is += answer.right ? 1 : 0;
  }
  CHECK(said == Approx(is).epsilon(1e-3));
}

TEST_CASE("Classes that can be separated, and equal answers, have finite probabilities") {
  const std::vector<ValidationAnswer> separated{{0.9F, 0.5F, true}, {0.8F, 0.4F, true}, {0.2F, 0.1F, false}, {0.1F, 0.1F, false}};
  const DecisionRule rule = fit_decision(separated);
  CHECK(*rule.probability(0.9F, 0.5F) > 0.6);
  CHECK(*rule.probability(0.1F, 0.1F) < 0.4);
  const std::vector<ValidationAnswer> same(6, {0.5F, 0.1F, true});
  CHECK(is_finite(*fit_decision(same).probability(0.5F, 0.1F)));
  CHECK(*fit_decision(same).probability(0.5F, 0.1F) == Approx(7.0 / 8));  // Platt's target
}
