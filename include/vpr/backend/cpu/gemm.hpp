// SPDX-License-Identifier: MIT
/// @file
/// The product of two matrices in the compiler's vectors: the bits of an element depend on its row and its column alone.
#pragma once

#include <vpr/backend/vector.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Rows of the part of a product that is held in registers, two vectors wide.
inline constexpr int gemm_rows = accumulators / 2;

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

/// How many rows and columns a product has, and how many terms each of its elements.
struct GemmSize {
  std::int64_t rows, columns, depth;
};

/// The part of a product that is held in registers: `gemm_rows` × two vectors. Its left operand is packed into panels of `gemm_rows`
/// rows, the right one into panels of `columns` columns: the first elements of all of them, then their second elements, and so on.
template <class T>
struct GemmTile {
  typedef T Vector __attribute__((vector_size(vector_bytes)));
  static constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T)), rows = gemm_rows, columns = 2 * lanes;

  /// Writes, or adds to `out`, the product of two panels of which `height` rows and `width` columns are wanted.
  static void multiply(const T* left, const T* right, std::int64_t depth, std::int64_t height, std::int64_t width, bool add, T* out,
                       std::int64_t step) {
    if (height == rows && width == columns) return whole<2>(left, right, depth, add, out, step);
    T tile[rows * columns];
    width <= lanes ? whole<1>(left, right, depth, false, tile, columns) : whole<2>(left, right, depth, false, tile, columns);
    for (std::int64_t r = 0; r < height; ++r) {
      for (std::int64_t c = 0; c < width; ++c) out[r * step + c] = add ? out[r * step + c] + tile[r * columns + c] : tile[r * columns + c];
    }
  }

 private:
  /// The first `Vectors` of the two.
  template <int Vectors>
  static void whole(const T* left, const T* right, std::int64_t depth, bool add, T* out, std::int64_t step) {
    unrolled<Vectors>(left, right, depth, add, out, step, std::make_integer_sequence<int, rows * Vectors>());
  }

  template <int Vectors, int... I>
  static void unrolled(const T* left, const T* right, std::int64_t depth, bool add, T* out, std::int64_t step,
                       std::integer_sequence<int, I...>) {
    Vector sums[rows * Vectors] = {};
    for (; depth > 0; --depth, left += rows, right += columns) {
      Vector row[Vectors];
      // One copy a vector: GCC takes a copy of the whole array through the stack.
      for (int i = 0; i < Vectors; ++i) std::memcpy(&row[i], right + i * lanes, sizeof(Vector));
      ((sums[I] += left[I / Vectors] * row[I % Vectors]), ...);
    }
    const auto write = [=](T* to, Vector sum) {
      if (add) {
        Vector before;
        std::memcpy(&before, to, sizeof before);
        sum += before;
      }
      std::memcpy(to, &sum, sizeof sum);
    };
    (write(out + I / Vectors * step + I % Vectors * lanes, sums[I]), ...);
  }
};

/// Packs `rows` <= `Width` rows of `x` into a panel of `Width`, the rest of it zeros: `to[k * Width + r]` is element (r, k).
template <int Width, class T>
void pack_panel(MatrixView<T> x, std::int64_t rows, std::int64_t depth, T* to) {
  if (rows < Width) std::fill_n(to, depth * Width, T(0));
  if (x.row_step == 1) {
    for (std::int64_t k = 0; k < depth; ++k) {
      const T* const from = x.data + k * x.column_step;
      if (rows == Width) {
        std::memcpy(to + k * Width, from, Width * sizeof(T));  // of a fixed size: no call
      } else {
        std::copy_n(from, rows, to + k * Width);
      }
    }
    return;
  }
  // Squares of four by four are transposed in vectors.
  typedef T Four __attribute__((vector_size(4 * sizeof(T))));
  const std::int64_t square_rows = rows / 4 * 4, square_depth = depth / 4 * 4;
  for (std::int64_t r = 0; r < square_rows; r += 4) {
    for (std::int64_t k = 0; k < square_depth; k += 4) {
      Four in[4];
      for (int i = 0; i < 4; ++i) {
        const T* const from = x.data + (r + i) * x.row_step + k;
        __builtin_prefetch(from + 4 * x.row_step);  // the next rows, which the processor does not foresee
        std::memcpy(&in[i], from, sizeof(Four));
      }
      const Four a = __builtin_shufflevector(in[0], in[1], 0, 4, 1, 5), b = __builtin_shufflevector(in[0], in[1], 2, 6, 3, 7);
      const Four c = __builtin_shufflevector(in[2], in[3], 0, 4, 1, 5), d = __builtin_shufflevector(in[2], in[3], 2, 6, 3, 7);
      const Four out[4] = {__builtin_shufflevector(a, c, 0, 1, 4, 5), __builtin_shufflevector(a, c, 2, 3, 6, 7),
                           __builtin_shufflevector(b, d, 0, 1, 4, 5), __builtin_shufflevector(b, d, 2, 3, 6, 7)};
      for (int i = 0; i < 4; ++i) std::memcpy(to + (k + i) * Width + r, &out[i], sizeof(Four));
    }
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t k = r < square_rows ? square_depth : 0; k < depth; ++k) to[k * Width + r] = x.data[r * x.row_step + k];
  }
}

/// `gemm` on this thread, of a matrix small or large.
template <class T, class Finish>
void serial_gemm(MatrixView<T> a, MatrixView<T> b, GemmSize size, T* out, std::int64_t step, bool add, const Finish& finish) {
  constexpr std::int64_t height = GemmTile<T>::rows, width = GemmTile<T>::columns, longest_run = 384, band = 88 * height, strip = 192;
  static_assert(strip % width == 0);
  const auto panels = [](std::int64_t whole, std::int64_t panel) { return (whole + panel - 1) / panel * panel; };
  const std::int64_t runs = std::max<std::int64_t>(1, (size.depth + longest_run - 1) / longest_run), most = (size.depth + runs - 1) / runs;
  Buffer<T> left(static_cast<std::size_t>(std::min(band, panels(size.rows, height)) * most));
  Buffer<T> right(static_cast<std::size_t>(std::min(strip, panels(size.columns, width)) * most));
  for (std::int64_t top = 0; top < size.rows; top += band) {
    const std::int64_t rows = std::min(band, size.rows - top);
    for (std::int64_t run = 0; run < runs; ++run) {
      const std::int64_t begin = size.depth * run / runs, depth = size.depth * (run + 1) / runs - begin;
      for (std::int64_t r = 0; r < rows; r += height)
        pack_panel<height>(a.from(top + r, begin), std::min(height, rows - r), depth, left.data() + r * depth);
      for (std::int64_t column = 0; column < size.columns; column += strip) {
        const std::int64_t columns = std::min(strip, size.columns - column);
        for (std::int64_t c = 0; c < columns; c += width) {
          pack_panel<width>(b.from(begin, column + c).transposed(), std::min(width, columns - c), depth, right.data() + c * depth);
        }
        for (std::int64_t r = 0; r < rows; r += height) {
          const std::int64_t wanted = std::min(height, rows - r);
          for (std::int64_t c = 0; c < columns; c += width) {
            GemmTile<T>::multiply(left.data() + r * depth, right.data() + c * depth, depth, wanted, std::min(width, columns - c),
                                  add || run > 0, out + (top + r) * step + column + c, step);
          }
          if (run + 1 == runs) finish(top + r, column, wanted, columns);
        }
      }
    }
  }
}

/// out = a · b, or out + a · b with `add`: `rows` × `depth` by `depth` × `columns`, written with `step` from row to row; `out` may not
/// overlap the operands.
///
/// An element is summed in order over runs of at most 384 terms, and run by run: it has the same bits whatever else is computed with
/// it, on any number of threads. `finish(row, column, height, width)` is called for parts of the result that are done, each element
/// once, while they are in the cache. A thread takes 2 MB of memory at most in float.
///
/// Eigen's products do as well under some compilers; under GCC 12 with AVX-512 they take a fifth to a third longer.
template <class T, class Finish>
void gemm(MatrixView<T> a, MatrixView<T> b, GemmSize size, T* out, std::int64_t step, bool add, const Finish& finish) {
  // Each task packs what it reads, so that no thread waits for another: the nearer tasks are to squares, the less is packed twice.
  std::int64_t down = 1, across = 1;
  while (thread_count() > 1 && down * across < 2 * thread_count()) (size.rows * across > size.columns * down ? down : across) *= 2;
  const auto border = [](std::int64_t whole, std::int64_t panel, std::int64_t part, std::int64_t parts) {
    return std::min(whole, (whole + panel - 1) / panel * part / parts * panel);
  };
  parallel_for(down * across, [&](std::int64_t task) {
    const std::int64_t r = task / across, c = task % across;
    const std::int64_t row = border(size.rows, GemmTile<T>::rows, r, down), rows = border(size.rows, GemmTile<T>::rows, r + 1, down) - row;
    const std::int64_t column = border(size.columns, GemmTile<T>::columns, c, across),
                       columns = border(size.columns, GemmTile<T>::columns, c + 1, across) - column;
    serial_gemm(a.from(row, 0), b.from(0, column), {rows, columns, size.depth}, out + row * step + column, step, add,
                [&](std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width) {
                  finish(row + top, column + left, height, width);
                });
  });
}

template <class T>
void gemm(MatrixView<T> a, MatrixView<T> b, GemmSize size, T* out, std::int64_t step, bool add = false) {
  gemm(a, b, size, out, step, add, [](auto...) {});
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
