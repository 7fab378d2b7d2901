// SPDX-License-Identifier: MIT
/// @file
/// How functions over many vectors take them, whichever library holds them.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace vpr {

namespace detail {
template <class T>
concept HostTensor = T::backend::host && std::same_as<typename T::value_type, float>;

template <class M>
concept EigenRows = std::same_as<typename M::Scalar, float> && requires(const M& m) {
  m.data(), m.innerStride(), m.outerStride();
};

template <class M>
concept XtensorRows = std::same_as<typename M::value_type, float> && requires(const M& m) {
  m.data(), m.strides(), m.data_offset(), m.dimension();
};

/// Whether the numbers of an M go with it: an Eigen matrix, an xtensor container or a tensor, but no view of one.
template <class M>
concept OwnsNumbers = requires(M& m) {
  m.conservativeResize(0, 0);
}
|| std::same_as<M, typename M::temporary_type> || HostTensor<M>;

template <class Argument>
concept TemporaryNumbers = !std::is_lvalue_reference_v<Argument> && OwnsNumbers<std::remove_cvref_t<Argument>>;
}  // namespace detail

/// A borrowed row-major matrix of floats: N vectors of D numbers. It must not outlive what it was made from.
///
/// Whatever holds such a matrix converts to it without a copy: a row-major Eigen matrix, `Map`, `Ref` or block; a row-major
/// xtensor container or view; a `Tensor` in host memory. A single axis is one row. Expressions are to be evaluated first.
/// Neither library's headers are needed here.
///
/// A temporary that holds its numbers does not convert by itself: `Rows rows = descriptors_of(photo);` would outlive them. Functions that
/// keep nothing of their rows take them as a `RowsArgument`, which a temporary does convert to.
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
  template <class Argument, class M = std::remove_cvref_t<Argument>>
  requires detail::EigenRows<M>
  explicit(detail::TemporaryNumbers<Argument>) Rows(Argument&& matrix)
      : Rows(matrix.data(), matrix.rows(), matrix.cols(), matrix.rows() > 1 ? matrix.outerStride() : matrix.cols()) {
    static_assert(M::IsRowMajor, "vpr::Rows: this Eigen matrix is column-major; use Eigen::RowMajor, and a RowVector for one row");
    VPR_REQUIRE(ShapeError, dim_ < 2 || matrix.innerStride() == 1, "rows: the numbers of an Eigen row are ", matrix.innerStride(),
                " apart, expected 1");
  }

  /// From xtensor.
  /// @throws ShapeError for another number of axes than one or two, or unless the numbers of a row lie side by side.
  template <class Argument, class M = std::remove_cvref_t<Argument>>
  requires detail::XtensorRows<M>
  explicit(detail::TemporaryNumbers<Argument>) Rows(Argument&& matrix) : Rows(matrix.data() + matrix.data_offset(), 1, 0) {
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
  template <class Argument>
  requires detail::HostTensor<std::remove_cvref_t<Argument>>
  explicit(detail::TemporaryNumbers<Argument>) Rows(Argument&& tensor)
      : Rows(tensor.data(), tensor.shape().rows(), tensor.shape().last()) {}

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

/// Rows as the argument of a function that keeps none of them: of a temporary too, which lives until the call has returned.
class RowsArgument : public Rows {
 public:
  template <class T>
  requires std::constructible_from<Rows, T> RowsArgument(T&& rows) : Rows(std::forward<T>(rows)) {}
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
    bool finite = true;
    for (std::int64_t k = 0; k < dim; ++k) finite &= is_finite(row[k]);
    if (finite && detail::sum(dim, [row](std::int64_t k) { return row[k] * row[k]; }) <= 1e37F) continue;
    for (std::int64_t k = 0; k < dim; ++k) {
      VPR_REQUIRE(FormatError, is_finite(row[k]), what, ' ', r, " holds ", row[k], " at ", k, ", expected finite numbers");
    }
    fail<FormatError>(what, ' ', r, " is longer than 3e18: its products would overflow");
  }
}

}  // namespace vpr
