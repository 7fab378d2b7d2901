// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/image/read.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

#include <sys/resource.h>

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

const std::vector<ReadOptions> all_options{{}, {ReadAs::person}, {.accept_damaged = true}};

}  // namespace

TEST_CASE("Every hostile picture is refused with file, place and reason, in little memory") {
  std::ifstream file(picture("hostile/manifest.json"));
  const nlohmann::json manifest = nlohmann::json::parse(file);
  int tried = 0;
  for (const auto& entry : manifest.at("files")) {
    const std::string path = picture("hostile/" + entry.at("file").get<std::string>());
    if (!fs::is_regular_file(path)) continue;
    CAPTURE(path);
    CHECK_THROWS_AS(read_image(path), FormatError);
    CHECK_THROWS_WITH(read_image(path), ContainsSubstring(path + ": byte "));
    for (const ReadOptions& options : all_options) decodes(file_bytes(path), options);
    ++tried;
  }
  CHECK(tried >= 30);
#ifndef __SANITIZE_ADDRESS__
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

TEST_CASE("The format goes by content, not by name") {
  CHECK(read_image(picture("jpeg_named.png")).size() == ImageSize{53, 37});
  CHECK_THROWS_WITH(decode_image(Bytes{'G', 'I', 'F', '8'}, "x.jpg"),
                    ContainsSubstring("x.jpg: byte 0: neither a JPEG nor a PNG, PPM or PGM file"));
  CHECK_THROWS_WITH(decode_image({}, "x.jpg"), ContainsSubstring("the file is empty"));
}

TEST_CASE("EXIF orientation is ignored as Pillow does or applied as a person sees it") {
  const Image lying = read_image(picture("exif_rotated.jpg"));
  const Image upright = read_image(picture("exif_rotated.jpg"), {ReadAs::person});
  CHECK(lying.size() == ImageSize{53, 37});
  CHECK(upright.size() == ImageSize{37, 53});
  CHECK(pixels_of(upright) == pixels_of(apply_orientation(lying, 6)));
}

TEST_CASE("The limit on memory counts pixels, the file and what the decoder keeps") {
  const Bytes baseline = file_bytes(picture("rgb420.jpg")), progressive = file_bytes(picture("progressive.jpg"));
  const auto pixels = std::int64_t{53 * 37 * 3};
  const auto limit = [&](const Bytes& bytes, std::int64_t besides) {
    return ReadOptions{ReadAs::pillow, pixels + static_cast<std::int64_t>(bytes.size()) + besides};
  };
  CHECK(decodes(baseline, limit(baseline, 0)));
  CHECK_FALSE(decodes(baseline, limit(baseline, -1)));
  CHECK_FALSE(decodes(progressive, limit(progressive, 0)));
  CHECK(decodes(progressive, limit(progressive, 3 * 4 * (4 + 1 + 1) * 128)));
  CHECK_THROWS_WITH(decode_image(baseline, "x.jpg", {ReadAs::pillow, 1000}),
                    ContainsSubstring("claims 53x37 pixels") && ContainsSubstring("ReadOptions::max_bytes"));
  CHECK_THROWS_WITH(read_image(picture("noise.png"), {ReadAs::pillow, 1000}), ContainsSubstring("byte 1000: the file is longer than this"));
}

TEST_CASE("A damaged JPEG is taken as far as it goes only on request") {
  for (const char* name : {"rgb420.jpg", "progressive.jpg"}) {
    Bytes bytes = file_bytes(picture(name));
    const Image whole = decode_image(bytes, name);
    // Within the last scan.
    bytes.resize(bytes.size() - 20);
    CHECK_THROWS_WITH(decode_image(bytes, name), ContainsSubstring("without its end marker; is it truncated?"));
    const Image part = decode_image(bytes, name, {.accept_damaged = true});
    CHECK(part.size() == whole.size());
    CHECK(pixels_of(part) != pixels_of(whole));
    bytes.push_back(0xFF);
    bytes.push_back(0xD9);
    CHECK_THROWS_WITH(decode_image(bytes, name),
                      ContainsSubstring("in the image data from here on") && ContainsSubstring("accept_damaged"));
  }
}

TEST_CASE("Pictures cut anywhere are refused or read, never more") {
  for (const std::string& name : pictures()) {
    const Bytes whole = file_bytes(picture(name));
    CAPTURE(name);
    CHECK(decodes(whole, {}));
    const std::size_t step = 1 + whole.size() / 150;
    int read = 0;
    for (std::size_t size = 0; size < whole.size(); size += step) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      if (decodes(cut, {})) ++read;
      decodes(cut, all_options[2]);
    }
    if (name != "trailing.jpg") CHECK(read == 0);
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
