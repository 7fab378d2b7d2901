// SPDX-License-Identifier: MIT
#include <vpr/ops/layout.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("slice takes a range of any axis") {
  const X x = tensor({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(slice(x, 0, 1, 2).values() == Values{6, 7, 8, 9, 10, 11});
  CHECK(slice(x, 1, 1, 3).values() == Values{2, 3, 4, 5, 8, 9, 10, 11});
  CHECK(slice(x, 2, 0, 1).values() == Values{0, 2, 4, 6, 8, 10});
  CHECK(slice(x, 1, 2, 2).shape() == Shape{2, 0, 2});
  CHECK(slice(x, 1, 0, 3).values() == x.values());
}

TEST_CASE("slice refuses what is not there") {
  const X x = shaped({2, 3});
  CHECK_THROWS_WITH(slice(x, 1, 2, 4), "slice: got x [2, 3], axis 1 and range [2, 4)");
  CHECK_THROWS_AS(slice(x, 2, 0, 0), ShapeError);
  CHECK_THROWS_AS(slice(x, 1, -1, 2), ShapeError);
  CHECK_THROWS_AS(slice(x, 1, 2, 1), ShapeError);
}

TEST_CASE("concat puts one after the other along an axis") {
  const X a = tensor({2, 1, 2}, {1, 2, 3, 4}), b = tensor({2, 2, 2}, {10, 11, 12, 13, 20, 21, 22, 23});
  CHECK(concat(a, b, 1).values() == Values{1, 2, 10, 11, 12, 13, 3, 4, 20, 21, 22, 23});
  CHECK(concat(tensor({2, 1}, {1, 2}), tensor({2, 2}, {3, 4, 5, 6}), 1).values() == Values{1, 3, 4, 2, 5, 6});
}

TEST_CASE("concat repeats one token over the batch") {
  const X token = tensor({1, 1, 2}, {1, 2}), patches = tensor({2, 1, 2}, {10, 11, 20, 21});
  CHECK(concat(token, patches, 1).values() == Values{1, 2, 10, 11, 1, 2, 20, 21});
  CHECK(concat(token, shaped({0, 3, 2}), 1).shape() == Shape{0, 4, 2});
  CHECK(concat(token, shaped({2, 0, 2}), 1).values() == Values{1, 2, 1, 2});
  CHECK(concat(shaped({2, 0, 2}), patches, 1).values() == patches.values());
}

TEST_CASE("concat refuses other extents that differ") {
  CHECK_THROWS_WITH(concat(shaped({2, 1, 3}), shaped({2, 1, 2}), 1), "concat: got [2, 1, 3] and [2, 1, 2] along axis 1");
  CHECK_THROWS_AS(concat(shaped({2, 1, 2}), shaped({3, 1, 2}), 1), ShapeError);
  CHECK_THROWS_AS(concat(shaped({1, 2}), shaped({1, 1, 2}), 1), ShapeError);
  CHECK_THROWS_AS(concat(shaped({2, 2}), shaped({2, 2}), 0), ShapeError);
  CHECK_THROWS_AS(concat(shaped({2, 2}), shaped({2, 2}), 2), ShapeError);
}

TEST_CASE("reshape keeps the elements, and refuses another number of them") {
  CHECK(reshape(tensor({2, 3}, {1, 2, 3, 4, 5, 6}), Shape{3, 2}).values() == Values{1, 2, 3, 4, 5, 6});
  CHECK_THROWS_WITH(reshape(shaped({2, 3}), Shape{5}), "reshape: [2, 3] has 6 elements, [5] has 5");
}

TEST_CASE("patches are rows of channels and pixels, row-major") {
  Values pixels(16);
  for (std::size_t i = 0; i < 16; ++i) pixels[i] = static_cast<float>(i);
  const X y = patches(tensor({1, 2, 2, 4}, pixels), 2);
  CHECK(y.shape() == Shape{1, 2, 8});
  CHECK(y.values() == Values{0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15});
  CHECK(patches(shaped({0, 3, 28, 14}), 14).shape() == Shape{0, 2, 588});
}

TEST_CASE("patches refuses sides that are no multiples") {
  CHECK_THROWS_WITH(patches(shaped({1, 3, 28, 15}), 14),
                    "patches: got image [1, 3, 28, 15], want [batch, channels, height, width] with sides that are multiples of 14");
  CHECK_THROWS_AS(patches(shaped({1, 3, 0, 14}), 14), ShapeError);
  CHECK_THROWS_AS(patches(shaped({3, 28, 28}), 14), ShapeError);
  CHECK_THROWS_AS(patches(shaped({1, 3, 28, 28}), 0), ShapeError);
}

TEST_CASE("resample applies a matrix to the rows and one to the columns") {
  const X map = tensor({2, 2, 1}, {1, 2, 3, 4}), mean = tensor({1, 2}, {0.5F, 0.5F}), flip = tensor({2, 2}, {0, 1, 1, 0});
  CHECK(resample(map, mean, flip).values() == Values{3, 2});
  CHECK(resample(map, flip, mean).values() == Values{3.5F, 1.5F});
  CHECK_THROWS_WITH(resample(map, shaped({1, 3}), flip), "resample: got map [2, 2, 1], vertical [1, 3] and horizontal [2, 2]");
  CHECK_THROWS_AS(resample(shaped({2, 2}), flip, flip), ShapeError);
}

TEST_CASE("transpose exchanges an axis with the next") {
  const X x = tensor({2, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(transpose(x, 1).values() == Values{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11});
  CHECK(transpose(x, 0).values() == Values{0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11});
  CHECK(transpose(transpose(x, 1), 1).values() == x.values());
  CHECK(transpose(shaped({2, 0, 3}), 1).shape() == Shape{2, 3, 0});
  CHECK_THROWS_WITH(transpose(x, 2), "transpose: got x [2, 2, 3] and axis 2, want two axes from there on");
}

TEST_CASE("repeated gives one image's elements to each of a batch") {
  const X x = tensor({1, 2, 2}, {1, 2, 3, 4});
  CHECK(repeated(x, 2).values() == Values{1, 2, 3, 4, 1, 2, 3, 4});
  CHECK(repeated(x, 0).shape() == Shape{0, 2, 2});
  CHECK(repeated(x, 3).shape() == Shape{3, 2, 2});
  CHECK_THROWS_WITH(repeated(shaped({2, 2}), 2), "repeated: got x [2, 2] and 2 images, want [1, ...]");
}
