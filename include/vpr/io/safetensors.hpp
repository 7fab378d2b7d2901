// SPDX-License-Identifier: MIT
/// @file
/// The safetensors format: a length (8 bytes), a JSON header of that length, the tensors' bytes.
/// See https://github.com/huggingface/safetensors#format. Needs the CMake target `vpr::io`.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/io/safetensors.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/io/apart.hpp>
#include <vpr/io/weight_file.hpp>
#if VPR_IO_BODIES
#include <vpr/io/json_text.hpp>
#include <vpr/io/packed_form.hpp>

#include <nlohmann/json.hpp>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Opens a safetensors file: memory-mapped, every length checked, tensors in the order in which they lie in the file.
/// @throws IoError if it cannot be opened; FormatError, naming the tensor, for anything that the format forbids:
///   a header that is too long, not JSON or names a key twice; tensors that overlap, leave gaps or do not fit their shape. A tensor of a type
///   that is not read, such as float8, is listed.
VPR_IO_FUNCTION WeightFile read_safetensors(MappedFile file);
inline WeightFile read_safetensors(const std::string& path) { return read_safetensors(MappedFile(path)); }

#if VPR_IO_BODIES
namespace detail {

/// Far above what real models need; a JSON tree takes several times its text.
inline constexpr std::uint64_t safetensors_header_limit = 8 << 20;

/// The type of that name, and the bits of an element; 0 bits where the name is unknown.
inline std::pair<DType, std::size_t> safetensors_dtype(const std::string& text) {
  struct Type {
    std::string_view name;
    std::size_t bits;
  };
  static const std::map<std::string_view, Type> types{{"F16", {"float16", 16}},
                                                      {"BF16", {"bfloat16", 16}},
                                                      {"F32", {"float32", 32}},
                                                      {"F64", {"float64", 64}},
                                                      {"I8", {"int8", 8}},
                                                      {"I16", {"int16", 16}},
                                                      {"I32", {"int32", 32}},
                                                      {"I64", {"int64", 64}},
                                                      {"U8", {"uint8", 8}},
                                                      {"U16", {"uint16", 16}},
                                                      {"U32", {"uint32", 32}},
                                                      {"U64", {"uint64", 64}},
                                                      {"BOOL", {"bool", 8}},
                                                      {"F8_E4M3", {"float8_e4m3fn", 8}},
                                                      {"F8_E5M2", {"float8_e5m2", 8}},
                                                      {"F8_E8M0", {"float8_e8m0fnu", 8}},
                                                      {"F8_E4M3FNUZ", {"float8_e4m3fnuz", 8}},
                                                      {"F8_E5M2FNUZ", {"float8_e5m2fnuz", 8}},
                                                      {"F4", {"float4_e2m1fn", 4}},
                                                      {"F6_E2M3", {"float6_e2m3fn", 6}},
                                                      {"F6_E3M2", {"float6_e3m2fn", 6}},
                                                      {"C64", {"complex64", 64}}};
  const auto found = types.find(text);
  if (found == types.end()) return {DType::named("safetensors type " + text), 0};
  return {DType::named(found->second.name), found->second.bits};
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
  const auto [dtype, bits] = safetensors_dtype(entry["dtype"].get<std::string>());
  TensorInfo info{name, dtype, Shape(whole_numbers(entry, "shape"))};
  const std::vector<std::int64_t> offsets = whole_numbers(entry, "data_offsets");
  VPR_REQUIRE(FormatError, offsets.size() == 2, "'data_offsets' holds ", offsets.size(), " numbers, expected 2");
  const auto begin = static_cast<std::size_t>(offsets[0]);
  const auto end = static_cast<std::size_t>(offsets[1]);
  VPR_REQUIRE(FormatError, begin <= end && end <= data_size, "lies at bytes ", begin, " to ", end, " of ", data_size);
  const auto elements = static_cast<std::uint64_t>(info.shape.elements());
  const std::uint64_t size = end - begin;
  const bool fits =
      bits == 0 || (size <= std::numeric_limits<std::uint64_t>::max() / 8 && size * 8 % bits == 0 && size * 8 / bits == elements);
  VPR_REQUIRE(FormatError, fits, "has ", size, " bytes, ", info.dtype, ' ', info.shape, " needs ", elements, " x ", bits, " bits");
  return {std::move(info), {begin, end}};
}

/// Calls `body`; an error that it throws comes out as a FormatError that begins with the tensor's name.
template <class Body>
void naming_tensor(const std::string& name, Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    fail<FormatError>('\'', name, "': ", error.what());
  }
}

}  // namespace detail

VPR_IO_FUNCTION WeightFile read_safetensors(MappedFile file) {
  const std::string path = file.path();
  return detail::naming_file(path, "safetensors", [&] {
    WeightFile source(std::move(file), "safetensors");
    const std::span<const std::byte> bytes = source.file().bytes();
    std::uint64_t length = 0;
    VPR_REQUIRE(FormatError, bytes.size() >= sizeof length, "has ", bytes.size(), " bytes, a safetensors file begins with 8");
    std::memcpy(&length, bytes.data(), sizeof length);
    VPR_REQUIRE(FormatError, length <= detail::safetensors_header_limit && length <= bytes.size() - sizeof length, "claims a header of ",
                length, " bytes; the file has ", bytes.size(), " and ", detail::safetensors_header_limit, " are allowed");
    const nlohmann::json header = detail::parse_json_object(bytes.subspan(sizeof length, length), 4, "header");
    const std::span<const std::byte> data = bytes.subspan(sizeof length + length);

    std::map<std::string, std::string> metadata;
    if (const auto found = header.find("__metadata__"); found != header.end()) {
      VPR_REQUIRE(FormatError, found->is_object(), "__metadata__ is not an object");
      for (const auto& [key, value] : found->items()) {
        VPR_REQUIRE(FormatError, value.is_string(), "__metadata__ '", key, "' is not a string");
        metadata[key] = value.get<std::string>();
      }
    }
    const auto version = metadata.find(std::string(detail::packed_version_key));
    VPR_REQUIRE(FormatError, version == metadata.end() || version->second == detail::packed_version, "its matrices are packed in form '",
                escaped(version->second.substr(0, 40)), "', this version of vpr reads form '", detail::packed_version, "'");

    std::vector<std::pair<TensorInfo, std::pair<std::size_t, std::size_t>>> entries;
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") continue;
      detail::naming_tensor(name,
                            [&, &name = name, &entry = entry] { entries.push_back(detail::safetensors_entry(name, entry, data.size())); });
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    std::size_t end = 0;
    for (auto& [info, place] : entries) {
      VPR_REQUIRE(FormatError, place.first == end, '\'', info.name, "' begins at byte ", place.first, " of the data, expected ", end,
                  ": tensors overlap or leave a gap");
      end = place.second;
      StoredTensor stored{data.subspan(place.first, place.second - place.first), {}, {}};
      if (const auto form = metadata.find(std::string(detail::packed_key) + info.name);
          version != metadata.end() && form != metadata.end()) {
        detail::naming_tensor(info.name, [&, &info = info] { detail::read_packed_form(form->second, info, stored); });
        metadata.erase(form);
      }
      source.add(std::move(info), std::move(stored));
    }
    VPR_REQUIRE(FormatError, end == data.size(), data.size() - end, " bytes at the end belong to no tensor");

    for (const auto& [key, value] : metadata) {
      VPR_REQUIRE(FormatError, version == metadata.end() || !key.starts_with(detail::packed_key), "there is no tensor for the metadata '",
                  escaped(key.substr(0, 80)), "'");
    }
    source.set_metadata(std::move(metadata));
    return source;
  });
}
#endif

}  // namespace vpr
