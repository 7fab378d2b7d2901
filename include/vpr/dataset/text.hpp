// SPDX-License-Identifier: MIT
/// @file
/// Text files, and numbers in text whatever the program's locale.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/text.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// UTF-8 of UTF-16's bytes, without their byte order mark.
inline std::string utf8_of_utf16(std::string_view bytes, bool big_endian, const std::filesystem::path& path) {
  const auto unit = [&](std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
    return at + 1 >= bytes.size() ? 0U : big_endian ? byte(at) << 8U | byte(at + 1) : byte(at + 1) << 8U | byte(at);
  };
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    unsigned code = unit(at);
    if (code >= 0xD800 && code < 0xDC00) {
      const unsigned low = unit(at += 2);
      code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00) : 0;
    }
    VPR_REQUIRE(FormatError, code != 0 && (code < 0xD800 || code >= 0xE000), path.string(), ": is no UTF-16 at byte ", at + 2,
                "; save it as UTF-8");
    const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
    const auto put_tail = [&](unsigned shift) { put(0x80U | ((code >> shift) & 0x3FU)); };
    if (code < 0x80) {
      put(code);
    } else {
      put(code < 0x800 ? 0xC0U | code >> 6U : code < 0x10000 ? 0xE0U | code >> 12U : 0xF0U | code >> 18U);
      if (code >= 0x10000) put_tail(12);
      if (code >= 0x800) put_tail(6);
      put_tail(0);
    }
  }
  return text;
}

/// A text file in UTF-8 (or any bytes but zero), without a byte order mark. UTF-16 with its byte order mark is converted; line ends that are all CR
/// become LF.
/// @throws IoError where it cannot be read or is no regular file (a folder, a device, a pipe), FormatError where it holds a zero byte (a photo, an
///         archive, another encoding)
inline std::string read_text(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  VPR_REQUIRE(IoError, !std::filesystem::is_directory(status), path.string(), ": is a folder, expected a text file");
  VPR_REQUIRE(IoError, !std::filesystem::exists(status) || std::filesystem::is_regular_file(status), path.string(),
              ": is a device, a pipe or a socket, expected a text file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  VPR_REQUIRE(IoError, file.good(), path.string(), ": cannot be opened: ", std::strerror(errno));
  std::string text;
  try {
    bool utf16 = false;
    std::vector<char> block(1 << 16);
    while (file.read(block.data(), std::ssize(block)), file.gcount() > 0) {
      const std::string_view read(block.data(), static_cast<std::size_t>(file.gcount()));
      if (text.empty()) {
        VPR_REQUIRE(FormatError, !read.starts_with(std::string_view("\xFF\xFE\0\0", 4)), path.string(), ": is UTF-32; save it as UTF-8");
        utf16 = read.starts_with("\xFF\xFE") || read.starts_with("\xFE\xFF");
      }
      const std::size_t zero = utf16 ? read.npos : read.find('\0');
      VPR_REQUIRE(FormatError, zero == read.npos, path.string(), ": byte ", text.size() + zero,
                  " is zero, expected a text file; UTF-16 without a byte order mark has to be saved as UTF-8");
      text += read;
    }
    VPR_REQUIRE(IoError, !file.bad(), path.string(), ": cannot be read: ", std::strerror(errno));
    if (utf16) text = utf8_of_utf16(std::string_view(text).substr(2), text[0] == '\xFE', path);
  } catch (const std::bad_alloc&) {
    fail<IoError>(path.string(), ": is too large a text for this machine's memory");
  } catch (const std::length_error&) {
    fail<IoError>(path.string(), ": is too large a text for this machine's memory");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\n') == text.npos) std::replace(text.begin(), text.end(), '\r', '\n');
  return text;
}

/// The text's lines, without their ends.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    if (lines.back().ends_with('\r')) lines.back().remove_suffix(1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// `text` without spaces, tabs and line ends around it.
inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The text's first word and what follows it, without the blanks around either.
inline std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
  text = trimmed(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  return {text.substr(0, end), trimmed(text.substr(end))};
}

/// ASCII letters made small, whatever the locale.
inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

/// The number that all of `text` is, in decimal: infinite or NaN where the text says so or a double does not reach as far. Nothing where it is none.
inline std::optional<double> parse_any_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc{}) return value;
  return text.find('-', 1) == text.npos ? std::numeric_limits<double>::infinity() : 0;  // 1e999 or 1e-999
}

/// The number that all of `text` is, in decimal; nothing where it is none or not finite.
inline std::optional<double> parse_number(std::string_view text) {
  const std::optional<double> value = parse_any_number(text);
  return value && is_finite(*value) ? value : std::nullopt;
}

}  // namespace vpr::detail
