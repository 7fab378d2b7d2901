// SPDX-License-Identifier: MIT
/// @file
/// Small text files, and numbers in text whatever the program's locale.
#pragma once

#include <vpr/core/error.hpp>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace vpr::detail {

/// A text file's bytes without a UTF-8 byte order mark.
/// @throws IoError where it cannot be read, FormatError where it holds a zero byte (a photo or an archive, not text).
inline std::string read_text(const std::filesystem::path& path) {
  std::error_code ignored;
  VPR_REQUIRE(IoError, !std::filesystem::is_directory(path, ignored), path.string(), ": is a folder, expected a text file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  VPR_REQUIRE(IoError, file.good(), path.string(), ": cannot be opened: ", std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  VPR_REQUIRE(IoError, !file.bad(), path.string(), ": cannot be read");
  const std::size_t zero = text.find('\0');
  VPR_REQUIRE(FormatError, zero == std::string::npos, path.string(), ": byte ", zero, " is zero, expected a text file");
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

/// `text` without spaces, tabs and line ends around it.
inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The number that all of `text` is, in decimal; nothing where it is none or not finite.
inline std::optional<double> parse_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// A finite number with so many digits after the point.
inline std::string fixed(double value, int digits) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr};
}

/// All parts in one string.
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string text;
  (text.append(std::string_view(parts)), ...);
  return text;
}

}  // namespace vpr::detail
