// SPDX-License-Identifier: MIT
/// @file
/// Text made of numbers and words, whatever the program's locale.
#pragma once

#include <vpr/core/requirements.hpp>

#include <charconv>
#include <locale>
#include <sstream>
#include <string>
#include <utility>

namespace vpr {

/// `parts` streamed one after the other in the C locale: 1234.5 is "1234.5" in a German program too.
template <class... Parts>
std::string text_of(const Parts&... parts) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  static_cast<void>((text << ... << parts));
  return std::move(text).str();
}

namespace detail {

/// A finite number with so many digits after the point.
inline std::string fixed(double value, int digits) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr};
}

}  // namespace detail

}  // namespace vpr
