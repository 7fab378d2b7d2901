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

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
