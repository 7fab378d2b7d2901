// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/matcher/any.hpp>
#include <vpr/matcher/r2former.hpp>

#include "tests/autograd/component_gradients.hpp"
#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

const RerankingTransformerSettings small{.channels = 8, .depth = 2, .heads = 2, .partners = 2};

LocalFeatures photo(std::int64_t count, std::uint64_t seed) {
  LocalFeatures features{{3, 4}, 6, random_floats(count * 6, seed)};
  const std::vector<float> places = random_floats(3 * count, seed + 100);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    features.keypoints.push_back({places[3 * i] / 2 + 0.5F, places[3 * i + 1] / 2 + 0.5F, places[3 * i + 2] / 2 + 0.5F});
  return features;
}

}  // namespace

TEST_CASE("A token's partners are those of the other photo that are most like it, the first of equals first") {
  LocalFeatures query{{3, 4}, 2, {1, 0, 0, 2}, {{0.5F, 0.5F, 0.9F}, {1, 1, 0.1F}}};
  LocalFeatures candidate{{3, 4}, 2, {3, 0, 0, 1, 1, 1, 0, 5}, {{0, 0, 1}, {0.25F, 0, 0.5F}, {0.5F, 0, 0.25F}, {2, 0, -1}}};
  const auto groups = RerankingTransformer<>(small).grouped(query, candidate);
  CHECK(groups.count == 6);
  REQUIRE(groups.pairs.size() == 12);
  using Pair = RerankingTransformer<>::Pair;
  CHECK(groups.pairs[0] == Pair{0.5F, 0.375F, 0.9F, 0, 0, 1, 1});  // y is a share of the longer side too
  CHECK(groups.pairs[1][6] == Approx(std::sqrt(0.5)));
  CHECK(groups.pairs[2] == Pair{1, 0.75F, 0.1F, 0.25F, 0, 0.5F, 1});
  CHECK(groups.pairs[3] == Pair{1, 0.75F, 0.1F, 1, 0, 0, 1});  // outside counts as the border
  CHECK(groups.pairs[4] == groups.pairs[0]);                   // the first candidate's: the query's place comes first in any case
  CHECK(groups.best == std::vector<MatchedPair>{{0, 0, 1}, {1, 1, 1}});
}

TEST_CASE("The score is a share, the same on any threads, whatever the length of the features") {
  RerankingTransformer<> transformer(small);
  randomise(transformer, 1);
  const LocalFeatures query = photo(5, 1), candidate = photo(7, 2);
  const std::vector<float> scores = same_on_any_threads([&] { return std::vector<float>{transformer(query, candidate).score}; });
  CHECK(scores[0] > 0);
  CHECK(scores[0] < 1);
  LocalFeatures longer = query;
  for (float& value : longer.values) value *= 4;
  CHECK(transformer(longer, candidate).score == Approx(scores[0]).epsilon(1e-4));
  const AnyMatcher<> any = transformer;
  CHECK(any(query, candidate) == transformer(query, candidate));
  CHECK(transformer.final_score(0.25F, 0.75F) != 0.25F);
}

TEST_CASE("Fewer tokens than partners are repeated; a photo without features scores 0; what does not fit is refused") {
  RerankingTransformer<> transformer(small);
  randomise(transformer, 1);
  CHECK(transformer.grouped(photo(1, 1), photo(1, 2)).pairs.size() == 4);
  CHECK(transformer(photo(1, 1), photo(3, 2)).score > 0);
  CHECK(transformer(LocalFeatures{{0, 0}, 6}, photo(3, 2)) == LocalMatch{});
  LocalFeatures dense{{1, 3}, 6, random_floats(18, 3)};
  CHECK_THROWS_WITH(transformer(dense, photo(3, 2)), ContainsSubstring("3 features of 6 channels at 0 keypoints"));
  CHECK_THROWS_AS(RerankingTransformer<>({.channels = 6, .heads = 2}), ConfigError);
  CHECK_THROWS_AS(RerankingTransformer<>({.partners = 0}), ConfigError);
}

TEST_CASE("The reranking transformer has the authors' parameters") {
  const std::vector<std::string> all = parameters(RerankingTransformer<>());
  CHECK(all.size() == 3 + 8 * 12 + 2 + 3 * 2);
  const auto has = [&](const char* text) { return std::find(all.begin(), all.end(), text) != all.end(); };
  for (const char* text :
       {"cls_token [1, 1, 32]", "cls_token_2 [1, 1, 32]", "ratio [1]", "blocks.5.mlp.fc2.weight [32, 128]", "blocks_2.1.attn.qkv.bias [96]",
        "decoder_norm.weight [32]", "pair_head.weight [32, 7]", "pair_head_2.bias [32]", "decoder_pred.weight [2, 32]"}) {
    INFO(text);
    CHECK(has(text));
  }
}

TEST_CASE("The reranking transformer's gradients agree with central differences") {
  RerankingTransformer<Training> transformer({.channels = 4, .depth = 1, .heads = 2, .partners = 2});
  transformer.visit([](const std::string& name, V& parameter) { parameter.set_needs_gradient(name != "ratio"); },
                    "");  // no logit depends on it
  const auto groups = transformer.grouped(photo(2, 1), photo(3, 2));
  check_parameter_gradients(transformer,
                            [&](const auto& t) { return t.logits(t.all_tokens(t.group_outputs(t.pair_tokens(groups)), groups)); });
}
