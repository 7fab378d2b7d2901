// SPDX-License-Identifier: MIT
#include <vpr/image/bmp.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {

Bytes little(std::uint32_t value, int count = 4) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return bytes;
}

/// A bitmap with a header of 40 bytes; `between` are masks or a palette.
Bytes bmp(std::uint32_t width, std::uint32_t height, std::uint32_t bits, const Bytes& pixels, std::uint32_t compression = 0,
          const Bytes& between = {}) {
  const auto offset = static_cast<std::uint32_t>(54 + between.size());
  return png::join({{'B', 'M'},
                    little(0),
                    little(0),
                    little(offset),
                    little(40),
                    little(width),
                    little(height),
                    little(1, 2),
                    little(bits, 2),
                    little(compression),
                    little(0),
                    little(0),
                    little(0),
                    little(0),
                    little(0),
                    between,
                    pixels});
}

Bytes decoded(const Bytes& file, const ReadOptions& options = {}) { return pixels_of(detail::decode_bmp(file, "t.bmp", options)); }

void refused(const Bytes& file, const char* reason) {
  CHECK_THROWS_WITH(decoded(file), ContainsSubstring("t.bmp: byte ") && ContainsSubstring(reason));
}

}  // namespace

TEST_CASE("A bitmap is BGR from the bottom up, rows padded to 4 bytes; a negative height means from the top down") {
  const Bytes rows{1, 2, 3, 0, 4, 5, 6, 0};
  CHECK(decoded(bmp(1, 2, 24, rows)) == Bytes{6, 5, 4, 3, 2, 1});
  CHECK(decoded(bmp(1, static_cast<std::uint32_t>(-2), 24, rows)) == Bytes{3, 2, 1, 6, 5, 4});
  CHECK(decoded(bmp(1, 2, 24, Bytes(rows.begin(), rows.end() - 1))) == Bytes{6, 5, 4, 3, 2, 1});  // the last padding may be missing
}

TEST_CASE("Bits of 16 fill the range, an alpha counts for a person only") {
  CHECK(decoded(bmp(2, 1, 16, {0x1F, 0x7C, 0xE0, 0x03})) == Bytes{255, 0, 255, 0, 255, 0});
  const Bytes masks = png::join({little(0xF800), little(0x7E0), little(0x1F)});
  CHECK(decoded(bmp(2, 1, 16, {0x00, 0xF8, 0x20, 0x04}, 3, masks)) == Bytes{255, 0, 0, 0, 133, 0});
  CHECK(decoded(bmp(1, 1, 32, {1, 2, 3, 0}), {ReadAs::person}) == Bytes{3, 2, 1});  // not an alpha without masks
}

TEST_CASE("Palettes, and runs of palette indices") {
  Bytes palette(1024);
  palette[4] = 9;
  palette[10] = 7;  // index 1 is blue 9, index 2 red 7
  CHECK(decoded(bmp(2, 1, 8, {1, 2, 0, 0}, 0, palette)) == Bytes{0, 0, 9, 7, 0, 0});
  CHECK(decoded(bmp(3, 1, 8, {2, 1, 1, 2}, 1, palette)) == Bytes{0, 0, 9, 0, 0, 9, 7, 0, 0});
  refused(bmp(3, 2, 8, {3, 1, 0, 0, 1, 1, 0, 1}, 1, palette), "the runs end too early");
  CHECK(decoded(bmp(8, 1, 1, {0xA0, 0, 0, 0}, 0, {5, 5, 5, 0, 9, 9, 9, 0})) ==
        png::join({Bytes(3, 9), Bytes(3, 5), Bytes(3, 9), Bytes(15, 5)}));
}

TEST_CASE("Broken bitmaps are refused with name, byte and reason") {
  const Bytes good = bmp(1, 2, 24, Bytes(8));
  for (std::size_t size = 2; size < good.size() - 1; ++size)
    refused(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), "");
  refused(bmp(100000, 100000, 24, {}), "claims 100000x100000 pixels");
  refused(bmp(0, 5, 24, {}), "a size of 5x0");
  refused(bmp(1, 1, 5, Bytes(8)), "5 bits a pixel");
  refused(bmp(1, 1, 24, Bytes(8), 4), "compression 4");
  refused(bmp(1, 1, 32, Bytes(8), 3, png::join({little(1), little(2), little(4)})), "masks that are not supported");
  Bytes header = good;
  header[14] = 41;
  refused(header, "a header of 41 bytes");
}
