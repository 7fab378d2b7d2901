// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_WEBP
#include <tests/support/paths.hpp>
#include <vpr/image/read.hpp>
#include <vpr/image/webp.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_limit.hpp"

#include <webp/encode.h>

using namespace vpr;

namespace {
std::string file(const char* name) { return vpr::test::data("/cases/photos/") + name; }

/// A file that `encode(&bytes)` gives the bytes of and how many they are.
template <class Encode>
Bytes encoded(const Encode& encode) {
  std::uint8_t* bytes = nullptr;
  const std::size_t size = encode(&bytes);
  const Bytes all(bytes, bytes + size);
  WebPFree(bytes);
  return all;
}
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

TEST_CASE("A large WebP is decoded in the memory that is stated") {
  constexpr int height = 1500, width = 2000;
  constexpr std::size_t pixels = std::size_t{height} * width, beside = std::size_t{2} << 20;
  Bytes rgba(4 * pixels);
  for (std::size_t i = 0; i < rgba.size(); ++i) rgba[i] = static_cast<std::uint8_t>(i / 64 + i % 4 * 60);
  const Bytes lossy = encoded([&](std::uint8_t**out) { return WebPEncodeRGBA(rgba.data(), width, height, 4 * width, 50, out); }),
              lossless = encoded([&](std::uint8_t**out) { return WebPEncodeLosslessRGBA(rgba.data(), width, height, 4 * width, out); });
  const auto decode = [](const Bytes& bytes, ReadAs as) { return [&bytes, as] { decode_image(bytes, "large.webp", {as}); }; };
  if (!vpr::test::measures_memory) return;
  for (const Bytes* bytes : {&lossy, &lossless}) {
    CHECK(vpr::test::fits_into(7 * pixels + beside, decode(*bytes, ReadAs::pillow)));
    CHECK(vpr::test::fits_into(8 * pixels + beside, decode(*bytes, ReadAs::person)));
    CHECK_FALSE(vpr::test::fits_into(3 * pixels, decode(*bytes, ReadAs::person)));
  }
}

TEST_CASE("A WebP beyond the limit, cut or damaged is refused") {
  CHECK_THROWS_WITH(read_image(file("lossy.webp"), {.max_megapixels = 0.0004}), ContainsSubstring("claims 17x24 pixels"));
  const Bytes good = file_bytes(file("lossy.webp"));
  for (std::size_t size = 12; size < good.size(); size += 9)
    CHECK_THROWS_AS(decode_image(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), "t"), FormatError);
}
#endif
