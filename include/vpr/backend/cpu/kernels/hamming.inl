// SPDX-License-Identifier: MIT
// Hamming distances of packed codes, compiled for one instruction set: see vpr/backend/cpu/hamming.hpp.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

typedef std::uint64_t CodeWords __attribute__((vector_size(VPR_VECTOR_BYTES)));
inline constexpr int code_lanes = VPR_VECTOR_BYTES / static_cast<int>(sizeof(std::uint64_t));

#if VPR_BF16_AND_VNNI

/// Numbers of bits of words, added up.
struct BitCounts {
  static constexpr std::int64_t most_words = std::int64_t{1} << 32;
  CodeWords counts = {};
  __attribute__((always_inline)) void add(CodeWords words) {
    asm("vpopcntq %1, %0" : "=v"(words) : "v"(words));
    counts += words;
  }
  __attribute__((always_inline)) CodeWords sums() const { return counts; }
};

#else

/// Numbers of bits of words, added up byte by byte.
struct BitCounts {
  static constexpr std::int64_t most_words = 31;  // a byte counts to 255
  CodeWords counts = {};
  __attribute__((always_inline)) void add(CodeWords words) {
#if VPR_VECTOR_BYTES > 16
    // Of each four bits, by a table in a register.
    constexpr std::uint64_t low = 0x0302020102010100, high = 0x0403030203020201, fours = 0x0f0f0f0f0f0f0f0f;
    CodeWords table = {}, few, more;
    for (int i = 0; i < code_lanes; ++i) table[i] = i % 2 == 0 ? low : high;
    asm("vpshufb %2, %1, %0" : "=v"(few) : "v"(table), "v"(words & fours));
    asm("vpshufb %2, %1, %0" : "=v"(more) : "v"(table), "v"(words >> 4 & fours));
    counts += few + more;
#else
    words -= words >> 1 & 0x5555555555555555;
    words = (words & 0x3333333333333333) + (words >> 2 & 0x3333333333333333);
    counts += (words + (words >> 4)) & 0x0f0f0f0f0f0f0f0f;
#endif
  }
  __attribute__((always_inline)) CodeWords sums() const {
    const CodeWords pairs = (counts & 0x00ff00ff00ff00ff) + (counts >> 8 & 0x00ff00ff00ff00ff);
    const CodeWords fours = (pairs & 0x0000ffff0000ffff) + (pairs >> 16 & 0x0000ffff0000ffff);
    return (fours & 0xffffffff) + (fours >> 32);
  }
};

#endif

/// See `HammingKernels::Closer`.
inline std::uint64_t closer(const std::uint64_t* codes, std::int64_t words, const std::uint64_t* query, std::uint64_t bound, bool fetch,
                            std::uint64_t* distances) {
  constexpr int vectors = VPR_VECTOR_BYTES == 64 ? 8 : 4;  // as registers hold; a whole panel is read from its first to its last byte
  CodeWords any = {};
  for (int lane = 0; lane < panel_rows; lane += vectors * code_lanes) {
    CodeWords sums[vectors] = {};
    for (std::int64_t begin = 0; begin < words; begin += BitCounts::most_words) {
      BitCounts counts[vectors];
      for (std::int64_t w = begin; w < words && w < begin + BitCounts::most_words; ++w) {
        const std::uint64_t* const row = codes + w * panel_rows + lane;
        const CodeWords asked = CodeWords{} + query[w];
        for (int i = 0; i < vectors; ++i) {
          CodeWords code;
          __builtin_memcpy(&code, row + i * code_lanes, sizeof code);
          counts[i].add(code ^ asked);
        }
        if (!fetch) continue;
        for (int i = 0; i < vectors * code_lanes; i += 8) __builtin_prefetch(row + 2 * words * panel_rows + i);
      }
      for (int i = 0; i < vectors; ++i) sums[i] += counts[i].sums();
    }
    for (int i = 0; i < vectors; ++i) {
      __builtin_memcpy(distances + lane + i * code_lanes, &sums[i], sizeof sums[i]);
      any |= sums[i] - bound;  // wraps around where the sum is smaller
    }
  }
  std::uint64_t bits = 0;
  for (int i = 0; i < code_lanes; ++i) bits |= any[i];
  if (bits >> 63 == 0) return 0;  // nearly always
  bits = 0;
  for (int i = 0; i < panel_rows; ++i) bits |= std::uint64_t{distances[i] < bound} << i;
  return bits;
}

inline constexpr HammingKernels hamming_kernels = {closer};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
