// SPDX-License-Identifier: MIT
#include <vpr/image/read.hpp>
#include <vpr/image/write.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstdio>
#include <filesystem>

using namespace vpr;

namespace {

/// Smooth, so that JPEG keeps it nearly as it is.
Image gradient(ImageSize size) {
  Image photo(size);
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x) {
      photo.row(y)[3 * x] = static_cast<std::uint8_t>(x);
      photo.row(y)[3 * x + 1] = static_cast<std::uint8_t>(y);
      photo.row(y)[3 * x + 2] = 128;
    }
  }
  return photo;
}

int largest_difference(const Image& a, const Image& b) {
  REQUIRE(a.size() == b.size());
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i) largest = std::max(largest, std::abs(a.pixels()[i] - b.pixels()[i]));
  return largest;
}

}  // namespace

TEST_CASE("PNG keeps a photo as it is, JPEG nearly") {
  for (const ImageSize size : {ImageSize{1, 1}, ImageSize{3, 200}, ImageSize{65, 31}}) {
    CHECK(largest_difference(decode_image(encode_png(noise(size)), "t"), noise(size)) == 0);
    CHECK(largest_difference(decode_image(encode_jpeg(gradient(size), 95), "t"), gradient(size)) < 8);
  }
}

TEST_CASE("Views with padded rows are written like the photo they show") {
  const Image photo = gradient({9, 5});
  Bytes padded(9 * 20, 99);
  for (std::int64_t y = 0; y < 9; ++y) std::copy_n(photo.row(y), 15, padded.begin() + 20 * y);
  const ImageView view{padded.data(), 9, 5, 20};
  CHECK(encode_png(view) == encode_png(photo));
  CHECK(encode_jpeg(view) == encode_jpeg(photo));
}

TEST_CASE("A lower quality gives a smaller JPEG") {
  CHECK(encode_jpeg(noise({64, 64}), 20).size() < encode_jpeg(noise({64, 64}), 90).size());
}

TEST_CASE("Photos are written in the format of their ending") {
  const Image photo = gradient({20, 30});
  const std::string stem = (std::filesystem::temp_directory_path() / "vpr_write_test").string();
  for (const std::string ending : {".png", ".ppm", ".jpg", ".jpeg"}) {
    write_image(stem + ending, photo);
    CHECK(largest_difference(read_image(stem + ending), photo) <= (ending[1] == 'p' ? 0 : 8));
    std::remove((stem + ending).c_str());
  }
}

TEST_CASE("What cannot be written is refused") {
  CHECK_THROWS_WITH(write_image("photo.gif", gradient({2, 2})), ContainsSubstring("photo.gif: photos are written as"));
  CHECK_THROWS_AS(write_image("/nowhere/photo.png", gradient({2, 2})), IoError);
  CHECK_THROWS_WITH(write_image("/nowhere/photo.png", gradient({2, 2})), ContainsSubstring("cannot be written: No such file or directory"));
  CHECK_THROWS_AS(encode_png(Image({0, 2})), ShapeError);
  CHECK_THROWS_AS(encode_jpeg(Image({2, 0})), ShapeError);
  CHECK_THROWS_AS(encode_jpeg(Image({1, 65501})), ShapeError);
  CHECK_THROWS_AS(encode_jpeg(gradient({2, 2}), 0), ConfigError);
}

TEST_CASE("A full disk is an error, in every format") {
  const TemporaryFolder folder;
  for (const char* name : {"full.png", "full.jpg", "full.ppm"}) {
    CAPTURE(name);
    std::filesystem::create_symlink("/dev/full", folder.file(name));
    CHECK_THROWS_AS(write_image(folder.file(name), gradient({40, 30})), IoError);
    CHECK_THROWS_WITH(write_image(folder.file(name), gradient({40, 30})), ContainsSubstring("cannot be written: No space left on device"));
  }
}

TEST_CASE("A frame of another pixel order, or stored from below, is written as the photo it shows") {
  const Image photo = gradient({9, 5});
  Bytes bgr(9 * 15);
  for (std::size_t i = 0; i < bgr.size(); ++i) bgr[i] = photo.pixels()[i / 3 * 3 + 2 - i % 3];
  const ImageView view{bgr.data(), 9, 5, 15, PixelOrder::bgr};
  CHECK(encode_png(view) == encode_png(photo));
  CHECK(encode_jpeg(view) == encode_jpeg(photo));
  CHECK(encode_ppm(view) == encode_ppm(photo));
  Image flipped({9, 5});
  for (std::int64_t y = 0; y < 9; ++y) std::copy_n(photo.row(8 - y), 15, flipped.row(y));
  CHECK(encode_jpeg(ImageView{photo.row(8), 9, 5, -15}) == encode_jpeg(flipped));
}
