// SPDX-License-Identifier: MIT
/// @file
/// Text of unknown origin, such as names of files and tensors, as valid UTF-8 without control characters.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace vpr {
namespace detail {

/// How many bytes of `text` from `at` on are one character of UTF-8 (RFC 3629); 0 where they are none.
inline std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool beyond = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return overlong || beyond ? 0 : length;
}

/// `text` with `\xNN` in place of each byte that is not UTF-8 and of each control character but those in `allowed`.
inline std::string with_escapes(std::string_view text, std::string_view allowed, bool double_backslash) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    const bool control = (length == 1 && (byte < 0x20 || byte == 0x7F) && allowed.find(text[at]) == allowed.npos) || c1;
    if (length == 0 || control) {
      const std::size_t bytes = length == 0 ? 1 : length;
      for (std::size_t i = 0; i < bytes; ++i) {
        const auto escaped = static_cast<unsigned char>(text[at + i]);
        out.append("\\x").append(1, digits[escaped >> 4U]).append(1, digits[escaped & 15U]);
      }
      at += bytes;
    } else {
      if (double_backslash && byte == '\\') out += '\\';
      out.append(text.substr(at, length));
      at += length;
    }
  }
  return out;
}

}  // namespace detail

/// Text to show a person: each byte that is not UTF-8, and each control character but line ends and tabs, becomes `\xNN`.
inline std::string printable(std::string_view text) { return detail::with_escapes(text, "\n\t", false); }

/// A name to write into a file or to show on one line: each byte that is not UTF-8 and each control character becomes `\xNN`, and a backslash `\\`.
/// `unescaped` gives the name back, whatever its bytes.
inline std::string escaped(std::string_view name) { return detail::with_escapes(name, "", true); }

/// The name that `escaped` made `text` of. A backslash that begins neither `\\` nor `\xNN` stands for itself.
inline std::string unescaped(std::string_view text) {
  const auto digit = [&](std::size_t at) {
    const char c = at < text.size() ? text[at] : '\0';
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = text[at] == '\\' && at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '\\') {
      out += '\\';
      at += 1;
    } else if (next == 'x' && digit(at + 2) >= 0 && digit(at + 3) >= 0) {
      out += static_cast<char>(digit(at + 2) * 16 + digit(at + 3));
      at += 3;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace vpr
