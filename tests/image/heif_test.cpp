// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_HEIF
#include <tests/support/paths.hpp>
#include <vpr/image/heif.hpp>
#include <vpr/image/read.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {
std::string file(const char* name) { return vpr::test::data("/cases/photos/") + name; }
}  // namespace

TEST_CASE("HEIC and AVIF are read, within the limit") {
  for (const char* name : {"plain.heic", "plain.avif"}) {
    CAPTURE(name);
    CHECK(read_image(file(name)).size() == ImageSize{17, 24});
    CHECK_THROWS_WITH(read_image(file(name), {.max_megapixels = 0.0004}), ContainsSubstring("claims 17x24 pixels"));
    const Bytes good = file_bytes(file(name));
    for (std::size_t size = 12; size + 8 < good.size(); size += 23)
      CHECK_THROWS_AS(decode_image(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), "t"), FormatError);
  }
}
#endif
