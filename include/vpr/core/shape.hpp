// SPDX-License-Identifier: MIT
/// @file
/// Extents of a tensor.
#pragma once

#include <vpr/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <ostream>
#include <span>

namespace vpr {

/// Extents of a tensor, row-major, the last one fastest. At most eight; none means a scalar.
/// Holds no memory of its own. Invariant: every extent is at least 0 and the product of those above 0 fits `std::int64_t`.
class Shape {
 public:
  static constexpr std::size_t max_rank = 8;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}

  /// @throws ShapeError for more than eight extents, a negative one, or a product beyond 2^63 - 1.
  explicit Shape(std::span<const std::int64_t> extents) {
    VPR_REQUIRE(ShapeError, extents.size() <= max_rank, "shape: got ", extents.size(), " dimensions, at most ", max_rank, " are supported");
    for (const std::int64_t extent : extents) {
      VPR_REQUIRE(ShapeError, extent >= 0, "shape: got a negative extent ", extent);
      extents_[rank_++] = extent;
    }
    std::int64_t product = 1;  // of the extents that are not 0, so that `elements` and `rows` never overflow on their way
    for (const std::int64_t extent : *this) {
      if (extent == 0) continue;
      VPR_REQUIRE(ShapeError, product <= std::numeric_limits<std::int64_t>::max() / extent, "shape: the number of elements of ", *this,
                  " overflows");
      product *= extent;
    }
  }

  std::size_t rank() const { return rank_; }
  std::int64_t operator[](std::size_t axis) const { return extents_[axis]; }
  /// The extent of the last axis; 1 for a scalar.
  std::int64_t last() const { return rank_ == 0 ? 1 : extents_[rank_ - 1]; }
  /// The number of elements: 1 for a scalar.
  std::int64_t elements() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : *this) product *= extent;
    return product;
  }
  /// The number of rows when seen as a matrix of `last()` columns.
  std::int64_t rows() const {
    std::int64_t product = 1;
    for (std::size_t axis = 0; axis + 1 < rank_; ++axis) product *= extents_[axis];
    return product;
  }
  /// This shape with `extent` at `axis`.
  Shape with(std::size_t axis, std::int64_t extent) const {
    Shape other = *this;
    other.extents_[axis] = extent;
    return Shape(std::span(other.begin(), other.rank_));
  }

  const std::int64_t* begin() const { return extents_.data(); }
  const std::int64_t* end() const { return extents_.data() + rank_; }

  friend bool operator==(const Shape& a, const Shape& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

  /// Prints as `[2, 3, 4]`, as PyTorch does.
  friend std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    out << '[';
    for (std::size_t axis = 0; axis < shape.rank_; ++axis) out << (axis == 0 ? "" : ", ") << shape.extents_[axis];
    return out << ']';
  }

 private:
  std::array<std::int64_t, max_rank> extents_{};
  std::size_t rank_ = 0;
};

}  // namespace vpr
