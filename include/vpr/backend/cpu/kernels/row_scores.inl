// SPDX-License-Identifier: MIT
// Scores of packed rows, compiled for one instruction set: see vpr/backend/cpu/row_scores.hpp.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

typedef float RowVector __attribute__((vector_size(VPR_VECTOR_BYTES)));
typedef std::int32_t RowFlags __attribute__((vector_size(VPR_VECTOR_BYTES)));
inline constexpr int row_lanes = VPR_VECTOR_BYTES / static_cast<int>(sizeof(float));

template <bool squared, class T>
__attribute__((always_inline)) inline T add_term(T sum, T row, float query) {
  if constexpr (!squared) return sum + row * query;
  const T difference = row - query;
  return sum + difference * difference;
}

/// Keeps a compiler that may reorder sums, as with -ffast-math, from doing so.
__attribute__((always_inline)) inline void keep_order(float& sum) {
#if defined(__x86_64__)
  asm("" : "+x"(sum));
#else
  asm("" : "+w"(sum));
#endif
}

__attribute__((always_inline)) inline void add_row_vector(float* to, RowVector sum, bool first) {
  if (!first) {
    RowVector before;
    __builtin_memcpy(&before, to, sizeof before);
    sum += before;
  }
  __builtin_memcpy(to, &sum, sizeof sum);
}

/// The scores over `depth` elements of `Vectors` vectors of rows, for `Queries` queries: written to `out` for the first run of elements,
/// added there for others. The panel's rows `ahead` are fetched into the second cache meanwhile, `step` floats further with each element.
template <bool squared, int Vectors, int Queries, int... I>
void score_tile(const float* rows, const float* queries, std::int64_t depth, bool first, const float* ahead, std::int64_t step, float* out,
                std::integer_sequence<int, I...>) {
  RowVector sums[Queries * Vectors] = {};
  for (; depth > 0; --depth, rows += panel_rows, queries += Queries, ahead += step) {
    RowVector row[Vectors];
    for (int i = 0; i < Vectors; ++i) __builtin_memcpy(&row[i], rows + i * row_lanes, sizeof row[i]);
    for (int i = 0; i < Vectors * row_lanes; i += 16) __builtin_prefetch(ahead + i, 0, 2);
    ((sums[I] = add_term<squared>(sums[I], row[I % Vectors], queries[I / Vectors])), ...);
  }
  (add_row_vector(out + I / Vectors * panel_rows + I % Vectors * row_lanes, sums[I], first), ...);
}

/// `score_tile` for all rows of a panel, as many vectors at a time as there are registers for.
template <bool squared, int Queries>
void score_queries(const float* rows, const float* queries, std::int64_t depth, bool first, const float* ahead, std::int64_t step,
                   float* out) {
  constexpr int most = VPR_VECTOR_REGISTERS == 32 || Queries < 4 ? 4 : 2, all = panel_rows / row_lanes, vectors = most < all ? most : all;
  for (int lane = 0; lane < panel_rows; lane += vectors * row_lanes) {
    score_tile<squared, vectors, Queries>(rows + lane, queries, depth, first, ahead + lane, step, out + lane,
                                          std::make_integer_sequence<int, Queries * vectors>());
  }
}

template <bool squared>
void score_panel(const float* rows, std::int64_t dim, const float* queries, std::int64_t count, float* out) {
  // The tiles of a run together fetch what is read a run later.
  const std::int64_t tiles = (count + 5) / 6, step = tiles < panel_rows ? panel_rows / tiles : 1;
  for (std::int64_t begin = 0; begin < dim; begin += row_run, rows += row_run * panel_rows) {
    const std::int64_t depth = dim - begin < row_run ? dim - begin : row_run;
    const float* ahead = rows + row_run * panel_rows;
    for (std::int64_t q = 0; q < count;) {
      const int tile = query_tile(count - q);
      float* const to = out + q * panel_rows;
      switch (tile) {
        case 6: score_queries<squared, 6>(rows, queries, depth, begin == 0, ahead, step, to); break;
        case 4: score_queries<squared, 4>(rows, queries, depth, begin == 0, ahead, step, to); break;
        case 2: score_queries<squared, 2>(rows, queries, depth, begin == 0, ahead, step, to); break;
        default: score_queries<squared, 1>(rows, queries, depth, begin == 0, ahead, step, to);
      }
      q += tile;
      queries += tile * depth;
      ahead += step * depth;
    }
  }
}

/// A bit for each lane of a comparison.
__attribute__((always_inline)) inline std::uint64_t bits_of(RowFlags flags) {
#if defined(__x86_64__) && VPR_VECTOR_BYTES == 64
  return static_cast<std::uint16_t>(__builtin_ia32_cvtd2mask512(flags));
#elif defined(__x86_64__) && VPR_VECTOR_BYTES == 32
  return static_cast<std::uint64_t>(__builtin_ia32_movmskps256(reinterpret_cast<RowVector>(flags)));
#elif defined(__x86_64__)
  return static_cast<std::uint64_t>(__builtin_ia32_movmskps(reinterpret_cast<RowVector>(flags)));
#else
  std::uint64_t bits = 0;
  for (int i = 0; i < row_lanes; ++i) bits |= std::uint64_t{flags[i] != 0} << i;
  return bits;
#endif
}

/// Which of a panel's scores are at least, or with `less` at most, `bound`: a bit each.
template <bool less>
std::uint64_t within(const float* scores, float bound) {
  std::uint64_t bits = 0;
  for (int i = 0; i < panel_rows; i += row_lanes) {
    RowVector vector;
    __builtin_memcpy(&vector, scores + i, sizeof vector);
    bits |= bits_of(less ? vector <= bound : vector >= bound) << i;
  }
  return bits;
}

/// The score of each of `count` pairs, at most `Pairs`, summed as `score_panel` does.
template <bool squared, int Pairs, int... I>
void score_some_pairs(const float* const* a, const float* const* b, int count, std::int64_t dim, float* out,
                      std::integer_sequence<int, I...>) {
  const float* const left[] = {a[I < count ? I : 0]...};
  const float* const right[] = {b[I < count ? I : 0]...};
  float totals[Pairs];
  for (std::int64_t begin = 0; begin < dim; begin += row_run) {
    float sums[Pairs] = {};
    for (std::int64_t k = begin; k < dim && k < begin + row_run; ++k) {
      ((sums[I] = add_term<squared>(sums[I], left[I][k], right[I][k])), ...);
      (keep_order(sums[I]), ...);
    }
    ((totals[I] = begin == 0 ? sums[I] : sums[I] + totals[I]), ...);
  }
  for (int i = 0; i < count; ++i) out[i] = totals[i];
}

template <bool squared>
void score_pairs(const float* const* a, const float* const* b, std::int64_t count, std::int64_t dim, float* out) {
  constexpr int pairs = 6;
  for (std::int64_t i = 0; i < count; i += pairs) {
    score_some_pairs<squared, pairs>(a + i, b + i, static_cast<int>(count - i < pairs ? count - i : pairs), dim, out + i,
                                     std::make_integer_sequence<int, pairs>());
  }
}

inline constexpr RowScoreKernels row_score_kernels = {score_panel<false>, score_panel<true>,  within<false>,
                                                      within<true>,       score_pairs<false>, score_pairs<true>};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
