// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_GIF
#include <tests/support/paths.hpp>
#include <vpr/image/gif.hpp>
#include <vpr/image/read.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {
std::string file(const char* name) { return vpr::test::data("/cases/photos/") + name; }
}  // namespace

TEST_CASE("A GIF gives its first picture, whatever the order of its rows") {
  const Image plain = read_image(file("plain.gif"));
  CHECK(plain.size() == ImageSize{17, 24});
  CHECK(pixels_of(read_image(file("interlaced.gif"))) == pixels_of(plain));
  CHECK(pixels_of(read_image(file("animated.gif"))) == pixels_of(plain));
  CHECK(pixels_of(read_image(file("transparent.gif"), {ReadAs::person})) != pixels_of(read_image(file("transparent.gif"))));
}

TEST_CASE("A GIF beyond the limit, cut or without a picture is refused") {
  CHECK_THROWS_WITH(read_image(file("plain.gif"), {.max_megapixels = 0.0004}), ContainsSubstring("claims 17x24 pixels"));
  const Bytes good = file_bytes(file("plain.gif"));
  for (std::size_t size = 6; size + 60 < good.size(); size += 31)
    CHECK_THROWS_WITH(decode_image(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), "t"),
                      ContainsSubstring("t: byte "));
  CHECK_THROWS_WITH(decode_image(Bytes{'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0, 0, 0, ';'}, "t"),
                    ContainsSubstring("the file has no picture"));
}
#endif
