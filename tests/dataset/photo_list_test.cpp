// SPDX-License-Identifier: MIT
#include <vpr/dataset/photo_list.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using Names = std::vector<std::string>;

namespace {
Names names(const std::vector<vpr::Photo>& photos) {
  Names all;
  for (const auto& photo : photos) all.push_back(photo.name);
  return all;
}
}  // namespace

TEST_CASE("A folder's photos are found however deep, sorted by the bytes of their whole name") {
  const TemporaryFolder folder;
  for (const char* name :
       {"b.jpg", "a/2.JPG", "a-b/1.jpeg", "a/10.png", "a/x/y/z.ppm", "B.pgm", "notes.txt", "raw.jpg.bak", ".hidden.jpg", ".git/c.jpg"})
    folder.write(name);
  const auto photos = vpr::photos_in_folder(folder.path());
  CHECK(names(photos) == Names{"B.pgm", "a-b/1.jpeg", "a/10.png", "a/2.JPG", "a/x/y/z.ppm", "b.jpg"});
  CHECK(photos[3].path == folder.path() / "a/2.JPG");
  CHECK(names(vpr::photos_in_folder(folder.path() / "")) == names(photos));
}

TEST_CASE("A folder's photos carry the positions of their names") {
  const TemporaryFolder folder;
  folder.write("@1@2@.jpg");
  folder.write("plain.jpg");
  const auto photos = vpr::photos_in_folder(folder.path());
  REQUIRE(photos[0].position);
  CHECK(photos[0].position->north == 2);
  CHECK_FALSE(photos[1].position);
}

TEST_CASE("Links inside a folder are followed, but not those that lead back up") {
  const TemporaryFolder folder, other;
  other.write("far.jpg");
  folder.write("near.jpg");
  std::filesystem::create_directory_symlink(other.path(), folder.path() / "link");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "self");
  std::filesystem::create_directory_symlink(folder.path().parent_path(), folder.path() / "up");
  std::filesystem::create_directory_symlink(folder.path(), other.path() / "round");
  std::filesystem::create_symlink("gone.jpg", folder.path() / "broken.jpg");
  CHECK(names(vpr::photos_in_folder(folder.path())) == Names{"link/far.jpg", "near.jpg"});
}

TEST_CASE("A folder without photos, or none, is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(vpr::photos_in_folder(folder.path()), ContainsSubstring("holds no photo"));
  CHECK_THROWS_AS(vpr::photos_in_folder(folder.path() / "none"), vpr::IoError);
}

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
