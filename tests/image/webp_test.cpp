// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_WEBP
#include <tests/support/paths.hpp>
#include <vpr/image/read.hpp>
#include <vpr/image/webp.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {
std::string file(const char* name) { return vpr::test::data("/cases/photos/") + name; }
}  // namespace

TEST_CASE("A WebP is read whatever its name, the alpha dropped or over white, the first picture of an animation") {
  const Image plain = read_image(file("lossless.webp"));
  CHECK(plain.size() == ImageSize{17, 24});
  CHECK(pixels_of(read_image(file("animated.webp"))) == pixels_of(plain));
  CHECK(pixels_of(read_image(file("alpha.webp"))) == pixels_of(plain));
  const Image over_white = read_image(file("alpha.webp"), {ReadAs::person});
  CHECK(over_white.row(0)[0] == 255);
  CHECK(pixels_of(over_white) != pixels_of(plain));
}

TEST_CASE("A WebP beyond the limit, cut or damaged is refused") {
  CHECK_THROWS_WITH(read_image(file("lossy.webp"), {.max_megapixels = 0.0004}), ContainsSubstring("claims 17x24 pixels"));
  const Bytes good = file_bytes(file("lossy.webp"));
  for (std::size_t size = 12; size < good.size(); size += 9)
    CHECK_THROWS_AS(decode_image(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), "t"), FormatError);
}
#endif
