// SPDX-License-Identifier: MIT
#include <vpr/ops/normalization.hpp>

#include "tests/ops/ops_test.hpp"

#include <numeric>

using namespace vpr;

TEST_CASE("layer_norm centres and scales each row, then applies gamma and beta") {
  const X y = layer_norm(tensor({2, 2}, {1, 3, -5, -5}), tensor({2}, {1, 10}), tensor({2}, {0, 100}), 0);
  CHECK(y.values()[0] == -1);
  CHECK(y.values()[1] == 110);
  const X flat = layer_norm(tensor({1, 2}, {-5, -5}), tensor({2}, {1, 10}), tensor({2}, {0, 100}), 1e-6F);
  CHECK(flat.values() == Values{0, 100});
}

TEST_CASE("layer_norm keeps its digits where the mean is large") {
  const X y = layer_norm(tensor({1, 4}, {1000.25F, 1000.5F, 1000.75F, 1001}), X::full({4}, 1), X::zeros({4}), 0);
  CHECK(largest_difference(y.values(), Values{-1.34164079F, -0.447213595F, 0.447213595F, 1.34164079F}) < 1e-6F);
}

TEST_CASE("l2_normalize makes rows of unit length and leaves a zero row") {
  CHECK(largest_difference(l2_normalize(tensor({2, 2}, {3, 4, 0, 0})).values(), Values{0.6F, 0.8F, 0, 0}) < 1e-7F);
  CHECK(l2_normalize(tensor({1, 2}, {3, 4}), 10).values() == Values{0.3F, 0.4F});
}

TEST_CASE("softmax gives shares that do not change with a common shift") {
  const Values y = softmax(tensor({2, 2}, {0, std::log(3.0F), 1000, 1000})).values();
  CHECK(largest_difference(y, Values{0.25F, 0.75F, 0.5F, 0.5F}) < 1e-6F);
  const Values x = random_floats(30, 1);
  const Values shares = softmax(tensor({3, 10}, x)).values();
  CHECK(std::accumulate(shares.begin(), shares.begin() + 10, 0.0F) == Approx(1));
}

TEST_CASE("Rows without columns stay so") {
  CHECK(layer_norm(shaped({3, 0}), shaped({0}), shaped({0}), 1e-6F).shape() == Shape{3, 0});
  CHECK(l2_normalize(shaped({3, 0})).shape() == Shape{3, 0});
  CHECK(softmax(shaped({3, 0})).shape() == Shape{3, 0});
  CHECK(softmax(shaped({0, 3})).shape() == Shape{0, 3});
}

TEST_CASE("layer_norm refuses parameters of another width") {
  CHECK_THROWS_AS(layer_norm(shaped({2, 3}), shaped({2}), shaped({3}), 1e-6F), ShapeError);
  CHECK_THROWS_WITH(layer_norm(shaped({2, 3}), shaped({3}), shaped({2, 3}), 1e-6F), "layer_norm: got x [2, 3], gamma [3] and beta [2, 3]");
}

TEST_CASE("batch_norm takes each channel by its own statistics") {
  const X y =
      batch_norm(tensor({2, 2}, {1, 10, 3, 20}), tensor({2}, {1, 2}), tensor({2}, {0, 100}), tensor({2}, {2, 10}), tensor({2}, {3, 99}), 1);
  CHECK(y.values() == Values{-0.5F, 100, 0.5F, 102});
  CHECK_THROWS_AS(batch_norm(shaped({2, 2}), shaped({2}), shaped({2}), shaped({1}), shaped({2}), 1), ShapeError);
}
