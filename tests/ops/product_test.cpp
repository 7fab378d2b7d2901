// SPDX-License-Identifier: MIT
#include <vpr/ops/product.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("matmul multiplies matrices, either of them transposed") {
  const X a = tensor({2, 3}, {1, 2, 3, 4, 5, 6}), b = tensor({3, 2}, {7, 8, 9, 10, 11, 12});
  CHECK(matmul(a, b).values() == Values{58, 64, 139, 154});
  CHECK(matmul(tensor({3, 2}, {1, 4, 2, 5, 3, 6}), b, Product::atb).values() == Values{58, 64, 139, 154});
  CHECK(matmul(a, tensor({2, 3}, {7, 9, 11, 8, 10, 12}), Product::abt).values() == Values{58, 64, 139, 154});
}

TEST_CASE("matmul multiplies each image's matrices, or all images by one") {
  const X a = tensor({2, 1, 2}, {1, 2, 3, 4}), each = tensor({2, 2, 1}, {5, 6, 7, 8}), all = tensor({2, 1}, {5, 6});
  CHECK(matmul(a, each).values() == Values{17, 53});
  CHECK(matmul(a, each).shape() == Shape{2, 1, 1});
  CHECK(matmul(a, all).values() == Values{17, 39});
  CHECK(matmul(a, tensor({2, 1, 1, 2}, {5, 0, 6, 1})).values() == Values{17, 2, 39, 4});
}

TEST_CASE("matmul over no elements is zero, and of no rows is empty") {
  CHECK(matmul(shaped({2, 0}), shaped({0, 3})).values() == Values(6, 0));
  CHECK(matmul(shaped({0, 4}), shaped({4, 3})).shape() == Shape{0, 3});
  CHECK(matmul(shaped({2, 3, 0}), shaped({2, 0, 2})).values() == Values(12, 0));
}

TEST_CASE("matmul refuses what does not fit") {
  CHECK_THROWS_WITH(matmul(shaped({2, 3}), shaped({2, 3})), "matmul: got a [2, 3] and b [2, 3]");
  CHECK_THROWS_WITH(matmul(shaped({2, 3}), shaped({3, 2}), Product::abt), "matmul: got a [2, 3] and b [3, 2] transposed");
  CHECK_THROWS_AS(matmul(shaped({2, 1, 3}), shaped({3, 3, 1})), ShapeError);
  CHECK_THROWS_AS(matmul(shaped({3}), shaped({3, 1})), ShapeError);
  CHECK_THROWS_AS(matmul(shaped({2, 3, 1}), shaped({3, 1}), Product::atb), ShapeError);
  CHECK_THROWS_AS(matmul(shaped({2, 3}), shaped({1, 3, 2})), ShapeError);
}
