// SPDX-License-Identifier: MIT
#include <vpr/io/protobuf.hpp>

#include "tests/support/catch.hpp"

#include <span>
#include <string_view>

using vpr::ProtobufReader;
using namespace std::string_view_literals;

static ProtobufReader reader(std::string_view text) { return ProtobufReader(std::as_bytes(std::span(text))); }

TEST_CASE("protobuf: numbers, texts, fixed fields and packed lists") {
  auto message = reader("\x08\x96\x01\x12\x02hi\x1d....\x21........\x2a\x03\x01\x80\x01"sv);
  REQUIRE(message.next());
  CHECK(message.field() == 1);
  CHECK(message.is_number());
  CHECK(message.number() == 150);
  REQUIRE(message.next());
  CHECK(message.text() == "hi");
  CHECK_THROWS_WITH(message.number(), ContainsSubstring("field 2 is no whole number"));
  REQUIRE(message.next());
  CHECK(message.field() == 3);
  CHECK_THROWS_WITH(message.bytes(), ContainsSubstring("field 3 is no text or message"));
  REQUIRE(message.next());
  REQUIRE(message.next());
  ProtobufReader packed(message.bytes());
  CHECK(packed.varint() == 1);
  CHECK(packed.varint() == 128);
  CHECK(packed.done());
  CHECK(!message.next());
}

TEST_CASE("protobuf: the largest number, and none beyond") {
  CHECK(reader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv).varint() == 0xffffffffffffffffU);
  CHECK_THROWS_WITH(reader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv).varint(), ContainsSubstring("more than 64 bits"));
  CHECK_THROWS_AS(reader("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"sv).varint(), vpr::FormatError);
}

TEST_CASE("protobuf: cut and unknown fields are refused") {
  CHECK(!reader(""sv).next());
  CHECK_THROWS_WITH(reader("\x08"sv).next(), ContainsSubstring("claims 1 bytes, 0 are left"));
  CHECK_THROWS_WITH(reader("\x12\x05hi"sv).next(), ContainsSubstring("claims 5 bytes, 2 are left"));
  CHECK_THROWS_WITH(reader("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv).next(),
                    ContainsSubstring("claims 18446744073709551615 bytes"));
  CHECK_THROWS_WITH(reader("\x0b"sv).next(), ContainsSubstring("unknown wire type 3"));
  CHECK_THROWS_WITH(reader("\x00\x00"sv).next(), ContainsSubstring("field 0"));
}
