// SPDX-License-Identifier: MIT
#include <vpr/io/mapped_file.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <utility>

#include <sys/stat.h>

using vpr::IoError;
using vpr::MappedFile;

TEST_CASE("mapped file: the bytes of the file, also after they were released and after a move") {
  const TemporaryFolder folder;
  const std::string content(100'000, 'v');
  MappedFile file(folder.write("f", content));
  REQUIRE(file.bytes().size() == content.size());
  CHECK(file.bytes()[99'999] == std::byte{'v'});
  file.release(file.bytes());
  file.release(file.bytes().subspan(1, 3));
  CHECK(file.bytes()[50'000] == std::byte{'v'});
  MappedFile moved = std::move(file);
  CHECK(moved.bytes()[0] == std::byte{'v'});
  CHECK(moved.path() == folder.file("f"));
}

TEST_CASE("mapped file: what is no readable file is refused by path and reason") {
  const TemporaryFolder folder;
  const auto says = [](const std::string& path, const std::string& reason) {
    CHECK_THROWS_AS(MappedFile(path), IoError);
    CHECK_THROWS_WITH(MappedFile(path), ContainsSubstring(path) && ContainsSubstring(reason));
  };
  says(folder.file("none"), "cannot be opened: No such file or directory");
  says(folder.path().string(), "is a directory");
  says(folder.write("empty", ""), "is empty");
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  says(folder.file("pipe"), "is not a regular file");
}
