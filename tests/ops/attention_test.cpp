// SPDX-License-Identifier: MIT
#include <vpr/ops/attention.hpp>

#include <vpr/ops/layout.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("Attention of one query over two keys, by hand") {
  // Scores 1·2 and 1·0 over √1: weights e²/(e² + 1) and 1/(e² + 1).
  const X y = attention(tensor({1, 1, 1}, {1}), tensor({1, 2, 1}, {2, 0}), tensor({1, 2, 1}, {10, 20}), 1);
  const double first = std::exp(2.0) / (std::exp(2.0) + 1);
  CHECK(y.values()[0] == Approx(10 * first + 20 * (1 - first)));
}

TEST_CASE("Scores are divided by the root of a head's depth") {
  // Dot products 4 and 0.
  const X y = attention(tensor({1, 1, 4}, {1, 2, 3, 4}), tensor({1, 2, 4}, {4, 3, 2, -3, 1, -1, -1, 1}),
                        tensor({1, 2, 4}, {1, 5, 6, 7, 0, 8, 9, 3}), 1);
  CHECK(y.values()[0] == Approx(std::exp(2.0) / (std::exp(2.0) + 1)));
}

TEST_CASE("Heads do not see each other, nor images") {
  const auto half = [](const X& x, std::int64_t i) { return slice(x, 2, 3 * i, 3 * i + 3); };
  const X q = tensor({2, 4, 6}, random_floats(48, 1)), k = tensor({2, 5, 6}, random_floats(60, 2)),
          v = tensor({2, 5, 6}, random_floats(60, 3));
  const X together = attention(q, k, v, 2);
  for (const std::int64_t i : {0, 1}) {
    CHECK(largest_difference(half(together, i).values(), attention(half(q, i), half(k, i), half(v, i), 1).values()) < 1e-6F);
    const auto image = [&](const X& x) { return slice(x, 0, i, i + 1); };
    CHECK(image(together).values() == attention(image(q), image(k), image(v), 2).values());
  }
}

TEST_CASE("Self-attention is attention of the three parts of the joint projection") {
  const X qkv = tensor({2, 5, 18}, random_floats(180, 1));
  const auto part = [&](std::int64_t i) { return slice(qkv, 2, 6 * i, 6 * i + 6); };
  const X y = self_attention(qkv, 3);
  CHECK(y.shape() == Shape{2, 5, 6});
  CHECK(largest_difference(y.values(), attention(part(0), part(1), part(2), 3).values()) < 1e-6F);
  CHECK(self_attention(shaped({2, 0, 6}), 1).shape() == Shape{2, 0, 2});
}

TEST_CASE("Large scores neither overflow nor become NaN") {
  const X y = attention(tensor({1, 1, 1}, {1e18F}), tensor({1, 2, 1}, {1e18F, -1e18F}), tensor({1, 2, 1}, {3, 7}), 1);
  CHECK(y.values()[0] == 3);
}

TEST_CASE("Attention refuses shapes that do not fit") {
  CHECK_THROWS_AS(self_attention(shaped({2, 5, 8}), 1), ShapeError);
  CHECK_THROWS_WITH(self_attention(shaped({2, 5, 12}), 3),
                    "self_attention: got qkv [2, 5, 12] and 3 heads, want [batch, tokens, 3 x heads x depth]");
  CHECK_THROWS_AS(self_attention(shaped({2, 5, 12}), 0), ShapeError);
  CHECK_THROWS_AS(self_attention(shaped({5, 12}), 1), ShapeError);
  const X q = shaped({2, 4, 6}), k = shaped({2, 5, 6});
  CHECK_THROWS_WITH(attention(q, k, shaped({2, 4, 6}), 2), "attention: got query [2, 4, 6], key [2, 5, 6], value [2, 4, 6] and 2 heads");
  CHECK_THROWS_AS(attention(q, shaped({1, 5, 6}), shaped({1, 5, 6}), 2), ShapeError);
  CHECK_THROWS_AS(attention(q, shaped({2, 0, 6}), shaped({2, 0, 6}), 2), ShapeError);
  CHECK_THROWS_AS(attention(q, k, k, 4), ShapeError);
  CHECK_THROWS_AS(attention(q, k, k, -2), ShapeError);
}
