// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/matcher/any.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/matcher/super_glue.hpp>

#include "tests/autograd/component_gradients.hpp"
#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

const SuperGlueSettings small{.descriptor_dim = 8, .keypoint_encoder = {4}, .layers = 2, .iterations = 50, .threshold = 0.2F};

LocalFeatures photo(std::int64_t count, std::uint64_t seed) {
  LocalFeatures features{{30, 40}, 8, random_floats(count * 8, seed)};
  const std::vector<float> places = random_floats(3 * count, seed + 100);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    features.keypoints.push_back({places[3 * i] / 2 + 0.5F, places[3 * i + 1] / 2 + 0.5F, places[3 * i + 2] / 2 + 0.5F});
  return features;
}

/// One that compares descriptors alone: attention and encoder add nothing, and the last map multiplies.
SuperGlue<> plain() {
  SuperGlue<> glue(small);
  std::vector<float> identity(64);
  for (std::size_t i = 0; i < 8; ++i) identity[9 * i] = 3;
  set(glue, "final_proj.weight", identity);
  set(glue, "bin_score", {1});
  return glue;
}

}  // namespace

TEST_CASE("Keypoints of the same descriptors are matched, in whatever order, and the others are not") {
  const LocalFeatures query = photo(9, 1);
  LocalFeatures candidate = photo(12, 2);
  for (std::size_t i = 0; i < 5; ++i)
    std::copy_n(query.values.begin() + static_cast<std::ptrdiff_t>(8 * i), 8,
                candidate.values.begin() + static_cast<std::ptrdiff_t>(8 * (11 - i)));
  const LocalMatch match = plain()(query, candidate);
  std::size_t right = 0;
  for (const MatchedPair& pair : match.pairs) {
    right += pair.query < 5 && pair.candidate == 11 - pair.query;
    CHECK(pair.similarity > 0.2F);
    CHECK(pair.similarity <= 1.0001F);
  }
  CHECK(right >= 4);
  CHECK(match.score == static_cast<float>(match.pairs.size()));
}

TEST_CASE("SuperGlue matches both photos alike, whichever is the query, with the same bits on any threads") {
  SuperGlue<> glue(small);
  randomise(glue, 3);
  const LocalFeatures query = photo(9, 1), candidate = photo(12, 2);
  const auto plan = [&](const LocalFeatures& a, const LocalFeatures& b) {
    const auto [first, second] = glue.described(glue.keypoints_of(a), glue.keypoints_of(b));
    return glue.assignment(glue.scores(first, second));
  };
  const X there = plan(query, candidate), back = plan(candidate, query);
  CHECK(there.shape() == Shape{1, 13, 10});
  CHECK(largest_difference(transpose(there, 1).to_vector(), back.to_vector()) < 1e-3F);  // one side is last in each iteration
  same_on_any_threads([&] { return plan(query, candidate).to_vector(); });
}

TEST_CASE("A photo without keypoints matches nothing; features that are not at keypoints are refused") {
  const SuperGlue<> glue = plain();
  CHECK(glue(LocalFeatures{{0, 0}, 8}, photo(3, 1)) == LocalMatch{});
  CHECK(glue(photo(3, 1), LocalFeatures{{0, 0}, 8}) == LocalMatch{});
  CHECK_THROWS_WITH(glue(LocalFeatures{{1, 2}, 8, std::vector<float>(16)}, photo(3, 1)),
                    ContainsSubstring("2 features of 8 channels at 0 keypoints"));
  LocalFeatures other = photo(2, 1);
  other.channels = 4;
  CHECK_THROWS_AS(glue(other, photo(3, 1)), ShapeError);
  CHECK_THROWS_AS(SuperGlue<>({.descriptor_dim = 6}), ConfigError);
}

TEST_CASE("SuperGlue has the authors' parameters, which a matcher chosen at run time shows") {
  std::vector<std::string> all;
  AnyMatcher<> any = SuperGlue<>();
  CHECK(any.score_name() != MutualNearest<>().score_name());  // by which a map tells what compares its features
  any.visit([&](const std::string& name, auto& parameter) { all.push_back(name + ' ' + std::to_string(parameter.shape().rank())); }, "");
  const auto has = [&](const char* text) { return std::find(all.begin(), all.end(), text) != all.end(); };
  for (const char* text : {"bin_score 0", "kenc.encoder.0.weight 3", "kenc.encoder.1.running_var 1", "kenc.encoder.12.bias 1",
                           "gnn.layers.17.attn.merge.weight 3", "gnn.layers.17.attn.proj.2.bias 1", "gnn.layers.0.mlp.1.weight 1",
                           "gnn.layers.0.mlp.3.weight 3", "final_proj.weight 3"}) {
    INFO(text);
    CHECK(has(text));
  }
  CHECK(all.size() == 1 + 4 * 6 + 2 + 18 * (2 + 6 + 2 + 4 + 2) + 2);
}

TEST_CASE("SuperGlue's gradients agree with central differences, through the transport too") {
  SuperGlueSettings settings = small;
  settings.iterations = 5;
  settings.descriptor_dim = 4;
  settings.heads = 2;
  SuperGlue<Training> glue(settings);
  LocalFeatures query = photo(4, 1), candidate = photo(3, 2);
  for (LocalFeatures* features : {&query, &candidate}) {
    features->values.resize(features->values.size() / 2);
    features->channels = 4;
  }
  check_parameter_gradients(glue, [&](const auto& g) {
    const auto both = g.described(g.keypoints_of(query), g.keypoints_of(candidate));
    return g.assignment(g.scores(both.first, both.second));
  });
}
