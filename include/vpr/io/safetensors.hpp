// SPDX-License-Identifier: MIT
/// @file
/// The safetensors format: a length (8 bytes), a JSON header of that length, the tensors' bytes.
/// See https://github.com/huggingface/safetensors#format. Needs the CMake target `vpr::io`.
#pragma once

#ifndef VPR_WITH_IO
#error "vpr/io/safetensors.hpp needs nlohmann-json: link the CMake target vpr::io"
#endif

#include <vpr/io/weight_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// Far above what real models need; a JSON tree takes several times its text.
inline constexpr std::uint64_t safetensors_header_limit = 8 << 20;

inline DType safetensors_dtype(const std::string& text) {
  static const std::map<std::string, DType> names{
      {"F16", DType::float16}, {"BF16", DType::bfloat16}, {"F32", DType::float32}, {"F64", DType::float64}, {"I8", DType::int8},
      {"I16", DType::int16},   {"I32", DType::int32},     {"I64", DType::int64},   {"U8", DType::uint8},    {"U16", DType::uint16},
      {"U32", DType::uint32},  {"U64", DType::uint64},    {"BOOL", DType::boolean}};
  const auto found = names.find(text);
  VPR_REQUIRE(FormatError, found != names.end(), "dtype '", text, "' is not supported");
  return found->second;
}

/// The header as JSON. Refuses what a tree would hide or overflow on: a key twice in an object, and deeper nesting than the format has.
inline nlohmann::json parse_safetensors_header(std::span<const std::byte> text) {
  constexpr int deepest = 4;
  std::vector<std::set<std::string>> keys;
  const auto watch = [&keys](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    VPR_REQUIRE(FormatError, depth <= deepest, "the header is nested too deeply");
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      VPR_REQUIRE(FormatError, keys.back().insert(key).second, "the key '", key, "' occurs twice in the header");
    }
    return true;
  };
  const auto* const first = reinterpret_cast<const char*>(text.data());
  try {
    nlohmann::json header = nlohmann::json::parse(first, first + text.size(), watch);
    VPR_REQUIRE(FormatError, header.is_object(), "the header is not a JSON object");
    return header;
  } catch (const nlohmann::json::exception& error) {
    fail<FormatError>("the header is not valid JSON: ", error.what());
  }
}

inline std::vector<std::int64_t> whole_numbers(const nlohmann::json& entry, const char* field) {
  const auto found = entry.find(field);
  VPR_REQUIRE(FormatError, found != entry.end() && found->is_array(), "has no list '", field, "'");
  std::vector<std::int64_t> numbers;
  for (const nlohmann::json& number : *found) {
    VPR_REQUIRE(FormatError, number.is_number_unsigned() && number.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max(), "'",
                field, "' holds ", number.dump().substr(0, 40), ", expected a whole number below 2^63");
    numbers.push_back(number.get<std::int64_t>());
  }
  return numbers;
}

/// The tensor that a header entry describes, and where in `data` it lies.
inline std::pair<TensorInfo, std::pair<std::size_t, std::size_t>> safetensors_entry(const std::string& name, const nlohmann::json& entry,
                                                                                    std::size_t data_size) {
  VPR_REQUIRE(FormatError, entry.is_object() && entry.contains("dtype") && entry["dtype"].is_string(), "has no dtype");
  TensorInfo info{name, safetensors_dtype(entry["dtype"].get<std::string>()), Shape(whole_numbers(entry, "shape"))};
  const std::vector<std::int64_t> offsets = whole_numbers(entry, "data_offsets");
  VPR_REQUIRE(FormatError, offsets.size() == 2, "'data_offsets' holds ", offsets.size(), " numbers, expected 2");
  const auto begin = static_cast<std::size_t>(offsets[0]);
  const auto end = static_cast<std::size_t>(offsets[1]);
  VPR_REQUIRE(FormatError, begin <= end && end <= data_size, "lies at bytes ", begin, " to ", end, " of ", data_size);
  const auto elements = static_cast<std::size_t>(info.shape.elements());
  VPR_REQUIRE(FormatError, (end - begin) % byte_size(info.dtype) == 0 && (end - begin) / byte_size(info.dtype) == elements, "has ",
              end - begin, " bytes, ", info.dtype, ' ', info.shape, " needs ", elements, " x ", byte_size(info.dtype));
  return {std::move(info), {begin, end}};
}

}  // namespace detail

/// Opens a safetensors file: memory-mapped, every length checked, tensors in the order in which they lie in the file.
/// @throws IoError if it cannot be opened; FormatError, naming the tensor, for anything that the format forbids:
///   a header that is too long, not JSON or names a key twice; tensors that overlap, leave gaps or do not fit their shape.
inline WeightFile read_safetensors(MappedFile file) {
  const std::string path = file.path();
  return detail::naming_file(path, "safetensors", [&] {
    WeightFile source(std::move(file), "safetensors");
    const std::span<const std::byte> bytes = source.file().bytes();
    std::uint64_t length = 0;
    VPR_REQUIRE(FormatError, bytes.size() >= sizeof length, "has ", bytes.size(), " bytes, a safetensors file begins with 8");
    std::memcpy(&length, bytes.data(), sizeof length);
    VPR_REQUIRE(FormatError, length <= detail::safetensors_header_limit && length <= bytes.size() - sizeof length, "claims a header of ",
                length, " bytes; the file has ", bytes.size(), " and ", detail::safetensors_header_limit, " are allowed");
    const nlohmann::json header = detail::parse_safetensors_header(bytes.subspan(sizeof length, length));
    const std::span<const std::byte> data = bytes.subspan(sizeof length + length);

    std::vector<std::pair<TensorInfo, std::pair<std::size_t, std::size_t>>> entries;
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") continue;
      try {
        entries.push_back(detail::safetensors_entry(name, entry, data.size()));
      } catch (const Error& error) {
        fail<FormatError>('\'', name, "': ", error.what());
      }
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    std::size_t end = 0;
    for (auto& [info, place] : entries) {
      VPR_REQUIRE(FormatError, place.first == end, '\'', info.name, "' begins at byte ", place.first, " of the data, expected ", end,
                  ": tensors overlap or leave a gap");
      end = place.second;
      source.add(std::move(info), {data.subspan(place.first, place.second - place.first), {}, {}});
    }
    VPR_REQUIRE(FormatError, end == data.size(), data.size() - end, " bytes at the end belong to no tensor");

    std::map<std::string, std::string> metadata;
    if (const auto found = header.find("__metadata__"); found != header.end()) {
      VPR_REQUIRE(FormatError, found->is_object(), "__metadata__ is not an object");
      for (const auto& [key, value] : found->items()) {
        VPR_REQUIRE(FormatError, value.is_string(), "__metadata__ '", key, "' is not a string");
        metadata[key] = value.get<std::string>();
      }
    }
    source.set_metadata(std::move(metadata));
    return source;
  });
}

inline WeightFile read_safetensors(const std::string& path) { return read_safetensors(MappedFile(path)); }

}  // namespace vpr
