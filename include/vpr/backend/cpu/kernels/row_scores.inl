// SPDX-License-Identifier: MIT
// Scores of packed rows, compiled for one instruction set: see vpr/backend/cpu/row_scores.hpp.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

typedef float RowVector __attribute__((vector_size(VPR_VECTOR_BYTES)));
inline constexpr int row_lanes = VPR_VECTOR_BYTES / static_cast<int>(sizeof(float));

template <bool squared>
__attribute__((always_inline)) inline RowVector add_term(RowVector sum, RowVector row, float query) {
  if constexpr (!squared) return sum + row * query;
  const RowVector difference = row - query;
  return sum + difference * difference;
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

/// Which of a panel's scores are at least, or with `less` at most, `bound`: a bit each.
template <bool less>
std::uint64_t within(const float* scores, float bound) {
  typedef std::int32_t Flags __attribute__((vector_size(VPR_VECTOR_BYTES)));
  Flags any = {};
  for (int i = 0; i < panel_rows; i += row_lanes) {
    RowVector vector;
    __builtin_memcpy(&vector, scores + i, sizeof vector);
    any |= less ? vector <= bound : vector >= bound;
  }
  std::uint64_t words[sizeof any / sizeof(std::uint64_t)], bits = 0;
  __builtin_memcpy(words, &any, sizeof any);
  for (const std::uint64_t word : words) bits |= word;
  if (bits == 0) return 0;  // nearly always
  bits = 0;
  for (int i = 0; i < panel_rows; ++i) bits |= std::uint64_t{less ? scores[i] <= bound : scores[i] >= bound} << i;
  return bits;
}

inline constexpr RowKernels row_kernels = {score_panel<false>, score_panel<true>, within<false>, within<true>};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
