// SPDX-License-Identifier: MIT
#include <vpr/io/file_kind.hpp>

#include "tests/support/catch.hpp"

#include <map>
#include <string>

using vpr::detail::FileKind;
using Metadata = std::map<std::string, std::string>;

TEST_CASE("file kind: a file is of the kind that it was marked with, and of no other") {
  Metadata metadata{{"source", "here"}};
  FileKind{"map"}.mark(metadata);
  CHECK(metadata == Metadata{{"format", "vpr map"}, {"format_version", "1"}, {"source", "here"}});
  CHECK(FileKind{"map"}.is_kind_of(metadata, "f"));
  CHECK_THROWS_AS(FileKind{"index"}.is_kind_of(metadata, "f"), vpr::FormatError);
  CHECK_THROWS_WITH(FileKind{"index"}.is_kind_of(metadata, "f"), "f: is a vpr map, expected a vpr index");
  FileKind::unmark(metadata);
  CHECK(metadata == Metadata{{"source", "here"}});
}

TEST_CASE("file kind: a newer version is refused, an older one and none are not") {
  const auto said = [](const std::string& version) {
    return FileKind{"map", 2}.is_kind_of({{"format", "vpr map"}, {"format_version", version}}, "f");
  };
  CHECK(said("1"));
  CHECK(said("2"));
  CHECK_THROWS_WITH(said("3"), "f: is a vpr map of version 3, this vpr reads up to 2: update it");
  for (const char* bad : {"", "x", "0", "-1", "1.5", "99999999999999999999"}) {
    CHECK_THROWS_WITH(said(bad), ContainsSubstring("has the format version '"));
  }
  CHECK(FileKind{"map"}.is_kind_of({{"format", "vpr map"}}, "f"));
  CHECK(!FileKind{"map"}.is_kind_of({}, "f"));
  CHECK(!FileKind{"map"}.is_kind_of({{"format", "pt"}, {"format_version", "9"}}, "f"));
}
