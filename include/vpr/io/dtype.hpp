// SPDX-License-Identifier: MIT
/// @file
/// The number types that weight files hold, and their conversion to the types the library computes in.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/half.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string_view>
#include <type_traits>

namespace vpr {

/// The type of a stored tensor's elements. Files are little-endian.
enum class DType : std::uint8_t { float16, bfloat16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, boolean };

/// Bytes of one element.
constexpr std::size_t byte_size(DType dtype) {
  constexpr std::array<std::size_t, 13> sizes{2, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1};
  return sizes[static_cast<std::size_t>(dtype)];
}

/// The name that PyTorch and NumPy give the type, such as `float32`.
constexpr std::string_view to_string(DType dtype) {
  constexpr std::array<std::string_view, 13> names{"float16", "bfloat16", "float32", "float64", "int8",   "int16", "int32",
                                                   "int64",   "uint8",    "uint16",  "uint32",  "uint64", "bool"};
  return names[static_cast<std::size_t>(dtype)];
}

constexpr bool is_floating(DType dtype) { return dtype <= DType::float64; }

inline std::ostream& operator<<(std::ostream& out, DType dtype) { return out << to_string(dtype); }

namespace detail {

/// Calls `body` with a value of the C++ type that `dtype` names.
template <class Body>
decltype(auto) with_type(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::float16: return body(f16{});
    case DType::bfloat16: return body(bf16{});
    case DType::float32: return body(float{});
    case DType::float64: return body(double{});
    case DType::int8: return body(std::int8_t{});
    case DType::int16: return body(std::int16_t{});
    case DType::int32: return body(std::int32_t{});
    case DType::int64: return body(std::int64_t{});
    case DType::uint8: return body(std::uint8_t{});
    case DType::uint16: return body(std::uint16_t{});
    case DType::uint32: return body(std::uint32_t{});
    case DType::uint64: return body(std::uint64_t{});
    case DType::boolean: break;
  }
  return body(bool{});
}

/// The element at `bytes`, which need not be aligned, as `To`. Any byte but 0 is true.
template <class From, class To>
To load_element(const std::byte* bytes) {
  if constexpr (std::is_same_v<From, bool>) {
    return static_cast<To>(*bytes != std::byte{0});
  } else {
    From value;
    std::memcpy(&value, bytes, sizeof value);
    if constexpr (std::is_class_v<From>) {
      return static_cast<To>(static_cast<float>(value));
    } else {
      return static_cast<To>(value);
    }
  }
}

}  // namespace detail
}  // namespace vpr
