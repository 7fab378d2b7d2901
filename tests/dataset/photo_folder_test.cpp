// SPDX-License-Identifier: MIT
#include <vpr/dataset/photo_folder.hpp>

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
}  // namespace

TEST_CASE("A folder's photos are found however deep, sorted by the bytes of their whole name") {
  const TemporaryFolder folder;
  for (const char* name : {"b.jpg", "a/2.JPG", "a-b/1.jpeg", "a/10.png", "a/x/y/z.ppm", "B.pgm", "c.pbm", "notes.txt", "raw.jpg.bak",
                           ".hidden.jpg", ".git/c.jpg"})
    folder.write(name);
  const auto photos = vpr::photos_in_folder(folder.path());
  CHECK(names(photos) == Names{"B.pgm", "a-b/1.jpeg", "a/10.png", "a/2.JPG", "a/x/y/z.ppm", "b.jpg", "c.pbm"});
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

namespace {
Names reasons(const std::vector<vpr::BadPhoto>& left_out) {
  Names all;
  for (const auto& bad : left_out) all.push_back(bad.reason);
  return all;
}
}  // namespace

TEST_CASE("Pictures and videos of a folder that are not read are named, lists and tables are not") {
  const TemporaryFolder folder;
  for (const char* name :
       {"a.jpg", "b.JXL", "sub/c.mp4", "d.CR2", "notes.txt", "t.csv", "x.json", "README.md", "README", ".e.mp4", "f.npy"})
    folder.write(name);
  std::vector<vpr::BadPhoto> left_out;
  CHECK(names(vpr::photos_in_folder(folder.path(), &left_out)) == Names{"a.jpg"});
  REQUIRE(left_out.size() == 3);
  CHECK(left_out[0].path == folder.file("b.JXL"));
  CHECK(left_out[1].path == folder.file("d.CR2"));
  CHECK(left_out[2].reason == folder.file("sub/c.mp4") + ": is of a format that is not read");
}

TEST_CASE("Files whose names end as photos' are photos, whether their format can be read or not") {
  for (const char* name :
       {"a.jpg", "a.JPEG", "a.png", "a.ppm", "a.pgm", "a.webp", "a.bmp", "a.tif", "a.TIFF", "a.gif", "a.heic", "a.heif", "a.avif"})
    CHECK(vpr::is_photo_name(name));
  for (const char* name : {"a", "jpg", ".jpg", "a.jpg.bak", "a.jpg~", "a.txt", "a.mp4", "a.jp2"}) CHECK_FALSE(vpr::is_photo_name(name));
}

TEST_CASE("Links, pipes and devices in place of photos are named, and never waited for") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  namespace fs = std::filesystem;
  fs::create_symlink("gone.jpg", folder.path() / "broken.jpg");
  fs::create_symlink("loop.jpg", folder.path() / "loop.jpg");
  fs::create_symlink("round", folder.path() / "round");
  fs::create_symlink("/dev/zero", folder.path() / "zero.png");
  fs::create_symlink("gone.txt", folder.path() / "list.txt");
  REQUIRE(::mkfifo(folder.file("pipe.jpg").c_str(), 0600) == 0);
  fs::create_directory(folder.path() / "folder.jpg");
  std::vector<vpr::BadPhoto> left_out;
  CHECK(names(vpr::photos_in_folder(folder.path(), &left_out)) == Names{"a.jpg"});
  const Names all = reasons(left_out);
  REQUIRE(all.size() == 4);
  CHECK_THAT(all[0], ContainsSubstring("broken.jpg: is a link that cannot be followed"));
  CHECK_THAT(all[1], ContainsSubstring("loop.jpg: is a link that cannot be followed"));
  CHECK_THAT(all[2], ContainsSubstring("pipe.jpg: is a device, a pipe or a socket"));
  CHECK_THAT(all[3], ContainsSubstring("zero.png: is a device, a pipe or a socket"));
}

TEST_CASE("A link to a folder that is missing is an error, for its photos would be missing") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  std::filesystem::create_directory_symlink("not_mounted", folder.path() / "night");
  CHECK_THROWS_WITH(vpr::photos_in_folder(folder.path()), ContainsSubstring("night: is a link that cannot be followed"));
  CHECK_THROWS_AS(vpr::photos_in_folder(folder.path()), vpr::IoError);
}

TEST_CASE("A folder that links lead to in two ways has its photos twice, and links that multiply end in a sentence") {
  const TemporaryFolder folder;
  folder.write("val/a.jpg");
  std::filesystem::create_directory_symlink("val", folder.path() / "test");
  CHECK(names(vpr::photos_in_folder(folder.path())) == Names{"test/a.jpg", "val/a.jpg"});
  for (int from = 0; from < 9; ++from) {
    std::filesystem::create_directory(folder.path() / std::to_string(from));
    for (int to = 0; to < 9; ++to)
      std::filesystem::create_directory_symlink("../" + std::to_string(to), folder.path() / std::to_string(from) / std::to_string(to));
  }
  CHECK_THROWS_WITH(vpr::photos_in_folder(folder.path()), ContainsSubstring("links lead here in more than 100 ways"));
}

TEST_CASE("Names of any bytes are found in a folder") {
  const TemporaryFolder folder;
  const Names all{"\x01\n.jpg", " a .jpg", "#c.jpg", "caf\xE9.jpg", "x\\y.jpg"};
  for (const auto& name : all) folder.write(name);
  CHECK(names(vpr::photos_in_folder(folder.path())) == all);
}

TEST_CASE("A folder of other things says what it holds") {
  const TemporaryFolder folder;
  folder.write("a.mp4");
  CHECK_THROWS_WITH(vpr::photos_in_folder(folder.path()),
                    ContainsSubstring("holds no photo") && ContainsSubstring("a.mp4: is of a format"));
}
