// SPDX-License-Identifier: MIT
#include <vpr/core/error.hpp>
#include <vpr/core/printable.hpp>

#include <tests/support/catch.hpp>

#include <string>

using namespace vpr;

TEST_CASE("text to show keeps UTF-8, line ends and tabs, and escapes every other byte") {
  CHECK(printable("Zürich\tcafé \xF0\x9F\x93\xB7\n") == "Zürich\tcafé \xF0\x9F\x93\xB7\n");
  CHECK(printable("caf\xE9.jpg") == "caf\\xE9.jpg");
  CHECK(printable("\x1B[31mred") == "\\x1B[31mred");
  CHECK(printable("a\\b") == "a\\b");
}

TEST_CASE("overlong forms, surrogates, characters beyond the last one and cut ones are not UTF-8") {
  CHECK(printable("\xC0\xAF") == "\\xC0\\xAF");
  CHECK(printable("\xE0\x80\xAF") == "\\xE0\\x80\\xAF");
  CHECK(printable("\xED\xA0\x80") == "\\xED\\xA0\\x80");
  CHECK(printable("\xF4\x90\x80\x80") == "\\xF4\\x90\\x80\\x80");
  CHECK(printable("\xE2\x82") == "\\xE2\\x82");
  CHECK(printable("\xC2\x9B") == "\\xC2\\x9B");
}

TEST_CASE("any bytes come back from their escaped form") {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& name : {all, std::string("\\x41"), std::string("a\nb"), std::string("\\"), std::string("é\\\\x")}) {
    CHECK(unescaped(escaped(name)) == name);
    CHECK(escaped(name).find('\n') == std::string::npos);
  }
  CHECK(escaped("a\\b\n") == "a\\\\b\\x0A");
}

TEST_CASE("an error's message is UTF-8 whatever it names") {
  CHECK_THROWS_WITH(fail<IoError>("caf\xE9.jpg", ": is a directory"), "caf\\xE9.jpg: is a directory");
}
