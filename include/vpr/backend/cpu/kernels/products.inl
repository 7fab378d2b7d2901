// SPDX-License-Identifier: MIT
/// @file
/// Sums of products in registers, what follows them, and the packing of the left operand: see `ProductKernels` and
/// `vpr/backend/cpu/each_instruction_set.inl`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(VPR_VECTOR_BYTES)));
};

// The terms of a sum. A word of a packed column holds one unit of the depth; it is multiplied in `steps` by as many words of a packed row.

template <class T>
struct PlainTerms {
  using Left = T;
  using Right = typename VectorOf<T>::type;
  using Sum = Right;
  using Result = T;
  static constexpr int steps = 1, unit = 1;
  static VPR_INLINE Right right(Right word, int) { return word; }
  static VPR_INLINE void add(Sum& sum, T left, Right right) {
    if constexpr (sizeof(T) == sizeof(float)) {
      sum = multiply_add(splat(left), right, sum);
    } else {
      sum += left * right;
    }
  }
};

struct Bf16Terms {
  using Right = Ints;
  using Sum = Floats;
  using Result = float;
  static constexpr int unit = 2;
#if VPR_BF16_AND_VNNI
  using Left = std::int32_t;
  static constexpr int steps = 1;
  static VPR_INLINE Ints right(Ints word, int) { return word; }
  static VPR_INLINE void add(Sum& sum, std::int32_t left, Ints right) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(splat(left)), "v"(right));
  }
#else
  using Left = float;
  static constexpr int steps = 2;
  static VPR_INLINE Floats right(Ints word, int step) { return (Floats)(step == 0 ? word << 16 : word & -0x10000); }
  static VPR_INLINE void add(Sum& sum, float left, Floats right) { sum = multiply_add(splat(left), right, sum); }
#endif
};

struct Int8Terms {
  using Left = std::int32_t;
  using Right = Ints;
  using Sum = Ints;
  using Result = float;
  static constexpr int unit = 4;
#if VPR_BF16_AND_VNNI
  static constexpr int steps = 1;
  static VPR_INLINE Ints right(Ints word, int) { return word; }
  static VPR_INLINE void add(Sum& sum, std::int32_t left, Ints right) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(splat(left)), "v"(right));
  }
#else
  // Bytes 0 and 2 of a word, then 1 and 3, as 16-bit numbers: no sum of two products overflows.
  typedef std::int16_t Shorts __attribute__((vector_size(VPR_VECTOR_BYTES)));
  static constexpr int steps = 2;
  static VPR_INLINE Ints right(Ints word, int step) { return (Ints)((step == 0 ? (Shorts)word << 8 : (Shorts)word) >> 8); }
  static VPR_INLINE void add(Sum& sum, std::int32_t left, Ints right) {
#if VPR_VECTOR_BYTES == 64
    Ints products;
    asm("vpmaddwd %2, %1, %0" : "=v"(products) : "v"(splat(left)), "v"(right));
    sum += products;
#elif VPR_VECTOR_BYTES == 32
    sum += (Ints)__builtin_ia32_pmaddwd256((Shorts)splat(left), (Shorts)right);
#elif defined(__x86_64__)
    sum += (Ints)__builtin_ia32_pmaddwd128((Shorts)splat(left), (Shorts)right);
#else
    sum += (left & 0xffff) * (right << 16 >> 16) + (left >> 16) * (right >> 16);
#endif
  }
#endif
};

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

/// A vector of up to `lanes` floats.
VPR_INLINE Floats load_up_to(const float* from, std::int64_t count) { return count >= lanes ? load(from) : load_first(from, count); }
VPR_INLINE void store_up_to(float* to, Floats x, std::int64_t count) { count >= lanes ? store(to, x) : store_first(to, x, count); }

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

// The left operand: rows of floats as tiles of lines of 64 bytes, the line of each row beside those of the others.

/// x rounded to bfloat16 (nearest, ties to even), as a float.
VPR_INLINE Floats rounded_to_bf16(Floats x) {
  const Bits bits = (Bits)x, rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) & 0xffff0000U;
  return (Floats)((bits & 0x7fffffffU) > 0x7f800000U ? bits | 0x400000U : rounded);
}

/// Packs a row of `depth` floats into every `height`-th line from `to` on.
template <class T>
VPR_INLINE RowScale pack_row(PlainTerms<T>, const float* x, const float*, std::int64_t depth, std::int64_t height, char* to) {
  for (std::int64_t k = 0; k < depth; k += 16, to += 64 * height) {
    for (int v = 0; v < 16; v += lanes) {
      if (k + v < depth) store(reinterpret_cast<float*>(to) + v, load_up_to(x + k + v, depth - k - v));
    }
  }
  return {};
}

#if VPR_BF16_AND_VNNI
/// Two vectors rounded to bfloat16, the lanes of `first` first.
VPR_INLINE Ints bf16_line(Floats first, Floats second) {
  Ints line;
  asm("vcvtne2ps2bf16 %1, %2, %0" : "=v"(line) : "v"(first), "v"(second));
  return line;
}
#endif

/// Rounds to bfloat16.
VPR_INLINE RowScale pack_row(Bf16Terms, const float* x, const float*, std::int64_t depth, std::int64_t height, char* to) {
#if VPR_BF16_AND_VNNI
  for (std::int64_t k = 0; k < depth; k += 2 * lanes, to += 64 * height) {
    const std::int64_t rest = depth - k;
    const Floats first = load_up_to(x + k, rest), second = rest > lanes ? load_up_to(x + k + lanes, rest - lanes) : Floats{};
    const Ints line = bf16_line(first, second);
    __builtin_memcpy(to, &line, sizeof line);
  }
#else
  constexpr int vectors = 16 / lanes;
  for (std::int64_t k = 0; k < depth; k += 16, to += 64 * height) {
    for (int v = 0; v < vectors; ++v) {
      const std::int64_t rest = depth - k - v * lanes;
      store(reinterpret_cast<float*>(to) + v * lanes, rest > 0 ? rounded_to_bf16(load_up_to(x + k + v * lanes, rest)) : Floats{});
    }
  }
#endif
  return {};
}

/// Up to `lanes` elements of a row, times their factors.
VPR_INLINE Floats load_scaled(const float* x, const float* factors, std::int64_t at, std::int64_t depth) {
  const Floats value = load_up_to(x + at, depth - at);
  return factors == nullptr ? value : value * load_up_to(factors + at, depth - at);
}

/// Packs a row as bytes `round(x / step) + zero`, and says how; where a float is not finite the step is NaN.
VPR_INLINE RowScale pack_row(Int8Terms, const float* x, const float* factors, std::int64_t depth, std::int64_t height, char* to) {
  Floats most{}, least{};
  Ints magnitudes{};
  for (std::int64_t k = 0; k < depth; k += lanes) {
    const Floats value = load_scaled(x, factors, k, depth);
    const Ints bits = (Ints)magnitude(value);
    most = larger(most, value);
    least = smaller(least, value);
    magnitudes = bits > magnitudes ? bits : magnitudes;
  }
  bool finite = true;
  for (int i = 0; i < lanes; ++i) finite &= magnitudes[i] < 0x7f800000;
  // 253 steps from the least to the most, with zero among them: rounding never leaves the byte.
  const float low = -largest_lane(-least), step = largest_lane(most) / 253.0F - low / 253.0F;
  const float used = step > 1e-36F ? step : 1e-36F, inverse = 1.0F / used;
  // Added to the next power of two but one, a number's last bits are its nearest integer.
  const float zero = static_cast<float>(static_cast<std::int32_t>(-low * inverse + 0.5F) + 1), shift = 0x1.8p23F + zero;
  for (std::int64_t k = 0; k < depth; to += 64 * height) {
#if VPR_BF16_AND_VNNI
    for (int v = 0; v < 4; ++v, k += lanes) {
      const Floats value = k < depth ? load_scaled(x, factors, k, depth) : Floats{};
      typedef std::uint8_t Bytes __attribute__((vector_size(lanes)));
      Bytes bytes;
      asm("vpmovdb %1, %0" : "=v"(bytes) : "v"(value * inverse + shift));  // the last byte of each lane
      __builtin_memcpy(to + v * lanes, &bytes, sizeof bytes);
    }
#else
    // Four bytes a b c d as 16-bit numbers a c b d.
    for (int v = 0; v < 32 / lanes; ++v, k += lanes) {
      const Floats value = k < depth ? load_scaled(x, factors, k, depth) : Floats{};
      const Ints bytes = (Ints)(value * inverse + shift) & 0xff;
      for (int i = 0; i < lanes; i += 4) {
        const std::int32_t words[2] = {bytes[i] | bytes[i + 2] << 16, bytes[i + 1] | bytes[i + 3] << 16};
        __builtin_memcpy(to + (v * lanes + i) * 2, words, sizeof words);
      }
    }
#endif
  }
  if (!finite) return {__builtin_nanf(""), 0};
  return {used, static_cast<std::int32_t>(zero)};
}

/// See `ProductKernels::pack`.
template <class Terms>
void pack_rows(RowsView<float> rows, std::int64_t depth, std::int64_t height, void* to, RowScale* scales) {
  constexpr std::int64_t line_depth = 64 / sizeof(typename Terms::Left) / Terms::steps * Terms::unit;
  for (std::int64_t r = 0; r < height; ++r) {
    char* const lines = static_cast<char*>(to) + 64 * r;
    if (r < rows.count) {
      scales[r] = pack_row(Terms(), rows.data + r * rows.step, rows.factors, depth, height, lines);
    } else {
      for (std::int64_t k = 0; k < depth; k += line_depth) __builtin_memset(lines + k / line_depth * height * 64, 0, 64);
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
