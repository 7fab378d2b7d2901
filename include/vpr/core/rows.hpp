// SPDX-License-Identifier: MIT
/// @file
/// How functions over many vectors take them, whichever library holds them.
#pragma once

#include <vpr/core/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace vpr {

namespace detail {
template <class T>
concept HostTensor = T::backend::host && std::same_as<typename T::value_type, float>;
}

/// A borrowed row-major matrix of floats: N vectors of D numbers. It must not outlive what it was made from.
///
/// Whatever holds such a matrix converts to it without a copy: a row-major Eigen matrix, `Map`, `Ref` or block; a row-major
/// xtensor container or view; a `Tensor` in host memory. A single axis is one row. Expressions are to be evaluated first.
/// Neither library's headers are needed here.
class Rows {
 public:
  /// @param stride  floats from one row to the next, at least `dim`
  /// @throws ShapeError for a negative size.
  Rows(const float* data, std::int64_t size, std::int64_t dim, std::int64_t stride) : data_(data), size_(size), dim_(dim), stride_(stride) {
    VPR_REQUIRE(ShapeError, size >= 0 && dim >= 0 && stride >= dim, "rows: got ", size, " rows of ", dim, " numbers, ", stride, " apart");
  }
  Rows(const float* data, std::int64_t size, std::int64_t dim) : Rows(data, size, dim, dim) {}

  /// From Eigen.
  /// @throws ShapeError unless the numbers of a row lie side by side.
  template <class M>
  requires std::same_as<typename M::Scalar, float> && requires(const M& m) { m.data(), m.innerStride(), m.outerStride(); }
  Rows(const M& matrix) : Rows(matrix.data(), matrix.rows(), matrix.cols(), matrix.rows() > 1 ? matrix.outerStride() : matrix.cols()) {
    static_assert(M::IsRowMajor, "vpr::Rows: this Eigen matrix is column-major; use Eigen::RowMajor, and a RowVector for one row");
    VPR_REQUIRE(ShapeError, dim_ < 2 || matrix.innerStride() == 1, "rows: the numbers of an Eigen row are ", matrix.innerStride(),
                " apart, expected 1");
  }

  /// From xtensor.
  /// @throws ShapeError for another number of axes than one or two, or unless the numbers of a row lie side by side.
  template <class M>
  requires std::same_as<typename M::value_type, float> && requires(const M& m) { m.data(), m.strides(), m.data_offset(), m.dimension(); }
  Rows(const M& matrix) : Rows(matrix.data() + matrix.data_offset(), 1, 0) {
    const std::size_t axes = matrix.dimension();
    VPR_REQUIRE(ShapeError, axes == 1 || axes == 2, "rows: got an xtensor of ", axes, " axes, expected 2, or 1 for one row");
    size_ = axes == 2 ? static_cast<std::int64_t>(matrix.shape()[0]) : 1;
    dim_ = static_cast<std::int64_t>(matrix.shape()[axes - 1]);
    stride_ = size_ > 1 ? static_cast<std::int64_t>(matrix.strides()[0]) : dim_;
    const auto step = static_cast<std::int64_t>(matrix.strides()[axes - 1]);
    VPR_REQUIRE(ShapeError, (dim_ < 2 || step == 1) && stride_ >= dim_, "rows: the numbers of an xtensor row are ", step,
                " apart and its rows ", stride_, ", expected 1 and at least ", dim_);
  }

  /// From a `Tensor` of floats in host memory: all but its last axis count as rows.
  template <detail::HostTensor T>
  Rows(const T& tensor) : Rows(tensor.data(), tensor.shape().rows(), tensor.shape().last()) {}

  std::int64_t size() const { return size_; }
  std::int64_t dim() const { return dim_; }
  const float* operator[](std::int64_t row) const { return data_ + row * stride_; }
  /// The rows [begin, begin + count).
  Rows slice(std::int64_t begin, std::int64_t count) const { return {(*this)[begin], count, dim_, stride_}; }

 private:
  const float* data_;
  std::int64_t size_;
  std::int64_t dim_;
  std::int64_t stride_;
};

namespace detail {

/// The sum of term(k) for k in [0, count), in sixteen sums side by side: fast, and more exact than one.
template <class Term>
float sum(std::int64_t count, Term term) {
  constexpr int lanes = 16;
  float sums[lanes] = {};
  std::int64_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (int lane = 0; lane < lanes; ++lane) sums[lane] += term(k + lane);
  }
  for (int lane = 0; k < count; ++k, ++lane) sums[lane] += term(k);
  float total = 0;
  for (const float part : sums) total += part;
  return total;
}

}  // namespace detail

/// Refuses rows that are not vectors of `dim` numbers with a finite, not absurd length, before they meet a kernel that trusts
/// them. A length up to 3e18 keeps every inner product and squared distance finite.
/// @param what  begins the message, such as "FlatIndex: query"
/// @throws ShapeError for another length; FormatError, naming the row, for NaN, infinity or a larger length.
inline void require_finite(Rows rows, std::int64_t dim, const char* what) {
  VPR_REQUIRE(ShapeError, rows.dim() == dim || rows.size() == 0, what, " rows have ", rows.dim(), " numbers, expected ", dim);
  for (std::int64_t r = 0; r < rows.size(); ++r) {
    const float* const row = rows[r];
    if (detail::sum(dim, [row](std::int64_t k) { return row[k] * row[k]; }) <= 1e37F) continue;
    for (std::int64_t k = 0; k < dim; ++k) {
      VPR_REQUIRE(FormatError, row[k] - row[k] == 0, what, ' ', r, " holds ", row[k], " at ", k, ", expected finite numbers");
    }
    fail<FormatError>(what, ' ', r, " is longer than 3e18: its products would overflow");
  }
}

}  // namespace vpr
