// SPDX-License-Identifier: MIT
/// @file
/// The number types that weight files hold, and their conversion to the types the library computes in.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/half.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

namespace vpr {

/// The type of a stored tensor's elements: one that can be read, or another, known by its name only. Files are little-endian.
class DType {
 public:
  enum Kind : std::uint8_t {
    float16,
    bfloat16,
    float32,
    float64,
    scaled_int8,  // a `PackedMatrix` in int8
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    boolean,
    other  // listed, and refused only when its values are asked for
  };

  DType(Kind kind = float32) : kind_(kind) {}  // NOLINT(google-explicit-constructor): `DType dtype = DType::int8`
  /// The type that PyTorch or NumPy gives this name. A name of none that can be read makes a type `other`, which keeps at most its first
  /// 64 bytes, escaped.
  static DType named(std::string_view name) {
    DType dtype;
    const auto found = std::find(names.begin(), names.end(), name);
    dtype.kind_ = static_cast<Kind>(found - names.begin());
    if (dtype.kind_ == scaled_int8) dtype.kind_ = other;  // no tensor of theirs
    if (dtype.kind_ == other) dtype.other_ = escaped(name.substr(0, 64));
    return dtype;
  }

  Kind kind() const { return kind_; }
  /// Whether values of this type can be read.
  bool readable() const { return kind_ != other; }
  /// The name that PyTorch and NumPy give the type, such as `float32`.
  std::string name() const { return kind_ == other ? other_ : std::string(names[kind_]); }

  friend bool operator==(const DType& a, const DType& b) { return a.kind_ == b.kind_ && a.other_ == b.other_; }
  friend std::ostream& operator<<(std::ostream& out, const DType& dtype) { return out << dtype.name(); }

 private:
  static constexpr std::array<std::string_view, 14> names{"float16", "bfloat16", "float32", "float64", "scaled_int8", "int8",   "int16",
                                                          "int32",   "int64",    "uint8",   "uint16",  "uint32",      "uint64", "bool"};
  Kind kind_ = float32;
  std::string other_;
};

/// Bytes of one element; 0 for a type that cannot be read.
inline std::size_t byte_size(const DType& dtype) {
  constexpr std::array<std::size_t, 15> sizes{2, 2, 4, 8, 1, 1, 2, 4, 8, 1, 2, 4, 8, 1, 0};
  return sizes[dtype.kind()];
}

inline std::string to_string(const DType& dtype) { return dtype.name(); }

inline bool is_floating(const DType& dtype) { return dtype.kind() <= DType::scaled_int8; }

namespace detail {

/// Calls `body` with a value of the C++ type that `dtype`, which must be readable, names.
template <class Body>
decltype(auto) with_type(const DType& dtype, Body&& body) {
  switch (dtype.kind()) {
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
    case DType::boolean:
    case DType::scaled_int8:
    case DType::other: break;
  }
  return body(bool{});
}

/// The element at `bytes`, which need not be aligned, or its negative, as `To`. Any byte but 0 is true. Whole numbers are negated as PyTorch
/// does it, modulo 2^bits: -1 as uint8 is 255.
template <class From, class To>
To load_element(const std::byte* bytes, bool negative = false) {
  if constexpr (std::is_same_v<From, bool>) {
    return static_cast<To>(*bytes != std::byte{0});
  } else {
    From value;
    std::memcpy(&value, bytes, sizeof value);
    if constexpr (std::is_class_v<From>) {
      return static_cast<To>(negative ? -static_cast<float>(value) : static_cast<float>(value));
    } else if constexpr (std::is_integral_v<From>) {
      return static_cast<To>(negative ? static_cast<From>(0 - static_cast<std::uint64_t>(value)) : value);
    } else {
      return static_cast<To>(negative ? -value : value);
    }
  }
}

}  // namespace detail
}  // namespace vpr
