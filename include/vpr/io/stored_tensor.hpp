// SPDX-License-Identifier: MIT
/// @file
/// Where a tensor of a file lies, and how its elements are read.
#pragma once

#include <vpr/backend/precision.hpp>
#include <vpr/io/apart.hpp>
#include <vpr/io/inflate.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace vpr {

/// Where a tensor's values lie, in little-endian order. A type that cannot be read has none.
struct StoredTensor {
  std::span<const std::byte> bytes;   // from the first element on; where deflated, all that is compressed together
  std::vector<std::int64_t> strides;  // in elements, one for each dimension; none means row-major without gaps
  struct Deflated {
    std::uint64_t begin = 0;  // where the first element is among the inflated bytes
    std::uint64_t end = 0;    // where the last one ends
  };
  std::optional<Deflated> deflated;
  bool negated = false;  // the values are the negatives of what is stored
  struct Packed {
    Precision precision = Precision::f32;
    bool smoothed = false;  // whether the factors of inputs follow the words
  };
  std::optional<Packed> packed = {};  // the bytes are those of a `PackedMatrix`
};

#if VPR_IO_BODIES
namespace detail {

/// Walks over a tensor's elements in row-major order.
template <class From>
class StoredElements {
 public:
  StoredElements(const StoredTensor& stored, const Shape& shape) : stored_(stored), shape_(shape), from_(stored.bytes.data()) {
    if (!stored.deflated) return;
    inflater_ = std::make_unique<Inflater>(stored.bytes);
    inflater_->skip(stored.deflated->begin);
    if (stored.strides.empty()) return;
    const std::uint64_t reach = stored.deflated->end - stored.deflated->begin;
    constexpr std::uint64_t allowance = 64 << 20;
    VPR_REQUIRE(WeightError, reach <= allowance + 4 * static_cast<std::uint64_t>(shape_.elements()) * sizeof(From), "its ", shape_,
                " elements are spread over ", reach, " compressed bytes: save the file without compression");
    inflated_.resize(static_cast<std::size_t>(reach));
    inflater_->read(inflated_);
    from_ = inflated_.data();
  }

  /// How many of the stored bytes are not needed any more.
  std::size_t passed() const { return inflater_ || !stored_.strides.empty() ? 0 : static_cast<std::size_t>(from_ - stored_.bytes.data()); }

  /// Writes the elements that come next to `out`.
  template <class T>
  void next(std::span<T> out) {
    if (!stored_.strides.empty()) {
      next_strided(out);
    } else if (!inflater_) {
      convert(from_, 1, out);
      from_ += out.size() * sizeof(From);
    } else if (std::is_same_v<From, T> && !stored_.negated) {
      inflater_->read(std::as_writable_bytes(out));
    } else {
      std::array<std::byte, 8192> buffer;
      while (!out.empty()) {
        const auto part = out.first(std::min(out.size(), buffer.size() / sizeof(From)));
        inflater_->read(std::span(buffer).first(part.size() * sizeof(From)));
        convert(buffer.data(), 1, part);
        out = out.subspan(part.size());
      }
    }
  }

 private:
  template <class T>
  void next_strided(std::span<T> out) {
    const std::size_t last = stored_.strides.size() - 1;
    while (!out.empty()) {
      std::int64_t offset = 0;
      for (std::size_t axis = 0; axis <= last; ++axis) offset += position_[axis] * stored_.strides[axis];
      const auto part = out.first(std::min(out.size(), static_cast<std::size_t>(shape_[last] - position_[last])));
      convert(from_ + offset * static_cast<std::int64_t>(sizeof(From)), stored_.strides[last], part);
      position_[last] += static_cast<std::int64_t>(part.size());
      for (std::size_t axis = last; axis > 0 && position_[axis] == shape_[axis]; --axis) {
        position_[axis] = 0;
        ++position_[axis - 1];
      }
      out = out.subspan(part.size());
    }
  }

  template <class T>
  void convert(const std::byte* from, std::int64_t stride, std::span<T> out) const {
    if constexpr (std::is_same_v<From, T>) {
      if (stride == 1 && !stored_.negated) {
        std::memcpy(out.data(), from, out.size_bytes());
        return;
      }
    }
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = load_element<From, T>(from + static_cast<std::int64_t>(i * sizeof(From)) * stride, stored_.negated);
  }

  const StoredTensor& stored_;
  const Shape& shape_;
  const std::byte* from_;
  std::unique_ptr<Inflater> inflater_;
  std::vector<std::byte> inflated_;
  std::array<std::int64_t, Shape::max_rank> position_{};
};

/// The same of the values of a packed tensor.
struct UnpackedElements {
  std::vector<float> values;
  std::size_t done = 0;

  std::size_t passed() const { return 0; }
  template <class T>
  void next(std::span<T> out) {
    for (T& value : out) value = static_cast<T>(values[done++]);
  }
};

}  // namespace detail
#endif

}  // namespace vpr
