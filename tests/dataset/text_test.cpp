// SPDX-License-Identifier: MIT
#include <vpr/dataset/text.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/german.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>

using vpr::detail::parse_number;

TEST_CASE("Numbers in text are read in the C locale, whole and finite") {
  const German locale;
  CHECK(parse_number("48.85837") == 48.85837);
  CHECK(parse_number(" -0.5\r") == -0.5);
  CHECK(parse_number("+7e3") == 7000.0);
  CHECK(parse_number("0000000.00") == 0.0);
  CHECK(parse_number("-0") == 0.0);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("1e-999") == 0.0);
  for (const char* none : {"",    " ",   "-",   "+",    "+-1", "--1",       "1,5",   "1.5.2",  "0x10",     "1e",       "e5",
                           "1 2", "one", "nan", "-nan", "inf", "-Infinity", "1e999", "-1e999", "\xD9\xA1", "1\xC2\xA0"}) {
    CAPTURE(none);
    CHECK_FALSE(parse_number(none));
  }
  CHECK(std::isinf(*vpr::detail::parse_any_number("-1e999")));
  CHECK(std::isnan(*vpr::detail::parse_any_number("nan")));
  CHECK(vpr::detail::fixed(1234.5, 2) == "1234.50");
}

TEST_CASE("UTF-16 text becomes UTF-8") {
  const TemporaryFolder folder;
  const auto read = [&](std::string_view bytes) { return vpr::detail::read_text(folder.write("t.txt", bytes)); };
  CHECK(read({"\xFF\xFE\x61\x00\xE9\x00\xAC\x20\x3D\xD8\x00\xDE", 12}) == "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(read({"\xFE\xFF\x00\x61\x00\xE9\x20\xAC\xD8\x3D\xDE\x00", 12}) == "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(read({"\xFF\xFE", 2}).empty());
  CHECK_THROWS_WITH(read({"\xFF\xFE\x61", 3}), ContainsSubstring("is no UTF-16"));              // half a character
  CHECK_THROWS_WITH(read({"\xFF\xFE\x3D\xD8\x61\x00", 6}), ContainsSubstring("is no UTF-16"));  // half a pair
  CHECK_THROWS_WITH(read({"\xFF\xFE\x00\xDE", 4}), ContainsSubstring("is no UTF-16"));
  CHECK_THROWS_WITH(read({"\xFF\xFE\x61\x00\x00\x00", 6}), ContainsSubstring("is no UTF-16"));  // a zero
  CHECK_THROWS_WITH(read({"\xFF\xFE\0\0a\0\0\0", 8}), ContainsSubstring("is UTF-32"));
  CHECK_THROWS_WITH(read({"ab\0", 3}), ContainsSubstring("byte 2 is zero"));
}

TEST_CASE("A text's zero byte is found wherever it is") {
  const TemporaryFolder folder;
  std::string text(200000, 'a');
  text[150000] = '\0';
  CHECK_THROWS_WITH(vpr::detail::read_text(folder.write("t.txt", text)), ContainsSubstring("byte 150000 is zero"));
  text[150000] = 'b';
  CHECK(vpr::detail::read_text(folder.write("t.txt", text)) == text);
}

TEST_CASE("Lines are those between line ends") {
  using Lines = std::vector<std::string_view>;
  CHECK(vpr::detail::lines_of("a\r\n\nb") == Lines{"a", "", "b"});
  CHECK(vpr::detail::lines_of("a\n") == Lines{"a"});
  CHECK(vpr::detail::lines_of("").empty());
}
