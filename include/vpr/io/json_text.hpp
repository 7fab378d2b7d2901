// SPDX-License-Identifier: MIT
/// @file
/// JSON within other files, such as the header of a safetensors file, read in bounded memory.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/io/json_text.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/core/error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace vpr::detail {

/// Looks at the events of parsing a text. Refuses what a tree would hide or overflow on: a key twice in an object, objects and lists more
/// than `deepest` within each other, more than 500 000 values, of which a tree takes some 100 MB.
template <class Json>
class JsonWatch {
 public:
  JsonWatch(std::size_t deepest, const char* what) : deepest_(deepest), what_(what) {}

  bool null() { return count(); }
  bool boolean(bool) { return count(); }
  bool number_integer(std::int64_t) { return count(); }
  bool number_unsigned(std::uint64_t) { return count(); }
  bool number_float(double, const std::string&) { return count(); }
  bool string(const std::string&) { return count(); }
  bool binary(const std::vector<std::uint8_t>&) { return count(); }
  bool start_object(std::size_t) { return open(); }
  bool start_array(std::size_t) { return open(); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(const std::string& key) {
    VPR_REQUIRE(FormatError, keys_.back().insert(key).second, "the key '", key, "' occurs twice in the ", what_);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const typename Json::exception& error) {
    fail<FormatError>("the ", what_, " is not valid JSON: ", error.what());
  }

 private:
  bool count() {
    constexpr std::size_t most = 500'000;
    VPR_REQUIRE(FormatError, ++count_ <= most, "the ", what_, " has more than ", most, " values");
    return true;
  }
  bool open() {
    keys_.emplace_back();
    VPR_REQUIRE(FormatError, keys_.size() <= deepest_, "the ", what_, " is nested too deeply");
    return count();
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  std::size_t deepest_;
  const char* what_;
  std::size_t count_ = 0;
  std::vector<std::unordered_set<std::string>> keys_;  // of the objects that are open, and none for the lists
};

/// The object that `text` is.
/// @param what  of the file this is, for messages
/// @throws FormatError for other text, and for what `JsonWatch` refuses.
template <class Json = nlohmann::json>
Json parse_json_object(std::span<const std::byte> text, std::size_t deepest, const char* what) {
  const auto* const first = reinterpret_cast<const char*>(text.data());
  JsonWatch<Json> watch(deepest, what);  // beforehand: nlohmann's own callback takes time quadratic in an object's size
  Json::sax_parse(first, first + text.size(), &watch);
  Json object = Json::parse(first, first + text.size());
  VPR_REQUIRE(FormatError, object.is_object(), "the ", what, " is not a JSON object");
  return object;
}

}  // namespace vpr::detail
