// SPDX-License-Identifier: MIT
#include <vpr/dataset/csv.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using Fields = std::vector<std::string>;

namespace {
vpr::CsvTable parse(std::string_view text) {
  const TemporaryFolder folder;
  return vpr::read_csv(folder.write("t.csv", text));
}
}  // namespace

TEST_CASE("A CSV file is read row by row, with the line of each") {
  const auto table = parse("a,b\n1,2\n\n3,4\n");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0].fields == Fields{"a", "b"});
  CHECK(table.rows[2].fields == Fields{"3", "4"});
  CHECK(table.rows[2].line == 4);
  CHECK_THAT(table.place(table.rows[2]), ContainsSubstring("t.csv:4"));
}

TEST_CASE("A CSV file may have CRLF, a byte order mark, and no last line end") {
  const auto table = parse(
      "\xEF\xBB\xBF"
      "a,b\r\n1,\r\n,2");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0].fields == Fields{"a", "b"});
  CHECK(table.rows[1].fields == Fields{"1", ""});
  CHECK(table.rows[2].fields == Fields{"", "2"});
}

TEST_CASE("A quoted CSV field may hold commas, quotes and line ends") {
  const auto table = parse("\"a,\"\"x\"\"\",\"two\nlines\"\n\"\",3\nlast,4");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0].fields == Fields{"a,\"x\"", "two\nlines"});
  CHECK(table.rows[1].fields == Fields{"", "3"});
  CHECK(table.rows[1].line == 3);
}

TEST_CASE("An empty CSV file has no rows") {
  CHECK(parse("").rows.empty());
  CHECK(parse("\n\r\n  \n").rows.empty());
  CHECK_FALSE(parse("").column({"a"}));
}

TEST_CASE("CSV columns are found by name whatever the case") {
  const auto table = parse("Path, Lat ,LON\nx,1,2\n");
  CHECK(table.column({"path"}) == 0u);
  CHECK(table.column({"latitude", "lat"}) == 1u);
  CHECK(table.column({"lon"}) == 2u);
  CHECK_FALSE(table.column({"lo"}));
}

TEST_CASE("A column that is looked for by a name that two columns have is refused") {
  const auto table = parse("path,utm_east,UTM_East ,note,note\nx,1,2,a,b\n");
  CHECK_THROWS_AS(table.column({"utm_east"}), vpr::FormatError);
  CHECK_THROWS_WITH(table.column({"utm_east"}), ContainsSubstring("t.csv:1: columns 2 and 3 are both called `utm_east`"));
  CHECK(table.column({"path"}) == 0u);
}

TEST_CASE("A table's fields may be separated by semicolons or tabs") {
  const auto semicolons = parse("path;latitude\na,b.jpg;48,85\n");
  CHECK(semicolons.separator == ';');
  CHECK(semicolons.rows[1].fields == Fields{"a,b.jpg", "48,85"});
  CHECK(parse("path\tx\na b\t1\n").rows[1].fields == Fields{"a b", "1"});
  CHECK(parse("\r\n\"a;b;c\",d\n1,2\n").rows[0].fields == Fields{"a;b;c", "d"});
  CHECK(parse("path\na;b.jpg\n").rows[1].fields == Fields{"a;b.jpg"});
  CHECK(parse("sep=;\npath;x\na;1\n").rows[1].fields == Fields{"a", "1"});
  CHECK(parse("sep=;\r\npath;x\r\na;1\r\n").rows[1].line == 3);
  CHECK_THROWS_WITH(parse("a;b\n1;2;3\n"), ContainsSubstring("t.csv:2: found 3 fields, expected 2"));
}

TEST_CASE("A CSV file may end its lines by CR, and be in UTF-16") {
  CHECK(parse("a,b\r1,2\r").rows[1].fields == Fields{"1", "2"});
  CHECK(parse({"\xFF\xFE\x61\0,\0b\0\n\0\x31\0,\0\x32\0", 16}).rows[1].fields == Fields{"1", "2"});
}

TEST_CASE("Bad CSV rows are named with file and line") {
  CHECK_THROWS_WITH(parse("a,b\n1,2\n1,2,3\n"), ContainsSubstring("t.csv:3: found 3 fields, expected 2 as in line 1"));
  CHECK_THROWS_WITH(parse("a,b\n\"1,2\n3,4\n"), ContainsSubstring("t.csv:2: a quoted field is never closed"));
  CHECK_THROWS_WITH(parse("a,b\n1\"x\",2\n"), ContainsSubstring("t.csv:2: found a quote inside"));
  CHECK_THROWS_WITH(parse("a,b\n\"1\"x,2\n"), ContainsSubstring("t.csv:2: found text after a closing quote"));
  CHECK_THROWS_AS(parse(std::string_view("a,b\n\0,2\n", 8)), vpr::FormatError);
  CHECK_THROWS_AS(vpr::read_csv("no/such.csv"), vpr::IoError);
  CHECK_THROWS_WITH(vpr::read_csv("/"), ContainsSubstring("is a folder"));
}

TEST_CASE("Any bytes give a CSV table or a named error") {
  std::uint32_t state = 1;
  const std::string_view alphabet = "a,\"\r\n";
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += alphabet[(state = state * 1664525u + 1013904223u) >> 24 & 7u ? (state >> 16) % 5 : 0];
    try {
      const auto table = parse(text);
      for (const auto& row : table.rows) CHECK(row.fields.size() == table.rows[0].fields.size());
    } catch (const vpr::FormatError& error) {
      CHECK_THAT(error.what(), ContainsSubstring("t.csv:"));
    }
  }
}
