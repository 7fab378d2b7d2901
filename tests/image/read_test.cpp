// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/image/read.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_limit.hpp"
#include "tests/support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace vpr;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> pictures() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(vpr::test::data("/images"))) {
    if (entry.is_regular_file() && entry.path().extension() != ".json") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Decodes, and tells whether that gave a photo. An error must be ours and name the file and the byte.
bool decodes(const Bytes& bytes, const ReadOptions& options) {
  try {
    const Image photo = decode_image(bytes, "fuzzed", options);
    return photo.pixels().size() == static_cast<std::size_t>(photo.height() * photo.width() * 3);
  } catch (const FormatError& error) {
    CHECK_THAT(std::string(error.what()), ContainsSubstring("fuzzed: byte "));
    return false;
  }
}

const std::vector<ReadOptions> all_options{
    {.max_megapixels = 4}, {ReadAs::person, false, false, 4}, {.accept_damaged = true, .max_megapixels = 4}};

}  // namespace

TEST_CASE("Every hostile picture is read where Pillow reads it, else refused with file, place and reason, in little memory") {
  std::ifstream file(picture("hostile/manifest.json"));
  const nlohmann::json manifest = nlohmann::json::parse(file);
  int tried = 0;
  for (const auto& entry : manifest.at("files")) {
    const std::string path = picture("hostile/" + entry.at("file").get<std::string>()), pillow = entry.at("pillow").get<std::string>();
    if (!fs::is_regular_file(path)) continue;
    CAPTURE(path);
    if (pillow.starts_with("decodes to ")) {
      const ImageSize size = read_image(path).size();
      CHECK(pillow == "decodes to " + std::to_string(size.width) + "x" + std::to_string(size.height));
    } else {
      CHECK_THROWS_AS(read_image(path), FormatError);
      CHECK_THROWS_WITH(read_image(path), ContainsSubstring(path + ": byte "));
    }
    for (const ReadOptions& options : all_options) decodes(file_bytes(path), options);
    ++tried;
  }
  CHECK(tried >= 30);
#ifndef VPR_TEST_SANITIZED
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  CHECK(usage.ru_maxrss < 200'000);  // kilobytes
#endif
}

TEST_CASE("What is no file is refused with the system's reason") {
  CHECK_THROWS_AS(read_image(vpr::test::data()), IoError);
  CHECK_THROWS_WITH(read_image(vpr::test::data()), ContainsSubstring("is a directory"));
  CHECK_THROWS_WITH(read_image("/nowhere/x.jpg"), ContainsSubstring("/nowhere/x.jpg: cannot be opened: No such file or directory"));
  CHECK_THROWS_WITH(read_image("/dev/zero"), ContainsSubstring("is not a regular file"));
}

TEST_CASE("What would wait for somebody is refused at once") {
  const TemporaryFolder folder;
  const std::string pipe = (folder.path() / "pipe.jpg").string(), loop = (folder.path() / "loop.jpg").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(read_image(pipe), ContainsSubstring("is not a regular file"));
  fs::create_symlink(loop, loop);
  CHECK_THROWS_WITH(read_image(loop), ContainsSubstring("cannot be opened"));
  CHECK_THROWS_WITH(read_image("/dev/stdin"), ContainsSubstring(" a regular file") || ContainsSubstring("byte "));
}

TEST_CASE("A photo whose name is not UTF-8 is read, and named in readable errors") {
  const TemporaryFolder folder;
  const std::string name = (folder.path() / "caf\xE9\n.jpg").string();
  fs::copy_file(picture("rgb420.jpg"), name);
  CHECK(read_image(name).size() == ImageSize{53, 37});
  fs::resize_file(name, 100);
  CHECK_THROWS_WITH(read_image(name), ContainsSubstring("caf\\xE9"));
}

TEST_CASE("The format goes by content, not by name, and one that nothing here reads is named") {
  using namespace std::string_view_literals;
  CHECK(read_image(picture("jpeg_named.png")).size() == ImageSize{53, 37});
  const auto named = [](std::string_view content, const char* format) {
    CAPTURE(format);
    CHECK_THROWS_WITH(decode_image(Bytes(content.begin(), content.end()), "x.jpg"),
                      ContainsSubstring(std::string("x.jpg: byte 0: this is ") + format));
  };
  named("\0\0\0\x0CjP  \r\n"sv, "a JPEG 2000");
  named("\xFF\x4F\xFF\x51"sv, "a JPEG 2000");
  named("\xFF\x0A\x10"sv, "a JPEG XL");
  named("%PDF-1.4"sv, "a PDF");
  named("8BPS\0\1"sv, "a Photoshop file");
  named("<?xml version='1.0'?>\n<svg xmlns='x'/>"sv, "an SVG drawing");
  named(
      "\xEF\xBB\xBF"
      "<svg/>"sv,
      "an SVG drawing");
  named(" \n<!DOCTYPE html><html>404</html>"sv, "a web page");
  named(
      "\0\0\0\x18"
      "ftypmp42\0\0"sv,
      "an MP4 or QuickTime video");
  named("version https://git-lfs.github.com/spec/v1\n"sv, "a pointer of Git LFS");
  named("PK\3\4zip"sv, "a ZIP archive");
  CHECK_THROWS_WITH(decode_image(Bytes{'h', 'e', 'l', 'l', 'o'}, "x.jpg"), ContainsSubstring("x.jpg: byte 0: neither a JPEG nor a PNG"));
  CHECK_THROWS_WITH(decode_image({}, "x.jpg"), ContainsSubstring("the file is empty"));
}

TEST_CASE("A format whose component is missing is named with the component") {
  int orientation = 1;
  CHECK_THROWS_WITH(detail::decode_optional(nullptr, "WebP", "webp", {}, "x.jpg", {}, orientation),
                    ContainsSubstring("x.jpg: byte 0: this is a WebP, which needs the CMake component 'webp'"));
}

namespace {

/// What upright reading makes of a photo with these bytes put in at `at`: 6 or 3, as Pillow turns it, or 1.
int orientation_read(const Bytes& photo, std::size_t at, const Bytes& inserted) {
  Bytes bytes = photo;
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), inserted.begin(), inserted.end());
  const Image lying = decode_image(bytes, "x"), upright = decode_image(bytes, "x", {.upright = true});
  for (const int orientation : {1, 3, 6}) {
    if (pixels_of(upright) == pixels_of(apply_orientation(lying, orientation))) return orientation;
  }
  return 0;
}

Bytes text(std::string_view letters) { return {letters.begin(), letters.end()}; }

/// EXIF with the orientation as a big-endian block.
Bytes exif(int orientation) {
  return {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, static_cast<std::uint8_t>(orientation), 0, 0, 0, 0, 0, 0};
}

}  // namespace

TEST_CASE("A limit of pixels that is none is refused") {
  for (const double none : {std::nan(""), 0.0, -1.0}) {
    CHECK_THROWS_WITH(read_image(picture("odd.png"), {.max_megapixels = none}), ContainsSubstring("ReadOptions::max_megapixels: got "));
    CHECK_THROWS_AS(decode_image(file_bytes(picture("odd.png")), "x", {.max_megapixels = none}), ConfigError);
  }
}

TEST_CASE("A JPEG's orientation is that of its first EXIF segment before the pixels, or XMP's") {
  const Bytes photo = file_bytes(picture("rgb420.jpg"));
  const auto segment = [](const Bytes& body) {
    const std::size_t length = body.size() + 2;
    return png::join({{0xFF, 0xE1, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)}, body});
  };
  const Bytes mark = png::join({text("Exif"), {0, 0}}), xmp = png::join({text("http://ns.adobe.com/xap/1.0/"), {0}});
  const Bytes three = segment(png::join({mark, exif(3)})), six = segment(png::join({mark, exif(6)}));
  const Bytes xmp_six = segment(png::join({xmp, text("<x tiff:Orientation=\"6\"/>")}));
  CHECK(orientation_read(photo, 2, png::join({six, three})) == 6);
  CHECK(orientation_read(photo, 2, xmp_six) == 6);
  CHECK(orientation_read(photo, 2, png::join({xmp_six, three})) == 3);
  CHECK(orientation_read(photo, photo.size() - 2, six) == 1);
}

TEST_CASE("A PNG's orientation is that of its EXIF, of ImageMagick's profile, or XMP's") {
  const Bytes photo = file_bytes(picture("odd.png"));
  const std::size_t at = 8 + 25;  // behind the signature and the header
  std::string digits;
  for (const std::uint8_t byte : png::join({text("Exif"), {0, 0}, exif(6)})) {
    for (const int half : {byte / 16, byte % 16}) digits += "0123456789abcdef"[half];
    if (digits.size() % 73 == 72) digits += '\n';
  }
  const Bytes keyword = png::join({text("Raw profile type exif"), {0}}), profile = text("\nexif\n      32\n" + digits + "\n");
  CHECK(orientation_read(photo, at, png::chunk("tEXt", png::join({keyword, profile}))) == 6);
  CHECK(orientation_read(photo, at, png::chunk("zTXt", png::join({keyword, {0}, png::deflated(profile)}))) == 6);
  CHECK(orientation_read(photo, at, png::join({png::chunk("eXIf", exif(3)), png::chunk("tEXt", png::join({keyword, profile}))})) == 3);
  CHECK(orientation_read(photo, at,
                         png::chunk("iTXt", png::join({text("XML:com.adobe.xmp"), {0, 0, 0, 0, 0}, text("<tiff:Orientation>6")}))) == 6);
  CHECK(orientation_read(photo, at, png::chunk("tEXt", png::join({keyword, text("\nexif")}))) == 1);
  CHECK(orientation_read(photo, at, png::chunk("tEXt", keyword)) == 1);
  CHECK(orientation_read(photo, at, png::chunk("zTXt", png::join({keyword, {0}, text("no deflate")}))) == 1);
}

TEST_CASE("EXIF orientation is ignored as Pillow does or applied as a person sees it") {
  const Image lying = read_image(picture("exif_rotated.jpg"));
  const Image upright = read_image(picture("exif_rotated.jpg"), {ReadAs::person});
  CHECK(lying.size() == ImageSize{53, 37});
  CHECK(upright.size() == ImageSize{37, 53});
  CHECK(pixels_of(upright) == pixels_of(apply_orientation(lying, 6)));
  CHECK(pixels_of(read_image(picture("exif_rotated.jpg"), {.upright = true})) == pixels_of(upright));
  CHECK(pixels_of(read_image(picture("grey16.png"), {.upright = true})) == pixels_of(read_image(picture("grey16.png"))));
}

TEST_CASE("The limit is on pixels, whatever the format and however it is stored") {
  const double pixels = 53 * 37 / 1e6;
  for (const char* name : {"rgb420.jpg", "progressive.jpg", "rgba.png", "interlaced.png"}) {
    CAPTURE(name);
    CHECK(decodes(file_bytes(picture(name)), {.max_megapixels = pixels}));
    CHECK_THROWS_WITH(read_image(picture(name), {.max_megapixels = pixels * 0.999}),
                      ContainsSubstring("claims 53x37 pixels") && ContainsSubstring("ReadOptions::max_megapixels"));
  }
  CHECK_THROWS_AS(read_image(picture("rgb420.jpg"), {.max_megapixels = 0}), Error);
  CHECK_THROWS_AS(read_image(picture("rgb420.jpg"), {.max_megapixels = std::nan("")}), Error);
  CHECK(read_image(picture("rgb420.jpg"), {.max_megapixels = 1e300}).size() == ImageSize{53, 37});

  const TemporaryFolder folder;
  const std::string large = (folder.path() / "large.jpg").string();
  fs::copy_file(picture("rgb420.jpg"), large);
  fs::resize_file(large, 1'100'000);
  CHECK_THROWS_WITH(read_image(large, {.max_megapixels = 0.002}),
                    ContainsSubstring("the file is longer than photos of 0.002 megapixels are"));
  CHECK(read_image(large).size() == ImageSize{53, 37});
}

TEST_CASE("A truncated photo is taken as far as it goes only on request") {
  for (const char* name : {"rgb420.jpg", "progressive.jpg", "noise.png", "interlaced.png"}) {
    CAPTURE(name);
    Bytes bytes = file_bytes(picture(name));
    const Image whole = decode_image(bytes, name);
    bytes.resize(bytes.size() - bytes.size() / 4);
    CHECK_THROWS_WITH(decode_image(bytes, name), ContainsSubstring("too early; is the file truncated?"));
    const Image part = decode_image(bytes, name, {.accept_damaged = true});
    CHECK(part.size() == whole.size());
    CHECK(pixels_of(part) != pixels_of(whole));
    if (name == std::string("progressive.jpg") || name == std::string("interlaced.png")) continue;  // these lose detail everywhere
    CHECK(Bytes(part.pixels().begin(), part.pixels().begin() + 30) == Bytes(whole.pixels().begin(), whole.pixels().begin() + 30));
  }
}

TEST_CASE("Pictures cut anywhere are refused or read, never more") {
  for (const std::string& name : pictures()) {
    const Bytes whole = file_bytes(picture(name));
    CAPTURE(name);
    const Bytes pixels = pixels_of(decode_image(whole, name));
    const std::size_t step = 1 + whole.size() / 150;
    for (std::size_t size = 0; size < whole.size(); size += step) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      // Where only what follows the pixels is lost, they are all there.
      if (decodes(cut, {})) CHECK(pixels_of(decode_image(cut, name)) == pixels);
      decodes(cut, all_options[2]);
    }
  }
}

TEST_CASE("Pictures with flipped bytes are refused or read, never more") {
  std::mt19937 engine(7);
  int refused = 0;
  for (const std::string& name : pictures()) {
    const Bytes whole = file_bytes(picture(name));
    for (int round = 0; round < 60; ++round) {
      Bytes bytes = whole;
      // Headers are where files break in the most ways.
      const std::size_t reach = round % 2 == 0 ? whole.size() : std::min<std::size_t>(whole.size(), 200);
      for (int flips = 0; flips < 1 + round % 3; ++flips) bytes[engine() % reach] = static_cast<std::uint8_t>(engine() >> 24);
      for (const ReadOptions& options : all_options) refused += decodes(bytes, options) ? 0 : 1;
    }
  }
  CHECK(refused > 1000);
}
