// SPDX-License-Identifier: MIT
#include <vpr/aggregator/boq.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

const BoqSettings tiny{.channels = 6, .projected = 8, .head = 4, .queries = 3, .layers = 2, .rows = 5};

}  // namespace

TEST_CASE("BoQ's descriptors are D long, of unit length, and have the same bits alone, in a batch and on any threads") {
  Boq<> aggregator(tiny);
  randomise(aggregator, 1);
  CHECK(aggregator.dimensions(6) == 40);
  const std::vector<float> d = same_alone_and_in_batches(aggregator, random_features(3, 6, {3, 5}, 2));
  REQUIRE(d.size() == 120);
  for (const std::int64_t image : {0, 1, 2}) CHECK(row_length(d, 40, image) == Approx(1).epsilon(1e-6));
}

TEST_CASE("What BoQ's queries find does not depend on the order of the tokens, or on other tokens being there twice") {
  Boq<> aggregator(tiny);
  randomise(aggregator, 1);
  const X x = random_tensor_f32(Shape{1, 4, 8}, 3), others = random_tensor_f32(Shape{1, 4, 8}, 4);
  const X reversed = concat(concat(slice(x, 1, 2, 4), slice(x, 1, 1, 2), 1), slice(x, 1, 0, 1), 1);
  CHECK(largest_difference(aggregator.answers(x, 1).to_vector(), aggregator.answers(reversed, 1).to_vector()) < 1e-5F);
  CHECK(largest_difference(aggregator.answers(x, 1).to_vector(), aggregator.answers(concat(x, x, 1), 1).to_vector()) < 1e-5F);
  CHECK(largest_difference(aggregator.answers(x, 1).to_vector(), aggregator.answers(others, 1).to_vector()) > 1e-2F);
}

TEST_CASE("BoQ's parameters are the official ones") {
  const std::vector<std::string> names =
      parameters(Boq<>({.channels = 6, .projected = 8, .head = 4, .queries = 3, .layers = 1, .rows = 5}));
  CHECK(names == std::vector<std::string>{"proj_c.weight [8, 6, 3, 3]",
                                          "proj_c.bias [8]",
                                          "norm_input.weight [8]",
                                          "norm_input.bias [8]",
                                          "boqs.0.encoder.self_attn.in_proj_weight [24, 8]",
                                          "boqs.0.encoder.self_attn.in_proj_bias [24]",
                                          "boqs.0.encoder.self_attn.out_proj.weight [8, 8]",
                                          "boqs.0.encoder.self_attn.out_proj.bias [8]",
                                          "boqs.0.encoder.linear1.weight [32, 8]",
                                          "boqs.0.encoder.linear1.bias [32]",
                                          "boqs.0.encoder.linear2.weight [8, 32]",
                                          "boqs.0.encoder.linear2.bias [8]",
                                          "boqs.0.encoder.norm1.weight [8]",
                                          "boqs.0.encoder.norm1.bias [8]",
                                          "boqs.0.encoder.norm2.weight [8]",
                                          "boqs.0.encoder.norm2.bias [8]",
                                          "boqs.0.queries [1, 3, 8]",
                                          "boqs.0.self_attn.in_proj_weight [24, 8]",
                                          "boqs.0.self_attn.in_proj_bias [24]",
                                          "boqs.0.self_attn.out_proj.weight [8, 8]",
                                          "boqs.0.self_attn.out_proj.bias [8]",
                                          "boqs.0.norm_q.weight [8]",
                                          "boqs.0.norm_q.bias [8]",
                                          "boqs.0.cross_attn.in_proj_weight [24, 8]",
                                          "boqs.0.cross_attn.in_proj_bias [24]",
                                          "boqs.0.cross_attn.out_proj.weight [8, 8]",
                                          "boqs.0.cross_attn.out_proj.bias [8]",
                                          "boqs.0.norm_out.weight [8]",
                                          "boqs.0.norm_out.bias [8]",
                                          "fc.weight [5, 3]",
                                          "fc.bias [5]"});
}

TEST_CASE("BoQ refuses other channels, and sizes that mean nothing") {
  const Boq<> aggregator(tiny);
  CHECK_THROWS_AS(aggregator(random_features(1, 5, {2, 3}, 1)), ShapeError);
  CHECK_THROWS_WITH(Boq<>({.projected = 100}), ContainsSubstring("BoQ: got 768 channels, 100 projected ones in heads of 64"));
  CHECK_THROWS_AS(Boq<>({.queries = 0}), ConfigError);
}
