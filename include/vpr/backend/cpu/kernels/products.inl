// SPDX-License-Identifier: MIT
/// @file
/// Sums of products in registers, and what follows them: see `ProductKernels` and `vpr/backend/cpu/each_instruction_set.inl`. Included after
/// `product_operands.inl`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

/// The rows of the largest tile: with two vectors each, its sums leave registers for two words of the columns and one of a row.
inline constexpr int tile_rows = VPR_VECTOR_REGISTERS == 32 ? 12 : 6;

/// Sets, or adds to, `sums[row * 2 lanes + column]` the product of a tile of packed rows and two vectors of packed columns. Each unit asks
/// for a part of what is multiplied next to be brought into the cache.
template <class Terms, int Rows, int... I>
VPR_INLINE void sum_tile(const void* rows, const void* columns, std::int64_t units, const char* next, std::int64_t next_step, bool add,
                         void* out, std::integer_sequence<int, I...>) {
  using Left = typename Terms::Left;
  using Right = typename Terms::Right;
  constexpr int line = 64 / sizeof(Left), line_units = line / Terms::steps, width = panel_columns * sizeof(Right{}[0]);
  typename Terms::Sum sums[2 * Rows] = {};
  const Left* left = static_cast<const Left*>(rows);
  const char* right = static_cast<const char*>(columns);
  for (; units > 0; units -= line_units, left += Rows * line) {
    const std::int64_t count = units < line_units ? units : line_units;
    const Left* word = left;
    for (std::int64_t i = 0; i < count; ++i, right += width, word += Terms::steps) {
      Right first, second;
      __builtin_memcpy(&first, right, sizeof first);
      __builtin_memcpy(&second, right + sizeof first, sizeof second);
      __builtin_prefetch(next, 0, 2);
      next += next_step;
      const auto a = Terms::right(first, 0), b = Terms::right(second, 0);
      (Terms::add(sums[I], word[I / 2 * line], I % 2 == 0 ? a : b), ...);
      if constexpr (Terms::steps == 2) {
        const auto c = Terms::right(first, 1), d = Terms::right(second, 1);
        (Terms::add(sums[I], word[I / 2 * line + 1], I % 2 == 0 ? c : d), ...);
      }
    }
  }
  typename Terms::Sum* const to = static_cast<typename Terms::Sum*>(out);
  add ? ((to[I] += sums[I]), ...) : ((to[I] = sums[I]), ...);
}

template <class Terms, int Rows>
void sum_tile(const void* rows, const void* columns, std::int64_t units, const char* next, std::int64_t next_step, bool add, void* out) {
  sum_tile<Terms, Rows>(rows, columns, units, next, next_step, add, out, std::make_integer_sequence<int, 2 * Rows>());
}

/// Sums tiles of up to `rows` rows in vector registers.
template <class TermsOfSums>
struct VectorTiles {
  using Terms = TermsOfSums;
  static constexpr int rows = tile_rows;
  template <int Rows>
  static VPR_INLINE void sum(const void* left, const void* columns, std::int64_t units, const char* next, std::int64_t next_step, bool add,
                             void* out) {
    sum_tile<Terms, Rows>(left, columns, units, next, next_step, add, out);
  }
};

// What follows the sums of a tile. They lie row by row, two vectors each.

/// The bytes' sum of row `row` as a float.
VPR_INLINE Floats scaled(Ints sum, const PackedProduct<float>& product, std::int64_t row, Ints column_sums, Floats column_scales) {
  const RowScale scale = product.row_scales[row];
  return __builtin_convertvector(sum - scale.zero * column_sums, Floats) * (column_scales * scale.step);
}
VPR_INLINE Floats scaled(Floats sum, const PackedProduct<float>&, std::int64_t, Ints, Floats) { return sum; }

/// Applies a GELU to vectors in place.
inline void curve(Activation activation, Floats* vectors, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) vectors[i] = activation == Activation::gelu ? gelu(vectors[i]) : quick_gelu(vectors[i]);
}

/// What follows the sums of `Terms`; a GELU of rounded ones is `near_gelu`.
template <class Terms, class Sum>
void finish_tile(const PackedProduct<float>& product, std::int64_t row, std::int64_t rows, std::int64_t column, Sum* sums) {
  constexpr bool exact = std::is_same_v<Terms, PlainTerms<float>>;
  const EpilogueOperands<float>& epilogue = product.epilogue;
  const bool curved = (exact && epilogue.activation == Activation::gelu) || epilogue.activation == Activation::quick_gelu;
  for (int v = 0; v < 2 && column + v * lanes < product.columns; ++v) {
    const std::int64_t first = column + v * lanes, count = product.columns - first;
    const Floats bias = epilogue.bias != nullptr ? load_up_to(epilogue.bias + first, count) : Floats{};
    Floats gate = splat(epilogue.scale), column_scales{};
    Ints column_sums{};
    if (epilogue.gate != nullptr) gate = load_up_to(epilogue.gate + first, count) * epilogue.scale;
    if constexpr (std::is_same_v<Sum, Ints>) {
      column_scales = load(product.column_scales + first);
      __builtin_memcpy(&column_sums, product.column_sums + first, sizeof column_sums);
    }
    Sum* sum = sums + v;
    for (std::int64_t r = row; r < row + rows; ++r, sum += 2) {
      Floats x = scaled(*sum, product, r, column_sums, column_scales) + bias;
      if (curved) {
        *sum = (Sum)x;
        continue;
      }
      if (epilogue.activation == Activation::relu) x = relu(x);
      if (epilogue.activation == Activation::relu6) x = relu6(x);
      if (!exact && epilogue.activation == Activation::gelu) x = near_gelu(x);
      x *= gate;
      if (epilogue.residual != nullptr) x += load_up_to(epilogue.residual + r * product.step + first, count);
      if (epilogue.relu_of_sum) x = relu(x);
      store_up_to(product.out + r * product.step + first, x, count);
    }
  }
  if (!curved) return;
  Floats* const values = reinterpret_cast<Floats*>(sums);
  curve(epilogue.activation, values, 2 * rows);
  PackedProduct<float> rest = product;
  rest.epilogue.bias = nullptr;
  rest.epilogue.activation = Activation::none;
  finish_tile<Terms>(rest, row, rows, column, values);
}

/// In double the rest is left to the caller.
template <class Terms>
void finish_tile(const PackedProduct<double>& product, std::int64_t row, std::int64_t rows, std::int64_t column,
                 const typename VectorOf<double>::type* sums) {
  constexpr std::int64_t width = 2 * VPR_VECTOR_BYTES / 8;
  const std::int64_t count = product.columns - column < width ? product.columns - column : width;
  const double* from = reinterpret_cast<const double*>(sums);
  for (std::int64_t r = row; r < row + rows; ++r, from += width) {
    const double* const residual = product.epilogue.residual;
    for (std::int64_t c = 0; c < count; ++c) {
      product.out[r * product.step + column + c] = residual != nullptr ? residual[r * product.step + column + c] + from[c] : from[c];
    }
  }
}

/// Asks for what `finish_tile` reads and writes, so that it is there when the sums are.
template <class T>
VPR_INLINE void prefetch_result(const PackedProduct<T>& product, std::int64_t row, std::int64_t rows, std::int64_t column) {
  for (std::int64_t r = row; r < row + rows; ++r) {
    for (std::int64_t c = column; c < column + 2 * VPR_VECTOR_BYTES / static_cast<std::int64_t>(sizeof(T)) && c < product.columns;
         c += 64 / sizeof(T)) {
      __builtin_prefetch(product.out + r * product.step + c, 1);
      if (product.epilogue.residual != nullptr) __builtin_prefetch(product.epilogue.residual + r * product.step + c);
    }
  }
}

/// Sums a tile of a height that `tile_height` gives.
template <class Tiles>
VPR_INLINE void sum_rows(std::int64_t height, const void* left, const void* columns, std::int64_t units, const char* next,
                         std::int64_t next_step, bool add, void* out) {
  constexpr int most = Tiles::rows;
  if (height == most) {
    Tiles::template sum<most>(left, columns, units, next, next_step, add, out);
  } else if (height == most / 3 * 2) {
    Tiles::template sum<most / 3 * 2>(left, columns, units, next, next_step, add, out);
  } else if (height == most / 3) {
    Tiles::template sum<most / 3>(left, columns, units, next, next_step, add, out);
  } else {
    Tiles::template sum<1>(left, columns, units, next, next_step, add, out);
  }
}

/// See `ProductKernels::multiply`.
template <class Tiles, class Terms = typename Tiles::Terms>
void multiply(const PackedProduct<typename Terms::Result>& product, ProductPart part, void* scratch) {
  constexpr int most_rows = Tiles::rows;
  constexpr int word = sizeof(typename Terms::Right{}[0]), width = 2 * VPR_VECTOR_BYTES / word, slices = panel_columns / width;
  constexpr std::int64_t line_units = 64 / (sizeof(typename Terms::Left) * Terms::steps);
  const std::int64_t units = (product.depth + Terms::unit - 1) / Terms::unit, lines = (units + line_units - 1) / line_units;
  const std::int64_t runs = units > longest_run ? (units + longest_run - 1) / longest_run : 1;
  const std::int64_t run_lines = (lines + runs - 1) / runs;
  const std::int64_t rows = part.row_end - part.row_begin, tiles = (rows + most_rows - 1) / most_rows;
  const std::int64_t strip = runs == 1 ? part.panel_end - part.panel_begin : strip_panels;
  const char *const left = static_cast<const char*>(product.left), *const right = static_cast<const char*>(product.right);
  for (std::int64_t strip_begin = part.panel_begin; strip_begin < part.panel_end; strip_begin += strip) {
    const std::int64_t strip_end = strip_begin + strip < part.panel_end ? strip_begin + strip : part.panel_end;
    for (std::int64_t run = 0; run < runs; ++run) {
      const std::int64_t begin = run * run_lines * line_units, rest = units - begin;
      const std::int64_t run_units = rest < run_lines * line_units ? rest : run_lines * line_units;
      for (std::int64_t panel = strip_begin; panel < strip_end; ++panel) {
        const char* const columns = right + (panel * units + begin) * panel_columns * word;
        const char* next = columns + (panel + 1 < strip_end ? units * panel_columns * word : 0);
        const std::int64_t next_step = panel_columns * word / (tiles * slices);
        for (int slice = 0; slice < slices; ++slice) {
          std::int64_t row = part.row_begin;
          while (row < part.row_end) {
            const std::int64_t height = tile_height(part.row_end - row, most_rows);
            const char* const from = left + (row * lines + run * run_lines * height) * 64;
            char* to = static_cast<char*>(scratch);
            if (runs > 1) {
              to +=
                  (((panel - strip_begin) * slices + slice) * padded_rows(rows, most_rows) + row - part.row_begin) * (2 * VPR_VECTOR_BYTES);
            }
            const std::int64_t wanted = height < part.row_end - row ? height : part.row_end - row;
            const std::int64_t column = panel * panel_columns + slice * width;
            if (run + 1 == runs) prefetch_result(product, row, wanted, column);
            sum_rows<Tiles>(height, from, columns + slice * 2 * VPR_VECTOR_BYTES, run_units, next, next_step, run > 0, to);
            next += run_units * next_step;
            if (run + 1 == runs) finish_tile<Terms>(product, row, wanted, column, reinterpret_cast<typename Terms::Sum*>(to));
            row += height;
          }
        }
      }
    }
  }
}

/// A template, so that only those who multiply doubles compile them.
template <class T>
inline constexpr ProductKernels<T> plain_products{tile_rows, PlainTerms<T>::steps, nullptr, multiply<VectorTiles<PlainTerms<T>>>};

inline constexpr std::array<ProductKernels<float>, 3> float_products = {{
    {tile_rows, PlainTerms<float>::steps, pack_rows<PlainTerms<float>>, multiply<VectorTiles<PlainTerms<float>>>},
    {tile_rows, Bf16Terms::steps, pack_rows<Bf16Terms>, multiply<VectorTiles<Bf16Terms>>},
    {tile_rows, Int8Terms::steps, pack_rows<Int8Terms>, multiply<VectorTiles<Int8Terms>>},
}};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
