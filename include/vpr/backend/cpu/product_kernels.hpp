// SPDX-License-Identifier: MIT
/// @file
/// The inner loops of matrix products, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/vector_math.hpp>
#include <vpr/backend/kernel.hpp>
#include <vpr/backend/precision.hpp>

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace vpr::detail {

/// The columns of a panel. The right operand of a product is packed into panels, each with the first words of its columns, then their second
/// words, and so on. A word is a float, a double, two bfloat16 or four bytes: one `unit` of the depth. The layout is the same for every
/// instruction set.
inline constexpr std::int64_t panel_columns = 32;

/// The most units that are summed in one run: an element is the sum of the sums of its runs. Packed rows and columns of a run fit the cache.
inline constexpr std::int64_t longest_run = 512;

/// The panels that go through all runs before the next ones do, where there are several runs.
inline constexpr std::int64_t strip_panels = 8;

constexpr std::int64_t ceiling(std::int64_t whole, std::int64_t part) { return (whole + part - 1) / part; }

/// How many rows a tile has of which `rest` are wanted: `most`, two thirds, a third, or one. Those above `rest` are packed as zeros.
constexpr std::int64_t tile_height(std::int64_t rest, std::int64_t most) {
  if (rest == 1) return 1;
  return rest <= most / 3 ? most / 3 : rest <= most / 3 * 2 ? most / 3 * 2 : most;
}

/// The rows of all tiles of `rows` rows.
constexpr std::int64_t padded_rows(std::int64_t rows, std::int64_t most) {
  const std::int64_t whole = rows / most * most;
  return whole + (rows > whole ? tile_height(rows - whole, most) : 0);
}

/// A float x of a row is held as the byte `round(x / step) + zero`.
struct RowScale {
  float step;
  std::int32_t zero;
};

/// A product of packed operands, in T.
template <class T>
struct PackedProduct {
  const void* left;   // rows packed as tiles
  const void* right;  // columns packed as panels
  std::int64_t depth, columns;
  T* out;
  std::int64_t step;  // from row to row of `out` and of the residual
  EpilogueOperands<T> epilogue;
  // Of products of bytes, of each row, and of each column of the panels:
  const RowScale* row_scales = nullptr;
  const float* column_scales = nullptr;
  const std::int32_t* column_sums = nullptr;
};

/// The rows, from the first of a tile on, and the panels that a thread multiplies.
struct ProductPart {
  std::int64_t row_begin, row_end, panel_begin, panel_end;
};

/// Rows of a matrix. Those that are packed as bytes are multiplied by `factors` first, one an element, where there are any.
template <class T>
struct RowsView {
  const T* data;
  std::int64_t step, count;
  const T* factors = nullptr;
};

template <class T>
struct ProductKernels {
  std::int64_t tile_rows;
  /// The words of a packed row to a word of a column.
  std::int64_t steps;
  /// Packs at most `tile_rows` rows into a tile of `height` rows: the first line of 64 bytes of each row, then their second lines, and so on.
  void (*pack)(RowsView<float> rows, std::int64_t depth, std::int64_t height, void* to, RowScale* scales);
  /// Multiplies a part; `scratch` holds the sums of a tile, or where there are several runs those of the part's rows and `strip_panels` panels.
  void (*multiply)(const PackedProduct<T>& product, ProductPart part, void* scratch);
};

}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/product_operands.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
#define VPR_KERNELS <vpr/backend/cpu/kernels/products.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
#define VPR_KERNELS <vpr/backend/cpu/kernels/amx_products.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
#endif

namespace vpr::detail {
inline namespace VPR_TARGET {

#if VPR_HAS_KERNELS
VPR_KERNELS_INLINE const ProductKernels<float>& float_product_kernels(Precision precision) {
#if VPR_SEVERAL_INSTRUCTION_SETS
  if (instruction_set() == InstructionSet::amx && precision != Precision::f32) {
    return precision == Precision::bf16 ? avx512_bf16::amx_products[0] : avx512_bf16::amx_products[1];
  }
  // The products of bfloat16 have instructions of their own, which Intel's cores take more slowly than floats.
  static const bool slow = __builtin_cpu_is("intel") && instruction_set() == InstructionSet::avx512_bf16;
  if (slow && precision == Precision::bf16) return avx512::float_products[1];
#endif
  return VPR_CHOSEN_KERNELS(float_products)[static_cast<std::size_t>(precision)];
}
template <class T>
const ProductKernels<T>& plain_product_kernels() {
  return VPR_CHOSEN_KERNELS(plain_products<T>);
}
#else
const ProductKernels<float>& float_product_kernels(Precision precision);
template <class T>
const ProductKernels<T>& plain_product_kernels();
#endif

template <class T>
const ProductKernels<T>& product_kernels(Precision precision = Precision::f32) {
  if constexpr (std::is_same_v<T, float>) {
    return float_product_kernels(precision);
  } else {
    return plain_product_kernels<T>();
  }
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
