// SPDX-License-Identifier: MIT
#include <vpr/image/crop.hpp>

#include "tests/support/catch.hpp"

#include <numeric>

using namespace vpr;

namespace {

/// Values 0, 1, 2, ... over all three planes.
Planes counted(ImageSize size) {
  Planes planes(size);
  std::iota(planes.values.begin(), planes.values.end(), 0.0F);
  return planes;
}

std::vector<float> reds(const Planes& planes) { return {planes.plane(0), planes.plane(1)}; }

}  // namespace

TEST_CASE("The centre crop halves what is left over, halves to even") {
  CHECK(reds(centre_crop(counted({1, 5}), {1, 2})) == std::vector<float>{2, 3});  // 1.5 to 2
  CHECK(reds(centre_crop(counted({1, 7}), {1, 2})) == std::vector<float>{2, 3});  // 2.5 to 2
  CHECK(reds(centre_crop(counted({3, 3}), {1, 1})) == std::vector<float>{4});
  CHECK(centre_crop(counted({3, 3}), {1, 1}).values[2] == 22);
}

TEST_CASE("The centre crop of something smaller has zeros around") {
  CHECK(reds(centre_crop(counted({1, 2}), {1, 5})) == std::vector<float>{0, 0, 1, 0, 0});
  CHECK(reds(centre_crop(counted({3, 1}), {1, 3})) == std::vector<float>{0, 1, 0});
}

TEST_CASE("Five crops are the corners and the middle") {
  const auto crops = five_crops(counted({4, 5}), {2, 2});
  CHECK(reds(crops[0]) == std::vector<float>{0, 1, 5, 6});
  CHECK(reds(crops[1]) == std::vector<float>{3, 4, 8, 9});
  CHECK(reds(crops[2]) == std::vector<float>{10, 11, 15, 16});
  CHECK(reds(crops[3]) == std::vector<float>{13, 14, 18, 19});
  CHECK(reds(crops[4]) == std::vector<float>{7, 8, 12, 13});
  CHECK_THROWS_WITH(five_crops(counted({4, 5}), {5, 2}), ContainsSubstring("crops of 5x2 don't fit into 4x5"));
}
