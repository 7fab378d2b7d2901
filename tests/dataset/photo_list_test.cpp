// SPDX-License-Identifier: MIT
#include <vpr/dataset/photo_list.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/stat.h>

using Names = std::vector<std::string>;

namespace {
Names names(const std::vector<vpr::Photo>& photos) {
  Names all;
  for (const auto& photo : photos) all.push_back(photo.name);
  return all;
}

std::string utf16(std::string_view text, bool big_endian) {
  std::string bytes = big_endian ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) bytes += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}
}  // namespace

TEST_CASE("A list names photos relative to its own folder, in its order") {
  const TemporaryFolder folder;
  const auto absolute = folder.write("else where/c d.jpg");
  folder.write("sub/b.jpg");
  folder.write("sub/a.jpg");
  const auto list =
      folder.write("sub/list.txt", "\xEF\xBB\xBF# photos\r\n\r\n  b.jpg \r\na.jpg\n\t\n../else where/c d.jpg\n" + absolute.string());
  const auto photos = vpr::photos_in_list(list);
  CHECK(names(photos) == Names{"b.jpg", "a.jpg", "../else where/c d.jpg", absolute.string()});
  CHECK(photos[0].path == folder.path() / "sub/b.jpg");
  CHECK(photos[3].path == absolute);
}

TEST_CASE("Photos that a list names and that are missing are told with list and line") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  const auto list = folder.write("list.txt", "a.jpg\nb.jpg\n\nc.jpg\n.\n");
  CHECK_THROWS_WITH(vpr::photos_in_list(list), ContainsSubstring("list.txt:2: no photo at") &&
                                                   ContainsSubstring("list.txt:4: no photo at") &&
                                                   ContainsSubstring("3 of 4 photos are missing"));
  CHECK_THROWS_AS(vpr::photos_in_list(list), vpr::IoError);
}

TEST_CASE("What is no list is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(vpr::photos_in_list(folder.write("empty.txt", "")), ContainsSubstring("empty.txt: names no photo"));
  CHECK_THROWS_WITH(vpr::photos_in_list(folder.write("comment.txt", "# nothing\n")), ContainsSubstring("names no photo"));
  CHECK_THROWS_WITH(vpr::photos_in_list(folder.write("photo.bmp", std::string_view("BM\0\0", 4))),
                    ContainsSubstring("expected a text file"));
  CHECK_THROWS_AS(vpr::photos_in_list(folder.path() / "none.txt"), vpr::IoError);
}

TEST_CASE("A list may end its lines as any system does, and be in UTF-16") {
  const TemporaryFolder folder;
  for (const char* name : {"a.jpg", "b.jpg"}) folder.write(name);
  for (const std::string& text : {std::string("a.jpg\rb.jpg\r"), std::string("a.jpg\rb.jpg"), std::string("a.jpg\r\nb.jpg"),
                                  utf16("a.jpg\r\nb.jpg\r\n", false), utf16("a.jpg\nb.jpg", true)})
    CHECK(names(vpr::photos_in_list(folder.write("list.txt", text))) == Names{"a.jpg", "b.jpg"});
  CHECK_THROWS_WITH(vpr::photos_in_list(folder.write("list.txt", utf16("a.jpg\n", false).substr(2))),
                    ContainsSubstring("UTF-16 without a byte order mark has to be saved as UTF-8"));
}

TEST_CASE("hloc's query lists and TUM's rgb.txt are lists of photos") {
  const TemporaryFolder folder;
  for (const char* name : {"night/a.jpg", "b c.jpg", "rgb/1305031102.175304.png"}) folder.write(name);
  CHECK(names(vpr::photos_in_list(folder.write("hloc.txt",
                                               "night/a.jpg SIMPLE_RADIAL 1600 1200 1469.2 800.0 600.0 -0.03\n"
                                               "night/a.jpg PINHOLE 1600 1200 1 2 3 4\n"))) == Names{"night/a.jpg", "night/a.jpg"});
  CHECK(names(vpr::photos_in_list(folder.write("rgb.txt",
                                               "# color images\n# file: 'rgbd.bag'\n# timestamp filename\n"
                                               "1305031102.175304 rgb/1305031102.175304.png\n"))) == Names{"rgb/1305031102.175304.png"});
  CHECK(names(vpr::photos_in_list(folder.write("associations.txt", "1.5 night/a.jpg 1.6 depth/1.png\n"))) == Names{"night/a.jpg"});
  CHECK(names(vpr::photos_in_list(folder.write("plain.txt", "b c.jpg\n"))) == Names{"b c.jpg"});
  CHECK_THROWS_WITH(vpr::photos_in_list(folder.write("bad.txt", "night/a.jpg CAMERA 1 2\n")), ContainsSubstring("bad.txt:1: no photo at"));
}

TEST_CASE("A list holds names of any bytes, as they are or escaped, and backslashes for slashes") {
  const TemporaryFolder folder;
  const Names all{"caf\xE9.jpg", "#1.jpg", " b .jpg", "x\\y.jpg", "tab\there.jpg", "line\nend.jpg", "sub/z.jpg", "1 PINHOLE.jpg"};
  for (const auto& name : all) folder.write(name);
  std::string literal, written;
  for (const auto& name : all) {
    if (name.find('\n') == name.npos) literal += name + "\n";
    written += vpr::escaped(name) + "\n";
  }
  Names without_line_end = all;
  std::erase(without_line_end, "line\nend.jpg");
  CHECK(names(vpr::photos_in_list(folder.write("literal.txt", literal))) == without_line_end);
  CHECK(names(vpr::photos_in_list(folder.write("written.txt", written))) == all);
  CHECK(names(vpr::photos_in_list(folder.write("windows.txt", "sub\\z.jpg\r\n"))) == Names{"sub/z.jpg"});
  CHECK_THROWS_AS(vpr::photos_in_list(folder.write("zero.txt", "sub/z.jpg\\x00\n")), vpr::IoError);
}

TEST_CASE("A table in the place of a list is refused with the cause") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  CHECK_THROWS_WITH(vpr::photos_in_list(folder.write("list.txt", "path;lat;lon\na.jpg;1;2\n")),
                    ContainsSubstring("list.txt:1: no photo") && ContainsSubstring("name a table with several fields .csv"));
}

TEST_CASE("A device, a pipe or a folder is no list") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  for (const std::string& path : {std::string("/dev/zero"), std::string("/dev/null"), folder.file("pipe")})
    CHECK_THROWS_WITH(vpr::photos_in_list(path), ContainsSubstring("is a device, a pipe or a socket"));
  CHECK_THROWS_WITH(vpr::photos_in_list(folder.path()), ContainsSubstring("is a folder"));
}
