// SPDX-License-Identifier: MIT
#include <vpr/matcher/any.hpp>
#include <vpr/matcher/descriptor_distance.hpp>
#include <vpr/matcher/masked.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/matcher/verified.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using vpr::AnyMatcher;
using vpr::LocalFeatures;
using vpr::LocalMatch;

namespace {
struct Sizes {
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    return {static_cast<float>(10 * query.size() + candidate.size())};
  }
};
/// A learned matcher of one parameter, whose scores are compared with each other.
struct Learned {
  vpr::Tensor<vpr::Cpu<>> weight = vpr::Tensor<vpr::Cpu<>>::full(vpr::Shape{1}, 3);

  LocalMatch operator()(const LocalFeatures&, const LocalFeatures&) const { return {weight.data()[0]}; }
  void compared(std::span<LocalMatch> matches) const {
    for (LocalMatch& match : matches) match.score /= static_cast<float>(matches.size());
  }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
  }
};
}  // namespace

TEST_CASE("A matcher chosen at run time answers as the one it holds") {
  const LocalFeatures query{{3, 4}, 8, random_floats(96, 1)}, candidate{{5, 2}, 8, random_floats(80, 2)};
  const AnyMatcher<> mutual = vpr::MutualNearest<vpr::MeanSimilarity>(), sizes = Sizes();
  const LocalMatch wanted = vpr::MutualNearest<vpr::MeanSimilarity>()(query, candidate);
  CHECK(mutual(query, candidate) == wanted);
  const auto prepared = AnyMatcher(mutual).prepare(query);  // outlives the matcher that made it
  CHECK(mutual(prepared, candidate) == wanted);
  CHECK(sizes(query, candidate).score == 130);
  CHECK(sizes(sizes.prepare(query), candidate).score == 130);
}

TEST_CASE("A matcher names what its scores are") {
  CHECK(AnyMatcher(vpr::MutualNearest<>()).score_name() == "matches");
  CHECK(AnyMatcher(vpr::MutualNearest<vpr::MeanSimilarity>()).score_name() == "mean similarity");
  CHECK(AnyMatcher(vpr::Masked<vpr::Verified<>>()).score_name() == "inliers");
  CHECK(AnyMatcher(vpr::DescriptorDistance()).score_name() == "negative distance");
  CHECK(AnyMatcher(Sizes()).score_name() == "score");
}

TEST_CASE("A learned matcher chosen at run time shows its parameters, and compares candidates") {
  AnyMatcher<> learned = Learned();
  learned.visit(
      [](const std::string& name, auto& parameter) {
        CHECK(name == "matcher.weight");
        parameter.assign(std::span<const float>(std::vector<float>{8}));
      },
      "matcher.");
  const LocalFeatures none;
  std::vector<LocalMatch> matches(4, learned(none, none));
  learned.compared(matches);
  CHECK(matches[3].score == 2);
  AnyMatcher<>().visit([](const std::string&, auto&) { FAIL("it has none"); }, "");
  CHECK_THROWS_WITH(AnyMatcher<>()(none, none), ContainsSubstring("this system has no matcher"));
}
