// SPDX-License-Identifier: MIT
/// @file
/// The wire format of Protocol Buffers, read field by field. See https://protobuf.dev/programming-guides/encoding.
#pragma once

#include <vpr/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace vpr {

/// Walks over the fields of one message. Nested messages are fields whose `bytes()` a reader of its own walks over,
/// so nothing nests by itself, and nothing is copied.
class ProtobufReader {
 public:
  explicit ProtobufReader(std::span<const std::byte> message) : left_(message) {}

  /// Goes to the next field; false at the end of the message.
  /// @throws FormatError for a field that is cut, a number of more than 64 bits, or an unknown kind of field.
  bool next() {
    if (left_.empty()) return false;
    const std::uint64_t key = varint();
    field_ = key >> 3;
    kind_ = static_cast<int>(key & 7);
    VPR_REQUIRE(FormatError, field_ > 0, "a message has a field 0");
    if (kind_ == 0) {
      value_ = varint();
    } else if (kind_ == 1 || kind_ == 5) {
      bytes_ = take(kind_ == 1 ? 8 : 4);
    } else {
      VPR_REQUIRE(FormatError, kind_ == 2, "a field has the unknown wire type ", kind_);
      bytes_ = take(varint());
    }
    return true;
  }

  /// The field's number in the message's definition.
  std::uint64_t field() const { return field_; }
  /// Whether the field is a number of variable length.
  bool is_number() const { return kind_ == 0; }
  /// @throws FormatError if the field is of another kind, as `bytes` does.
  std::uint64_t number() const {
    VPR_REQUIRE(FormatError, kind_ == 0, "field ", field_, " is no whole number");
    return value_;
  }
  std::span<const std::byte> bytes() const {
    VPR_REQUIRE(FormatError, kind_ == 2, "field ", field_, " is no text or message");
    return bytes_;
  }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes().data()), bytes().size()}; }

  /// Reads a number that stands without a field's key, in a packed list; `done()` says whether there are more.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const auto byte = static_cast<std::uint64_t>(take(1)[0]);
      VPR_REQUIRE(FormatError, shift < 63 || byte <= 1, "a number has more than 64 bits");
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    fail<FormatError>("a number has no end");
  }
  bool done() const { return left_.empty(); }

 private:
  std::span<const std::byte> take(std::uint64_t count) {
    VPR_REQUIRE(FormatError, count <= left_.size(), "a field claims ", count, " bytes, ", left_.size(), " are left");
    const auto bytes = left_.first(static_cast<std::size_t>(count));
    left_ = left_.subspan(bytes.size());
    return bytes;
  }

  std::span<const std::byte> left_;
  std::span<const std::byte> bytes_;
  std::uint64_t field_ = 0;
  std::uint64_t value_ = 0;
  int kind_ = 0;
};

}  // namespace vpr
