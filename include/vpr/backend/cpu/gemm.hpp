// SPDX-License-Identifier: MIT
/// @file
/// The product of two matrices: the bits of an element depend on its row and its column alone.
#pragma once

#include <vpr/backend/cpu/bf16_panels.hpp>
#include <vpr/backend/cpu/matrix_view.hpp>
#include <vpr/backend/cpu/product_kernels.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// How many rows and columns a product has, and how many terms each of its elements.
struct GemmSize {
  std::int64_t rows, columns, depth;
};

/// Packs `depth` rows of `x` into panels: element (k, c) is `to[(c / panel_columns * depth + k) * panel_columns + c % panel_columns]`. What the
/// last panel has above `columns` is zeros.
template <class T>
void pack_panels(MatrixView<T> x, std::int64_t depth, std::int64_t columns, T* to) {
  const std::int64_t whole = columns / panel_columns * panel_columns, rest = columns - whole;
  if (rest > 0) std::fill_n(to + whole * depth, depth * panel_columns, T(0));
  if (x.row_step == 1) {
    for (std::int64_t c = 0; c < columns; c += panel_columns)
      copy_transposed(x.data + c * x.column_step, x.column_step, std::min(panel_columns, columns - c), depth, to + c * depth,
                      panel_columns);
    return;
  }
  for (std::int64_t k = 0; k < depth; ++k) {
    const T* const from = x.data + k * x.row_step;
    T* const row = to + k * panel_columns;
    for (std::int64_t c = 0; c < whole; c += panel_columns) std::memcpy(row + c * depth, from + c, panel_columns * sizeof(T));
    std::copy_n(from + whole, rest, row + whole * depth);
  }
}

/// Packs `rows` <= `height` rows of `x` into a tile of lines of 64 bytes; see `ProductKernels::pack`.
template <class T>
void pack_tile(MatrixView<T> x, std::int64_t rows, std::int64_t depth, std::int64_t height, T* to) {
  constexpr std::int64_t line = 64 / sizeof(T);
  const std::int64_t whole = depth / line * line, rest = depth - whole;
  if (x.column_step == 1) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* const from = x.data + r * x.row_step;
      for (std::int64_t k = 0; k < whole; k += line) std::memcpy(to + k * height + r * line, from + k, 64);
      std::copy_n(from + whole, rest, to + whole * height + r * line);
    }
  } else {
    for (std::int64_t k = 0; k < depth; k += line)
      copy_transposed(x.data + k * x.column_step, x.column_step, std::min(line, depth - k), rows, to + k * height, line);
  }
  if (rows == height) return;
  for (std::int64_t k = 0; k < depth; k += line) std::fill_n(to + k * height + rows * line, (height - rows) * line, T(0));
}

/// The same in a precision, f32 or bf16.
template <class T>
void pack_tile(const ProductKernels<T>& kernels, MatrixView<T> x, std::int64_t rows, std::int64_t depth, std::int64_t height,
               Precision precision, T* to) {
  if (precision == Precision::f32) return pack_tile(x, rows, depth, height, to);
  if constexpr (std::is_same_v<T, float>) {
    Buffer<RowScale> unused(static_cast<std::size_t>(rows));
    Buffer<T> transposed(static_cast<std::size_t>(x.column_step == 1 ? 0 : rows * depth));
    if (x.column_step != 1) {
      copy_transposed(x.data, x.column_step, depth, rows, transposed.data(), depth);
      x = {transposed.data(), depth};
    }
    kernels.pack({x.data, x.row_step, rows}, depth, height, to, unused.data());
  }
}

/// `pack_panels` in a precision, f32 or bf16.
template <class T>
void pack_panels(MatrixView<T> x, std::int64_t depth, std::int64_t columns, Precision precision, T* to) {
  if (precision == Precision::f32) return pack_panels(x, depth, columns, to);
  if constexpr (std::is_same_v<T, float>) pack_bf16_panels(x, depth, columns, reinterpret_cast<std::uint32_t*>(to));
}

/// Multiplies a part on this thread.
template <class T>
void multiply_part(const ProductKernels<T>& kernels, const PackedProduct<T>& product, ProductPart part) {
  const bool several_runs = product.depth > longest_run;
  const std::int64_t rows = several_runs ? padded_rows(part.row_end - part.row_begin, kernels.tile_rows) : kernels.tile_rows;
  Buffer<T> sums(static_cast<std::size_t>(rows * (several_runs ? strip_panels : 1) * panel_columns));
  kernels.multiply(product, part, sums.data());
}

/// The rows that stay in the cache, packed, while columns pass them.
inline constexpr std::int64_t band_rows = 288;

/// The rows of one of `bands` parts of a product, a tile at least.
inline ProductPart band_of(std::int64_t rows, std::int64_t tile_rows, std::int64_t band, std::int64_t bands) {
  const std::int64_t tiles = ceiling(rows, tile_rows);
  return {tiles * band / bands * tile_rows, std::min(rows, tiles * (band + 1) / bands * tile_rows), 0, 0};
}

/// Multiplies packed rows and packed panels over the threads.
template <class T>
void multiply_packed(const ProductKernels<T>& kernels, const PackedProduct<T>& product, std::int64_t rows) {
  const std::int64_t threads = thread_count(), bands = ceiling(rows, band_rows), panels = ceiling(product.columns, panel_columns);
  const std::int64_t strips = threads == 1 ? 1 : std::min(panels, ceiling(3 * threads, bands));
  parallel_for(bands * strips, [&](std::int64_t task) {
    ProductPart part = band_of(rows, kernels.tile_rows, task / strips, bands);
    part.panel_begin = panels * (task % strips) / strips;
    part.panel_end = panels * (task % strips + 1) / strips;
    multiply_part(kernels, product, part);
  });
}

/// out = epilogue(a · b): `rows` × `depth` by `depth` × `columns`, written with `step` from row to row; `out` may
/// not overlap the operands. In bf16 the elements of both operands are rounded to bfloat16 (nearest, ties to even), and their products summed in
/// float. In double `epilogue` may only add a residual, and `precision` is f32, which means as they come.
///
/// An element is summed in order over runs of at most 512 terms, and run by run: it has the same bits whatever else is computed with it, on
/// any number of threads. In float, up to 8 MB hold packed rows, and each thread 256 packed columns.
template <class T>
void gemm(MatrixView<T> a, MatrixView<T> b, GemmSize size, T* out, std::int64_t step, EpilogueOperands<T> epilogue = {},
          Precision precision = Precision::f32) {
  if (size.rows == 0 || size.columns == 0) return;
  const ProductKernels<T>& kernels = product_kernels<T>(precision);
  const std::int64_t tiles_held = (std::int64_t{1} << 21) / std::max<std::int64_t>(1, size.depth * kernels.tile_rows);
  const std::int64_t most_rows = std::max<std::int64_t>(1, tiles_held) * kernels.tile_rows, strip = strip_panels * panel_columns;
  const std::int64_t units = ceiling(size.depth, precision == Precision::bf16 ? 2 : 1), line = 64 / sizeof(T),
                     lines = ceiling(units * kernels.steps, line);
  for (std::int64_t top = 0; top < size.rows; top += most_rows) {
    const std::int64_t rows = std::min(most_rows, size.rows - top), tiles = ceiling(rows, kernels.tile_rows);
    Buffer<T> left(static_cast<std::size_t>(padded_rows(rows, kernels.tile_rows) * lines * line));
    parallel_for(tiles, [&](std::int64_t tile) {
      const std::int64_t row = tile * kernels.tile_rows, rest = rows - row, height = tile_height(rest, kernels.tile_rows);
      pack_tile(kernels, a.from(top + row, 0), std::min(rest, height), size.depth, height, precision, left.data() + row * lines * line);
    });
    // Each task packs the columns that it reads, while they stay in its cache. Rows are split too where there are few strips.
    const std::int64_t strips = ceiling(size.columns, strip), threads = thread_count();
    const std::int64_t shares = threads == 1 ? 1 : std::min(tiles, ceiling(2 * threads, strips));
    parallel_for(strips * shares, [&](std::int64_t task) {
      const std::int64_t column = task / shares * strip, columns = std::min(strip, size.columns - column);
      Buffer<T> right(static_cast<std::size_t>(ceiling(columns, panel_columns) * panel_columns * units));
      pack_panels(b.from(0, column), size.depth, columns, precision, right.data());
      PackedProduct<T> product{.left = left.data(),
                               .right = right.data(),
                               .depth = size.depth,
                               .columns = columns,
                               .out = out + top * step + column,
                               .step = step,
                               .epilogue = epilogue};
      if (epilogue.bias != nullptr) product.epilogue.bias += column;
      if (epilogue.gate != nullptr) product.epilogue.gate += column;
      if (epilogue.residual != nullptr) product.epilogue.residual += top * step + column;
      const ProductPart share = band_of(rows, kernels.tile_rows, task % shares, shares);
      const std::int64_t bands = ceiling(share.row_end - share.row_begin, band_rows);
      for (std::int64_t band = 0; band < bands; ++band) {
        ProductPart part = band_of(share.row_end - share.row_begin, kernels.tile_rows, band, bands);
        multiply_part(kernels, product,
                      {share.row_begin + part.row_begin, share.row_begin + part.row_end, 0, ceiling(columns, panel_columns)});
      }
    });
  }
}

/// out + a · b with `add`.
template <class T>
void gemm(MatrixView<T> a, MatrixView<T> b, GemmSize size, T* out, std::int64_t step, bool add) {
  gemm(a, b, size, out, step, EpilogueOperands<T>{.residual = add ? out : nullptr});
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
