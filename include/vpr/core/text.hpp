// SPDX-License-Identifier: MIT
/// @file
/// Text made of numbers and words, whatever the program's locale.
#pragma once

#include <vpr/core/requirements.hpp>

#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <locale>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

namespace vpr {

namespace detail {

/// A value and how it is streamed: each of the library's many messages is compiled as a list of these, and the stream once.
struct TextPart {
  const void* value;
  void (*stream)(std::ostream& out, const void* value);
};

template <class T>
void stream_part(std::ostream& out, const void* value) {
  out << *static_cast<const T*>(value);
}
inline void stream_characters(std::ostream& out, const void* value) { out << static_cast<const char*>(value); }

template <class T>
TextPart text_part(const T& value) {
  return {&value, stream_part<T>};
}
template <std::size_t Size>
TextPart text_part(const char (&value)[Size]) {
  return {value, stream_characters};
}

inline std::string streamed(std::initializer_list<TextPart> parts) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  for (const TextPart& part : parts) part.stream(text, part.value);
  return std::move(text).str();
}

}  // namespace detail

/// `parts` streamed one after the other in the C locale: 1234.5 is "1234.5" in a German program too.
template <class... Parts>
std::string text_of(const Parts&... parts) {
  return detail::streamed({detail::text_part(parts)...});
}

namespace detail {

/// A finite number with so many digits after the point.
inline std::string fixed(double value, int digits) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr};
}

}  // namespace detail

}  // namespace vpr
