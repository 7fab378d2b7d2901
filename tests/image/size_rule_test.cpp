// SPDX-License-Identifier: MIT
#include <vpr/image/size_rule.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

TEST_CASE("The shorter side is met, the longer one rounded down") {
  CHECK(ShorterSide{224}({480, 640}) == ImageSize{224, 298});
  CHECK(ShorterSide{224}({640, 480}) == ImageSize{298, 224});
  CHECK(ShorterSide{224}({1, 9}) == ImageSize{224, 2016});
  CHECK(ShorterSide{224}({500, 500}) == ImageSize{224, 224});
  CHECK_THROWS_AS(ShorterSide{224}({0, 9}), ShapeError);
}

TEST_CASE("The longest side only shrinks") {
  CHECK(LongestSide{400}({480, 614}) == ImageSize{312, 400});
  CHECK(LongestSide{400}({768, 480}) == ImageSize{400, 250});
  CHECK(LongestSide{400}({56, 400}) == ImageSize{56, 400});
}

TEST_CASE("The nearest multiple takes halves to even") {
  CHECK(NearestMultiple{}({21, 35}) == ImageSize{28, 28});
  CHECK(NearestMultiple{}({8, 63}) == ImageSize{14, 56});
  CHECK(NearestMultiple{}({480, 614}) == ImageSize{476, 616});
  CHECK_THROWS_WITH(NearestMultiple{}({7, 100}), ContainsSubstring("7x100 is too small"));
}

TEST_CASE("The floor multiple takes what fits") {
  CHECK(FloorMultiple{}({27, 28}) == ImageSize{14, 28});
  CHECK_THROWS_WITH(FloorMultiple{}({13, 28}), ContainsSubstring("13x28 is too small, a side is under 14"));
}

TEST_CASE("Rules chain, and a function of one's own is a rule") {
  const auto half = [](ImageSize photo) { return ImageSize{photo.height / 2, photo.width / 2}; };
  static_assert(SizeRule<decltype(half)>);
  CHECK(SizeRules<decltype(half), NearestMultiple>{half, {}}({480, 614}) == ImageSize{238, 308});
  CHECK(SizeRules<ShorterSide, NearestMultiple>{{224}, {}}({480, 614}) == ImageSize{224, 280});
  CHECK(OriginalSize{}({3, 4}) == ImageSize{3, 4});
  CHECK(ExactSize{{224, 252}}({3, 4}) == ImageSize{224, 252});
}
