// SPDX-License-Identifier: MIT
#include <vpr/io/pickle.hpp>

#include "tests/support/catch.hpp"

#include <span>
#include <string>
#include <string_view>

using vpr::FormatError;
using vpr::Pickle;
using Kind = vpr::PickleValue::Kind;
using namespace std::string_view_literals;

static Pickle read(std::string_view text) { return Pickle(std::as_bytes(std::span(text))); }

static void refused(std::string_view text, const std::string& reason) {
  CHECK_THROWS_AS(read(text), FormatError);
  CHECK_THROWS_WITH(read(text), ContainsSubstring("pickle, byte ") && ContainsSubstring(reason));
}

TEST_CASE("pickle: numbers of every length and sign") {
  CHECK(read("\x80\x02K\xff."sv).root().integer == 255);
  CHECK(read("\x80\x02M\x01\x02."sv).root().integer == 513);
  CHECK(read("\x80\x02J\xfe\xff\xff\xff."sv).root().integer == -2);
  CHECK(read("\x80\x02\x8a\x00."sv).root().integer == 0);
  CHECK(read("\x80\x02\x8a\x01\x80."sv).root().integer == -128);
  CHECK(read("\x80\x02\x8a\x05\x00\x00\x00\x00\x01."sv).root().integer == std::int64_t{1} << 32);
  CHECK(read("\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01."sv).root().kind == Kind::large_integer);
  CHECK(read("\x80\x02G\xbf\xf8\x00\x00\x00\x00\x00\x00."sv).root().real() == -1.5);
  CHECK(read("\x80\x02\x88."sv).root().kind == Kind::boolean);
}

TEST_CASE("pickle: containers, the memo, and how many bytes were read") {
  const auto text =
      "\x80\x02}q\x00(X\x01\x00\x00\x00"
      "a]q\x01(K\x01K\x02"
      "eX\x01\x00\x00\x00"
      "bh\x01u.rest"sv;
  const Pickle pickle = read(text);
  CHECK(pickle.size() == text.size() - 4);
  REQUIRE(pickle.root().kind == Kind::dictionary);
  REQUIRE(pickle.root().items.size() == 4);
  CHECK(pickle[pickle.root().items[0]].text == "a");
  CHECK(pickle.root().items[1] == pickle.root().items[3]);
  CHECK(pickle[pickle.root().items[1]].items.size() == 2);
}

TEST_CASE("pickle: a call is noted, not made; an OrderedDict becomes a dictionary in both Pythons' ways") {
  const Pickle call = read(
      "\x80\x02"
      "cnumpy\ndtype\nX\x02\x00\x00\x00"
      "f4\x85R."sv);
  REQUIRE(call.root().kind == Kind::call);
  CHECK(call.is_global(call[call.root().items[0]], "numpy", "dtype"));
  CHECK(call.maker(call.root()) == "numpy.dtype");
  CHECK(read("\x80\x02"
             "ccollections\nOrderedDict\n)R."sv)
            .root()
            .kind == Kind::dictionary);
  const Pickle pairs = read(
      "\x80\x02"
      "ccollections\nOrderedDict\n]](U\x01xK\x07"
      "ea\x85R."sv);
  REQUIRE(pairs.root().kind == Kind::dictionary);
  CHECK(pairs[pairs.root().items.at(1)].integer == 7);
}

TEST_CASE("pickle: whatever is mentioned or called is a placeholder with its name, by every opcode that calls") {
  CHECK(read("\x80\x04\x8c\x05posix\x8c\x06system\x93."sv).root().kind == Kind::global);
  for (const std::string_view text :
       {"\x80\2ca.b\nC\n)R."sv, "\x80\2ca.b\nC\n)\x81."sv, "\x80\4ca.b\nC\n)}\x92."sv, "\x80\2(ca.b\nC\nK\1o."sv, "\x80\2(K\1ia.b\nC\n."sv,
        "\x80\2ca.b\nC\n)R)R."sv, "\x80\4\x8c\3a.b\x8c\1C\x93)R."sv}) {
    const Pickle pickle = read(text);
    REQUIRE(pickle.root().kind == Kind::call);
    CHECK(pickle.maker(pickle.root()) == "a.b.C");
  }
  const Pickle with_state = read("\x80\2ca\nC\n)\x81}b."sv);
  CHECK(with_state.root().kind == Kind::call);
  CHECK(with_state.root().integer == 1);
  const Pickle entries = read("\x80\2ca\nDict\n)R(U\1xK\7u."sv);
  REQUIRE(entries.root().kind == Kind::dictionary);
  CHECK(entries[entries.root().items.at(1)].integer == 7);
  CHECK(read("\x80\2ca\nList\n)R(K\7e."sv).root().kind == Kind::call);
}

TEST_CASE("pickle: a call that would run programs or code condemns the file") {
  refused("\x80\2cos\nsystem\nU\4true\x85R."sv, "calls 'os.system', which runs programs or code");
  refused("\x80\4\x8c\x05posix\x8c\x06system\x93)R."sv, "calls 'posix.system'");
  refused("\x80\2(cbuiltins\neval\nU\1xo."sv, "calls 'builtins.eval'");
  refused("\x80\2(ios\nsystem\n."sv, "calls 'os.system'");
  refused("\x80\x02\x82\x01."sv, "opcode 130");
}

TEST_CASE("pickle: lengths, stack and memo are checked") {
  refused("\x80\x02X\xff\xff\xff\xff."sv, "claims 4294967295 more bytes");
  refused("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff."sv, "claims 18446744073709551615 more bytes");
  refused("\x80\x02R."sv, "empty stack");
  refused("\x80\x02(K\x01R."sv, "empty stack");
  refused("\x80\x02u."sv, "no mark");
  refused("\x80\x02}(K\x01u."sv, "a key without a value");
  refused("\x80\x02K\x01K\x01K\x01s."sv, "holds none of them");
  refused("\x80\x02h\x07."sv, "memo slot 7 is empty");
  refused("\x80\x02}r\xf0\xff\xff\xff."sv, "memo slot 4294967280 is too high");
  refused("\x80\x02}"sv, "claims 1 more bytes");
  refused(""sv, "claims 1 more bytes");
  refused("\x80\x02K\x01K\x02."sv, "ends with 2 values");
  refused("\x80\x02."sv, "ends with 0 values");
  refused("\x80\x09N."sv, "protocol beyond 5");
}

TEST_CASE("pickle: any depth without recursion, and no more than a bounded number of values") {
  const std::size_t depth = 200'000;
  std::string deep = "\x80\x02";
  deep.append(depth, ']').append(depth - 1, 'a').append(1, '.');
  CHECK(read(deep).root().items.size() == 1);
  std::string many = "\x80\x02(";
  many.append(1'100'000, 'N').append("l.");
  refused(many, "more than 1000000 values");
  refused("\x80\x02" + std::string(1'100'000, '('), "too many marks");
  const Pickle circle = read(
      "\x80\x02]q\x00h\x00"
      "a."sv);
  CHECK(&circle[circle.root().items.at(0)] == &circle.root());
}

TEST_CASE("pickle: items that are copied again and again are counted for the whole pickle") {
  std::string text =
      "\x80\2NN\x86q\1"
      "0](";  // a list of 100 000 times the same pair
  for (int i = 0; i < 100'000; ++i) text.append("h\1", 2);
  text +=
      "e\x85q\2"
      "0ccollections\nOrderedDict\nq\3";
  for (int i = 0; i < 1000; ++i) text += "h\2R0h\3";
  refused(text + ".", "more than 4000000 items");
}
