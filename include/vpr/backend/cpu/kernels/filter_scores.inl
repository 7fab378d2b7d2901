// SPDX-License-Identifier: MIT
// Inner products of rows rounded to bfloat16 or to bytes, compiled for one instruction set: see vpr/backend/cpu/filter_scores.hpp.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

using RowWords = RowFlags;
typedef std::int16_t FilterHalves __attribute__((vector_size(VPR_VECTOR_BYTES)));

/// A word holds two bfloat16.
struct BfloatPairs {
  using Sum = RowVector;
  __attribute__((always_inline)) static Sum add(Sum sum, RowWords row, RowWords query) {
#if VPR_BF16_AND_VNNI
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(row), "v"(query));
    return sum;
#else
    sum += reinterpret_cast<RowVector>(row << 16) * reinterpret_cast<RowVector>(query << 16);
    return sum + reinterpret_cast<RowVector>(row & -65536) * reinterpret_cast<RowVector>(query & -65536);
#endif
  }
};

/// a0·b0 + a1·b1 of the halves of each word.
__attribute__((always_inline)) inline RowWords pair_sums(FilterHalves a, FilterHalves b) {
#if defined(__x86_64__) && VPR_VECTOR_BYTES > 16
  RowWords sums;
  asm("vpmaddwd %2, %1, %0" : "=v"(sums) : "v"(a), "v"(b));
  return sums;
#elif defined(__x86_64__)
  return reinterpret_cast<RowWords>(__builtin_ia32_pmaddwd128(a, b));
#else
  const auto x = reinterpret_cast<RowWords>(a), y = reinterpret_cast<RowWords>(b);
  return (x << 16 >> 16) * (y << 16 >> 16) + (x >> 16) * (y >> 16);
#endif
}

/// A word holds four bytes with a sign; those of queries are shifted by `byte_shift` to be without.
struct ByteQuads {
  using Sum = RowWords;
  __attribute__((always_inline)) static Sum add(Sum sum, RowWords row, RowWords query) {
#if VPR_BF16_AND_VNNI
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(query), "v"(row));
    return sum;
#else
    const auto a = reinterpret_cast<FilterHalves>(row), b = reinterpret_cast<FilterHalves>(query);
    return sum + pair_sums(a << 8 >> 8, b << 8 >> 8) + pair_sums(a >> 8, b >> 8);
#endif
  }
};
inline constexpr std::int32_t byte_shift = VPR_BF16_AND_VNNI ? 128 : 0;

template <class Vector, class T>
__attribute__((always_inline)) inline Vector load_filter(const T* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof vector);
  return vector;
}

__attribute__((always_inline)) inline void store_sum(float* to, RowVector sum, bool) { __builtin_memcpy(to, &sum, sizeof sum); }
__attribute__((always_inline)) inline void store_sum(float* to, RowWords sum, bool last) {
  const RowVector converted = __builtin_convertvector(sum, RowVector);
  last ? __builtin_memcpy(to, &converted, sizeof converted) : __builtin_memcpy(to, &sum, sizeof sum);
}

/// The sums over `depth` words of `Vectors` vectors of rows, for `Queries` queries, added to `start`, one a row, or where it is null to those in
/// `out`. They are made floats in the `last` run of words.
template <class Words, int Vectors, int Queries, int... I>
void filter_tile(const std::uint32_t* rows, const std::uint32_t* queries, std::int64_t depth, const std::int32_t* start, bool last,
                 const std::uint32_t* ahead, std::int64_t step, float* out, std::integer_sequence<int, I...>) {
  using Sum = typename Words::Sum;
  Sum sums[Queries * Vectors];
  if (start != nullptr) {
    ((sums[I] = load_filter<Sum>(start + I % Vectors * row_lanes)), ...);
  } else {
    ((sums[I] = load_filter<Sum>(out + I / Vectors * panel_rows + I % Vectors * row_lanes)), ...);
  }
  for (; depth > 0; --depth, rows += panel_rows, queries += Queries, ahead += step) {
    RowWords row[Vectors];
    for (int i = 0; i < Vectors; ++i) row[i] = load_filter<RowWords>(rows + i * row_lanes);
    for (int i = 0; i < Vectors * row_lanes; i += 16) __builtin_prefetch(ahead + i, 0, 2);
    ((sums[I] = Words::add(sums[I], row[I % Vectors], RowWords{} + static_cast<std::int32_t>(queries[I / Vectors]))), ...);
  }
  (store_sum(out + I / Vectors * panel_rows + I % Vectors * row_lanes, sums[I], last), ...);
}

template <class Words, int Queries>
void filter_queries(const std::uint32_t* rows, const std::uint32_t* queries, std::int64_t depth, const std::int32_t* start, bool last,
                    const std::uint32_t* ahead, std::int64_t step, float* out) {
  constexpr int most = VPR_VECTOR_REGISTERS == 32 || Queries < 4 ? 4 : 2, all = panel_rows / row_lanes, vectors = most < all ? most : all;
  for (int lane = 0; lane < panel_rows; lane += vectors * row_lanes) {
    filter_tile<Words, vectors, Queries>(rows + lane, queries, depth, start == nullptr ? nullptr : start + lane, last, ahead + lane, step,
                                         out + lane, std::make_integer_sequence<int, Queries * vectors>());
  }
}

template <class Words>
void filter_panel(const std::uint32_t* rows, std::int64_t words, const std::uint32_t* queries, std::int64_t count,
                  const std::int32_t* start, float* out) {
  const std::int64_t tiles = (count + 5) / 6, step = tiles < panel_rows ? panel_rows / tiles : 1;
  for (std::int64_t begin = 0; begin < words; begin += row_run, rows += row_run * panel_rows, start = nullptr) {
    const std::int64_t depth = words - begin < row_run ? words - begin : row_run;
    const bool last = begin + depth == words;
    const std::uint32_t* ahead = rows + row_run * panel_rows;  // what is read a run later
    for (std::int64_t q = 0; q < count;) {
      const int tile = query_tile(count - q);
      float* const to = out + q * panel_rows;
      switch (tile) {
        case 6: filter_queries<Words, 6>(rows, queries, depth, start, last, ahead, step, to); break;
        case 4: filter_queries<Words, 4>(rows, queries, depth, start, last, ahead, step, to); break;
        case 2: filter_queries<Words, 2>(rows, queries, depth, start, last, ahead, step, to); break;
        default: filter_queries<Words, 1>(rows, queries, depth, start, last, ahead, step, to);
      }
      q += tile;
      queries += tile * depth;
      ahead += step * depth;
    }
  }
}

/// See `FilterKernels::Reaching`.
inline std::uint64_t reaching(const RowBounds& rows, const QueryBound& query, float bound, const float* products, float* estimates,
                              float* slacks) {
  std::uint64_t bits = 0;
  RowVector estimate[panel_rows / row_lanes], slack[panel_rows / row_lanes];
  for (int i = 0; i < panel_rows / row_lanes; ++i) {
    const int lane = i * row_lanes;
    const auto norm = load_filter<RowVector>(rows.norm + lane);
    estimate[i] = load_filter<RowVector>(products + lane) * load_filter<RowVector>(rows.scale + lane) * query.scale +
                  load_filter<RowVector>(rows.offset + lane) + query.offset;
    slack[i] =
        load_filter<RowVector>(rows.error + lane) * query.by_error + norm * (query.by_norm + norm * query.by_square) + query.constant;
    bits |= bits_of(estimate[i] + slack[i] >= bound) << lane;
  }
  if (bits == 0) return 0;  // nearly always
  __builtin_memcpy(estimates, estimate, sizeof estimate);
  __builtin_memcpy(slacks, slack, sizeof slack);
  return bits;
}

/// See `FilterKernels::Nearer`.
inline std::uint64_t nearer(const float* scales, float scale, float slack, const float* of_rows, float of_query, const float* products,
                            float* estimates) {
  std::uint64_t bits = 0;
  RowVector estimate[panel_rows / row_lanes];
  for (int i = 0; i < panel_rows / row_lanes; ++i) {
    const int lane = i * row_lanes;
    estimate[i] = load_filter<RowVector>(products + lane) * load_filter<RowVector>(scales + lane) * scale;
    const RowVector most = estimate[i] + slack;
    bits |= bits_of((most >= load_filter<RowVector>(of_rows + lane)) | (most >= of_query)) << lane;
  }
  if (bits != 0) __builtin_memcpy(estimates, estimate, sizeof estimate);
  return bits;
}

inline constexpr FilterKernels filter_kernels = {filter_panel<BfloatPairs>, filter_panel<ByteQuads>, reaching, nearer, byte_shift};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
