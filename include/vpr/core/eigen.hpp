// SPDX-License-Identifier: MIT
/// @file
/// Tensors of host memory seen as Eigen matrices, without a copy.
#pragma once

#include <vpr/core/tensor.hpp>

#if !__has_include(<Eigen/Core>)
#error "vpr needs Eigen 3.4 or later: install it (Debian: libeigen3-dev) and pass its folder, such as -isystem /usr/include/eigen3"
#include "the error above is the cause"  // stops the compiler
#endif
#include <Eigen/Core>

namespace vpr {

/// A dense row-major matrix. Its memory is the same for whatever instruction set a file is compiled, which Eigen's aligned memory is not.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor | Eigen::DontAlign>;

/// A row of numbers, held likewise.
template <class T>
using RowVector = Eigen::Matrix<T, 1, Eigen::Dynamic, Eigen::RowMajor | Eigen::DontAlign>;

template <class B>
auto Tensor<B>::matrix() & {
  static_assert(B::host, "matrix() needs a tensor in host memory: copy it with values() first");
  return Eigen::Map<Matrix<value_type>>(data(), shape_.rows(), shape_.last());
}

template <class B>
auto Tensor<B>::matrix() const& {
  static_assert(B::host, "matrix() needs a tensor in host memory: copy it with values() first");
  return Eigen::Map<const Matrix<value_type>>(data(), shape_.rows(), shape_.last());
}

}  // namespace vpr
