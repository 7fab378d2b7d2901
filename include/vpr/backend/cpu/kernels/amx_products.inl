// SPDX-License-Identifier: MIT
/// @file
/// Products of bfloat16 and of bytes by AMX, whose registers hold 16 rows of 64 bytes each: see `ProductKernels`. Operands are packed as for
/// `products.inl`, after which it is included.

#if VPR_BF16_AND_VNNI

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

inline constexpr int amx_rows = 16;

/// The shapes of the registers, as `ldtilecfg` reads them: all of them whole.
struct alignas(64) AmxShapes {
  std::uint8_t palette = 1, start = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {amx_rows, amx_rows, amx_rows, amx_rows, amx_rows, amx_rows, amx_rows, amx_rows};
};

template <int Register>
VPR_INLINE void amx_load(const char* from, std::int64_t step) {
  asm volatile("tileloadd (%1,%2,1), %%tmm%c0" : : "i"(Register), "r"(from), "r"(step) : "memory");
}
template <int Register>
VPR_INLINE void amx_store(char* to, std::int64_t step) {
  asm volatile("tilestored %%tmm%c0, (%1,%2,1)" : : "i"(Register), "r"(to), "r"(step) : "memory");
}
template <int Register>
VPR_INLINE void amx_zero() {
  asm volatile("tilezero %%tmm%c0" : : "i"(Register));
}

struct AmxBf16 : Bf16Terms {
  template <int Sum, int Left, int Right>
  static VPR_INLINE void add_tile() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(Sum), "i"(Left), "i"(Right));
  }
};
struct AmxInt8 : Int8Terms {
  template <int Sum, int Left, int Right>
  static VPR_INLINE void add_tile() {
    asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(Sum), "i"(Left), "i"(Right));
  }
};

/// Sums tiles of up to 48 rows and 32 columns: registers 0 to 2 hold the sums of the first 16 columns, 3 to 5 those of the others, 6 a part of the
/// rows, 7 a part of the columns.
template <class TermsOfSums>
struct AmxTiles {
  using Terms = TermsOfSums;
  static constexpr int rows = 3 * amx_rows;

  template <int Rows>
  static void sum(const void* left, const void* columns, std::int64_t units, const char* next, std::int64_t next_step, bool add,
                  void* out) {
    // One row is taken for 16 equal ones, none of which lies beyond it.
    sum<Rows>(static_cast<const char*>(left), static_cast<const char*>(columns), units, next, next_step, add, static_cast<char*>(out),
              Rows == 1 ? 0 : 64, Rows == 1 ? 0 : 128, std::make_integer_sequence<int, (Rows + amx_rows - 1) / amx_rows>());
  }

 private:
  /// Multiplies part I of the rows by both parts of the columns, first by that which register 7 holds from the part before.
  template <int I>
  static VPR_INLINE void multiply(const char* left, std::int64_t row_step, const char* columns) {
    constexpr int first = I % 2, other = 1 - first;
    amx_load<6>(left, row_step);
    if constexpr (I == 0) amx_load<7>(columns, 128);
    Terms::template add_tile<3 * first + I, 6, 7>();
    amx_load<7>(columns + other * 64, 128);
    Terms::template add_tile<3 * other + I, 6, 7>();
  }

  template <int Rows, int... I>
  static VPR_INLINE void sum(const char* left, const char* columns, std::int64_t units, const char* next, std::int64_t next_step, bool add,
                             char* out, std::int64_t row_step, std::int64_t sum_step, std::integer_sequence<int, I...>) {
    if (add) {
      ((amx_load<I>(out + I * amx_rows * 128, sum_step), amx_load<3 + I>(out + I * amx_rows * 128 + 64, sum_step)), ...);
    } else {
      ((amx_zero<I>(), amx_zero<3 + I>()), ...);
    }
    alignas(64) char last[amx_rows * 128];
    for (; units > 0; units -= amx_rows, left += Rows * 64, columns += amx_rows * 128) {
      for (int i = 0; i < amx_rows; ++i, next += next_step) __builtin_prefetch(next, 0, 2);
      if (units < amx_rows) {  // what follows belongs to another panel, or to nobody
        __builtin_memset(last, 0, sizeof last);
        __builtin_memcpy(last, columns, static_cast<std::size_t>(units) * 128);
        columns = last;
      }
      (multiply<I>(left + I * amx_rows * 64, row_step, columns), ...);
    }
    ((amx_store<I>(out + I * amx_rows * 128, sum_step), amx_store<3 + I>(out + I * amx_rows * 128 + 64, sum_step)), ...);
  }
};

template <class Terms>
void multiply_by_amx(const PackedProduct<float>& product, ProductPart part, void* scratch) {
  const AmxShapes shapes;
  asm volatile("ldtilecfg %0" : : "m"(shapes));
  multiply<AmxTiles<Terms>>(product, part, scratch);
  asm volatile("tilerelease");
}

/// In bfloat16 and in bytes.
inline constexpr std::array<ProductKernels<float>, 2> amx_products = {{
    {AmxTiles<AmxBf16>::rows, AmxBf16::steps, pack_rows<Bf16Terms>, multiply_by_amx<AmxBf16>},
    {AmxTiles<AmxInt8>::rows, AmxInt8::steps, pack_rows<Int8Terms>, multiply_by_amx<AmxInt8>},
}};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail

#endif
