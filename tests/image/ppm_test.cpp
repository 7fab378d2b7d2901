// SPDX-License-Identifier: MIT
#include <vpr/image/ppm.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
Bytes decoded(std::string_view text, ReadAs as = ReadAs::pillow) { return pixels_of(decode_ppm(bytes_of(text), "t.ppm", {as})); }

}  // namespace

TEST_CASE("A photo survives the way through PPM") {
  const Image photo = noise({5, 3});
  const Image back = decode_ppm(encode_ppm(photo), "t.ppm");
  CHECK(back.size() == photo.size());
  CHECK(pixels_of(back) == pixels_of(photo));
}

TEST_CASE("PPM and PGM are read as text and as bytes, with comments") {
  CHECK(decoded("P3 # colour\n2 1\n255\n1 2 3 # first\n4 5 6") == Bytes{1, 2, 3, 4, 5, 6});
  CHECK(decoded("P6\n#x\n1 2\n255\n\1\2\3\4\5\6") == Bytes{1, 2, 3, 4, 5, 6});
  CHECK(decoded("P2\n2 1 255 7 8\n") == Bytes{7, 7, 7, 8, 8, 8});
  CHECK(decoded("P5 2 1 255\n\7\11") == Bytes{7, 7, 7, 9, 9, 9});
}

TEST_CASE("PBM is black where a bit is set, its rows padded to bytes") {
  CHECK(decoded("P1\n# c\n3 2\n1 0 1\n010\n") == Bytes{0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255});
  CHECK(decoded(std::string_view("P4 9 1\n\x7F\x80", 9)) == png::join({Bytes{255, 255, 255}, Bytes(24, 0)}));
  CHECK_THROWS_WITH(decoded("P1 3 1 1 2 0"), ContainsSubstring("want 0 or 1"));
  CHECK_THROWS_WITH(decoded("P1 3 1 1 0"), ContainsSubstring("truncated"));
  CHECK_THROWS_WITH(decoded("P4 9 2\n123"), ContainsSubstring("3 bytes left for 2x9 pixels"));
}

TEST_CASE("Other greatest values than 255 are scaled") {
  CHECK(decoded("P2 3 1 15 0 7 15") == Bytes{0, 0, 0, 119, 119, 119, 255, 255, 255});
  CHECK(decoded(std::string_view("P6 1 1 1000\n\1\364\0\0\3\350", 18)) == Bytes{128, 0, 255});
}

TEST_CASE("A PGM of 16 bits is cut as Pillow does or scaled as a person sees it") {
  const std::string_view text("P5 2 1 65535\n\0\310\200\0", 17);
  CHECK(decoded(text) == Bytes{200, 200, 200, 255, 255, 255});
  CHECK(decoded(text, ReadAs::person) == Bytes{1, 1, 1, 128, 128, 128});
}

TEST_CASE("Broken PPM files are refused with name, byte and reason") {
  const auto refused = [](std::string_view text, const char* reason) {
    CHECK_THROWS_WITH(decoded(text), ContainsSubstring("t.ppm: byte ") && ContainsSubstring(reason));
  };
  refused("P7 1 1 255\n\1\1\1", "want P1 to P6");
  refused("P6 1", "the file ends where a number should stand");
  refused("P6 1 x", "byte 5: PPM: want a number");
  refused("P6 0 1 255\n", "a size of 1x0");
  refused("P6 1 1 0\n\1\1\1", "a greatest value of 0");
  refused("P6 1 1 65536\n\1\1\1", "a greatest value of 65536");
  refused("P6 99999999999 1 255\n", "a number beyond");
  refused("P6 1 1 255", "want white space after the header");
  refused("P6 2 1 255\n\1\2\3\4\5", "5 bytes left for 1x2 pixels");
  refused("P6 2000000000 2000000000 255\n\1", "megapixels; the limit is");
  refused("P3 1 1 255 1 2 300", "a value of 300");
  refused("P3 1000 1000 255 1 2 3", "bytes left for 1000x1000");
}
