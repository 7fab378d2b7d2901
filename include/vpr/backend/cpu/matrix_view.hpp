// SPDX-License-Identifier: MIT
/// @file
/// A matrix as a product reads it, and how it is copied transposed.
#pragma once

#include <vpr/backend/cpu/product_kernels.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// A matrix as a product reads it: element (r, c) is `data[r * row_step + c * column_step]`, and one of the steps is 1.
template <class T>
struct MatrixView {
  const T* data;
  std::int64_t row_step;
  std::int64_t column_step = 1;

  MatrixView transposed() const { return {data, column_step, row_step}; }
  MatrixView from(std::int64_t row, std::int64_t column) const {
    return {data + row * row_step + column * column_step, row_step, column_step};
  }
};

/// Copies a square of four by four transposed, in vectors.
template <class T>
void copy_square_transposed(const T* from, std::int64_t from_step, T* to, std::int64_t to_step) {
  typedef T Four __attribute__((vector_size(4 * sizeof(T))));
  Four in[4];
  for (int i = 0; i < 4; ++i) std::memcpy(&in[i], from + i * from_step, sizeof(Four));
  const Four a = __builtin_shufflevector(in[0], in[1], 0, 4, 1, 5), b = __builtin_shufflevector(in[0], in[1], 2, 6, 3, 7);
  const Four c = __builtin_shufflevector(in[2], in[3], 0, 4, 1, 5), d = __builtin_shufflevector(in[2], in[3], 2, 6, 3, 7);
  const Four out[4] = {__builtin_shufflevector(a, c, 0, 1, 4, 5), __builtin_shufflevector(a, c, 2, 3, 6, 7),
                       __builtin_shufflevector(b, d, 0, 1, 4, 5), __builtin_shufflevector(b, d, 2, 3, 6, 7)};
  for (int i = 0; i < 4; ++i) std::memcpy(to + i * to_step, &out[i], sizeof(Four));
}

/// Copies a matrix transposed: `to[c * to_step + r]` is `from[r * from_step + c]`.
template <class T>
void copy_transposed(const T* from, std::int64_t from_step, std::int64_t rows, std::int64_t columns, T* to, std::int64_t to_step) {
  constexpr std::int64_t line = 64 / sizeof(T);  // a line of the cache of each row at a time, so that what is written stays in it
  const std::int64_t square_rows = rows / 4 * 4, square_columns = columns / 4 * 4;
  for (std::int64_t begin = 0; begin < square_columns; begin += line) {
    for (std::int64_t r = 0; r < square_rows; r += 4) {
      for (int i = 0; i < 4; ++i) __builtin_prefetch(from + (r + i) * from_step + begin + 4 * line);
      for (std::int64_t c = begin; c < std::min(begin + line, square_columns); c += 4)
        copy_square_transposed(from + r * from_step + c, from_step, to + c * to_step + r, to_step);
    }
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = r < square_rows ? square_columns : 0; c < columns; ++c) to[c * to_step + r] = from[r * from_step + c];
  }
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
