// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/zip.hpp>
#include <vpr/io/zip_writer.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstring>
#include <span>
#include <string>
#include <vector>

using vpr::ZipArchive;

static std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

/// An archive of the entries `a` ("hello") and `folder/b` (70000 times x), as ZipWriter makes it.
static std::string archive() {
  const TemporaryFolder folder;
  vpr::AtomicFile file(folder.file("a.zip"));
  vpr::ZipWriter writer(file);
  writer.add("a", bytes("hel"), bytes("lo"));
  writer.add("folder/b", {}, bytes(std::string(70000, 'x')));
  writer.finish();
  file.commit();
  return file_content(folder.file("a.zip"));
}

static void refused(const std::string& content, const std::string& reason) {
  const auto open = [&content] {
    const ZipArchive zip(bytes(content));
    for (const auto& [name, entry] : zip.entries()) zip.verify(name);
  };
  CHECK_THROWS_AS(open(), vpr::FormatError);
  CHECK_THROWS_WITH(open(), ContainsSubstring(reason));
}

TEST_CASE("zip: what ZipWriter writes with ZIP64 records is read back") {
  const std::string content = archive();
  const ZipArchive zip(bytes(content));
  REQUIRE(zip.entries().size() == 2);
  CHECK(zip.at("a").size == 5);
  CHECK(!zip.at("a").deflated);
  std::vector<std::byte> inflated;
  const auto hello = zip.content("a", 5, inflated);
  CHECK(hello.size() == 5);
  CHECK(std::memcmp(hello.data(), "hello", 5) == 0);
  CHECK(zip.find("b") == nullptr);
  CHECK_NOTHROW(zip.verify("folder/b"));
  CHECK_THROWS_WITH(zip.at("../a"), ContainsSubstring("no entry '../a'"));
  CHECK(zip.content_size() == 70005);
}

TEST_CASE("zip: deflated entries are inflated and checked") {
  const std::string content = file_content(vpr::test::data("/checkpoints_bad/ckpt_bad_zip_deflated_pickle.pth"));
  const ZipArchive zip(bytes(content));
  REQUIRE(zip.at("archive/data.pkl").deflated);
  std::vector<std::byte> inflated;
  CHECK(zip.content("archive/data.pkl", 1 << 20, inflated).size() == zip.at("archive/data.pkl").size);
  CHECK_THROWS_WITH(zip.content("archive/data.pkl", 4, inflated), ContainsSubstring("bytes, at most 4 are allowed"));

  vpr::Inflater inflater(zip.at("archive/data.pkl").bytes);
  inflater.skip(zip.at("archive/data.pkl").size);
  std::byte more;
  CHECK_THROWS_WITH(inflater.read(std::span(&more, 1)), ContainsSubstring("ends early"));
  CHECK_THROWS_AS(vpr::Inflater(bytes("\xff\xff\xff\xff")).read(std::span(&more, 1)), vpr::FormatError);
}

TEST_CASE("zip: damage is refused") {
  const std::string good = archive();
  refused("", "no end of central directory");
  refused("PK\3\4", "no end of central directory");
  refused(good.substr(0, good.size() - 1), "no end of central directory");
  refused(good.substr(1), "central directory");
  std::string flipped = good;
  flipped[good.find("hello")] = 'j';
  refused(flipped, "entry 'a' is damaged: its CRC-32 is wrong");
  const auto changed = [&good](std::size_t at, char value) {
    std::string content = good;
    content[at] = value;
    return content;
  };
  const std::size_t central = good.find("PK\1\2");
  refused(changed(central + 8, 1), "entry 'a' is encrypted");
  refused(changed(central + 10, 99), "entry 'a' is compressed by method 99");
  refused(changed(central + 46, 'z'), "entry 'z' has another name in its local header");
  refused(changed(central + 47 + 4, 6), "entry 'a' claims 6 bytes, which its 5 stored bytes cannot hold");
  refused(changed(central + 47 + 20, 7), "has no local header at byte 7");
  const std::size_t end = good.find("PK\6\6");
  refused(changed(end + 32, 3), "fewer entries than the archive claims");
  refused(changed(end + 32, 1), "more than the 1 entries");
  refused(changed(end + 48, 1), "does not end where the archive says");
}

TEST_CASE("zip: entries that lie over each other, which would multiply what is in the file, are refused") {
  std::string content = archive();
  const std::size_t second = content.find("PK\3\4", 4);
  // The first entry's data begin at its header + 30 + its name + its extra field; a longer extra field moves them into the second entry.
  content[28] = static_cast<char>(content[28] + second);
  refused(content, "reaches into what follows it");
}

TEST_CASE("zip: what zlib holds back when all input is consumed is read too") {
  const std::string compressed("\x63\x60\x18\x05\xa3\x60\x14\x0c\x77\x00\x00", 11);  // 1000 zero bytes
  vpr::Inflater inflater(bytes(compressed));
  std::byte value;
  for (int i = 0; i < 1000; ++i) {
    value = std::byte{1};
    REQUIRE(inflater.some(std::span(&value, 1)) == 1);
    REQUIRE(value == std::byte{0});
  }
  CHECK(inflater.some(std::span(&value, 1)) == 0);
}
