// SPDX-License-Identifier: MIT
/// @file
/// Multiply-adds in registers, by what the products of each instruction set use: see `vpr::bench::peak`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

/// What the compiler takes for a use of x.
VPR_INLINE void consume(Floats x) { asm volatile("" : : "m"(x)); }

/// Runs `rounds` rounds of as many sums as a tile has; the operations of a round.
template <class Terms, int... I>
double sum_in_registers(std::int64_t rounds, std::integer_sequence<int, I...>) {
  using Vector = decltype(Terms::right(typename Terms::Right{}, 0));
  typename Terms::Sum sums[sizeof...(I)] = {};
  ((sums[I] = (typename Terms::Sum)opaque((Floats)sums[I])), ...);  // different ones to the compiler, which would compute them once
  Floats right = splat(0x1p-20F);
  for (std::int64_t round = 0; round < rounds; ++round) {
    right = opaque(right);
    (Terms::add(sums[I], typename Terms::Left(1), (Vector)right), ...);
  }
  (consume((Floats)sums[I]), ...);
  constexpr double lanes_of_sum = VPR_VECTOR_BYTES / sizeof(sums[0][0]);
  return 2.0 * sizeof...(I) * lanes_of_sum * Terms::unit / Terms::steps;
}

template <class Terms>
double sum_in_registers(std::int64_t rounds) {
  return sum_in_registers<Terms>(rounds, std::make_integer_sequence<int, 2 * tile_rows>());
}

inline constexpr std::array<double (*)(std::int64_t), 3> register_loops = {sum_in_registers<PlainTerms<float>>, sum_in_registers<Bf16Terms>,
                                                                           sum_in_registers<Int8Terms>};

#if VPR_BF16_AND_VNNI
template <class Terms>
double sum_by_amx(std::int64_t rounds) {
  const AmxShapes shapes;
  asm volatile("ldtilecfg %0" : : "m"(shapes));
  amx_zero<6>();
  amx_zero<7>();
  for (std::int64_t round = 0; round < rounds; ++round) {
    Terms::template add_tile<0, 6, 7>();
    Terms::template add_tile<1, 6, 7>();
    Terms::template add_tile<2, 6, 7>();
    Terms::template add_tile<3, 6, 7>();
    Terms::template add_tile<4, 6, 7>();
    Terms::template add_tile<5, 6, 7>();
  }
  asm volatile("tilerelease");
  return 2.0 * 6 * amx_rows * amx_rows * amx_rows * Terms::unit;
}

/// Of bfloat16 and of bytes.
inline constexpr std::array<double (*)(std::int64_t), 2> amx_loops = {sum_by_amx<AmxBf16>, sum_by_amx<AmxInt8>};
#endif

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
