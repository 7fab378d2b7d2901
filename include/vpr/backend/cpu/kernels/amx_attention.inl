// SPDX-License-Identifier: MIT
/// @file
/// Attention of one head whose two products AMX computes in bfloat16, of floats rounded to it; scores, softmax and sums are float. It is included
/// after `amx_products.inl`, whose tiles it sums.
///
/// Keys and values are packed once, as the right operands of products: keys as panels of 32 keys, the words of their first two elements, then of
/// the next two, and so on; values as panels of 32 elements, the words of the first two keys, then of the next two. Keys, and elements of a head,
/// are filled up with zeros to a multiple of 32, and weights of such keys are 0. A query's bits depend on that query alone.

#if VPR_BF16_AND_VNNI

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

using AttentionTiles = AmxTiles<AmxBf16>;

constexpr std::int64_t whole_panels(std::int64_t count) { return ceiling(count, panel_columns) * panel_columns; }

/// As many of `count` floats as there are lanes, or none below 1.
VPR_INLINE Floats load_any(const float* from, std::int64_t count) { return count > 0 ? load_up_to(from, count) : Floats{}; }

/// Elements [d, d + 32) of a row, rounded; zeros beyond `depth`, and for a row that there is not.
VPR_INLINE Ints rounded_line(const AttentionRows& rows, std::int64_t row, std::int64_t d, std::int64_t depth) {
  if (row >= rows.count) return Ints{};
  const float* const from = rows.data + row * rows.stride + d;
  return bf16_line(load_any(from, depth - d), load_any(from + lanes, depth - d - lanes));
}

inline void pack_key_words(const AttentionRows& keys, std::int64_t depth, float* to) {
  const std::int64_t words = whole_panels(depth) / 2;
  for (std::int64_t first = 0; first < keys.count; first += panel_columns, to += words * panel_columns) {
    for (std::int64_t word = 0; word < words; word += lanes) {
      float lines[panel_columns * lanes];  // key by key
      for (std::int64_t k = 0; k < panel_columns; ++k) {
        const Ints line = rounded_line(keys, first + k, 2 * word, depth);
        __builtin_memcpy(lines + k * lanes, &line, sizeof line);
      }
      for (std::int64_t k = 0; k < panel_columns; k += 4) {
        for (std::int64_t w = 0; w < lanes; w += 4)
          avx512::turn(lines + k * lanes + w, lanes, to + (word + w) * panel_columns + k, panel_columns);
      }
    }
  }
}

inline void pack_value_words(const AttentionRows& values, std::int64_t depth, float* to) {
  typedef std::int16_t Shorts __attribute__((vector_size(VPR_VECTOR_BYTES)));
  for (std::int64_t c = 0; c < depth; c += panel_columns) {
    for (std::int64_t k = 0; k < whole_panels(values.count); k += 2) {
      const Shorts low = (Shorts)rounded_line(values, k, c, depth), high = (Shorts)rounded_line(values, k + 1, c, depth);
      const Shorts words[2] = {__builtin_shufflevector(low, high, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39,  //
                                                       8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47),
                               __builtin_shufflevector(low, high, 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,  //
                                                       24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63)};
      __builtin_memcpy(to, words, sizeof words);
      to += panel_columns;
    }
  }
}

/// 2^x within 1e-4 of itself for an x up to 0, where it is 1; a NaN stays one.
VPR_INLINE Floats near_exp2(Floats x) {
  Floats f;
  asm("vreduceps $9, %1, %0" : "=v"(f) : "v"(x));  // x less the integer below it
  // 2^f: our own minimax fit with 1 at 0, relative error 8.6e-5.
  Floats p = splat(0.0770670420F);
  p = multiply_add(p, f, splat(0.2276449912F));
  p = multiply_add(p, f, splat(0.6951167864F));
  p = multiply_add(p, f, splat(1.0F));
  return __builtin_ia32_scalefps512_mask(p, x, p, static_cast<unsigned short>(-1), 4);
}

/// What a query sees with the scores of `keys` more keys, two vectors in each panel and `step` floats from panel to panel: raises its largest
/// score, and returns what the sums before have to be multiplied by. Scores that fill the last panel up become those of no weight.
VPR_INLINE float raise_largest(float* scores, std::int64_t step, std::int64_t keys, float scale, avx512::Seen& seen) {
  const std::int64_t panels = ceiling(keys, panel_columns);
  const Floats least = splat(-__builtin_inff());
  for (std::int64_t k = keys; k < panels * panel_columns; k = k / lanes * lanes + lanes) {
    float* const vector = scores + k / panel_columns * step + k % panel_columns / lanes * lanes;
    store(vector, load_first(vector, k % lanes, least));
  }
  Floats most[2] = {least, least};
  for (std::int64_t p = 0; p < panels; ++p, scores += step) {
    for (int v = 0; v < 2; ++v) most[v] = larger(load(scores + v * lanes), most[v]);
  }
  const float above = largest_lane(larger(most[0], most[1])), largest = above > seen.largest ? above : seen.largest;
  const float factor = seen.sum == 0.0F ? 0.0F : exp(splat((seen.largest - largest) * scale))[0];
  seen = {largest, seen.sum * factor};
  return factor;
}

/// Turns these scores into weights, a line of bfloat16 for each panel, and adds them to those that the query has seen.
VPR_INLINE void weigh(const float* scores, std::int64_t step, std::int64_t keys, float scale, avx512::Seen& seen, char* lines) {
  const Floats largest = splat(seen.largest), factor = splat(scale * 1.44269504F);  // e^(scale x) = 2^(factor x)
  Floats sums[2] = {};
  for (std::int64_t k = 0; k < keys; k += panel_columns, scores += step, lines += 2 * step) {
    Floats weights[2];
    for (int v = 0; v < 2; ++v) {
      weights[v] = near_exp2((load(scores + v * lanes) - largest) * factor);
      sums[v] += weights[v];
    }
    const Ints line = bf16_line(weights[0], weights[1]);
    __builtin_memcpy(lines, &line, sizeof line);
  }
  seen.sum += sum_of_lanes(sums[0] + sums[1]);
}

/// The parts of the scratch: packed keys, packed values, and for a tile of queries themselves, scores, weights and sums.
struct AttentionScratch {
  std::int64_t keys, values, queries, scores, weights, sums, end;
  AttentionScratch(std::int64_t key_count, std::int64_t depth_) {
    const std::int64_t depth = whole_panels(depth_), packed = whole_panels(key_count) * depth / 2, rows = AttentionTiles::rows;
    keys = 0;
    values = keys + packed;
    queries = values + packed;
    scores = queries + rows * depth / 2;
    weights = scores + rows * key_block;
    sums = weights + rows * key_block / 2;
    end = sums + rows * depth;
  }
};

/// `count` <= `height` queries from `first` on, of which the rest are zeros.
inline void attend_tile(const AttentionHead& head, std::int64_t first, std::int64_t count, std::int64_t height, float* scratch) {
  const AttentionScratch at(head.keys.count, head.depth);
  const std::int64_t depth = whole_panels(head.depth), keys = whole_panels(head.keys.count), step = height * panel_columns;
  float *const queries = scratch + at.queries, *const scores = scratch + at.scores, *const sums = scratch + at.sums;
  char* const weights = reinterpret_cast<char*>(scratch + at.weights);
  const char* const scratch_bytes = reinterpret_cast<const char*>(scratch);
  RowScale none[AttentionTiles::rows];
  pack_rows<Bf16Terms>({head.queries.data + first * head.queries.stride, head.queries.stride, count}, head.depth, height, queries, none);
  avx512::Seen seen[AttentionTiles::rows];
  for (std::int64_t r = 0; r < count; ++r) seen[r] = {-__builtin_inff(), 0};
  for (std::int64_t begin = 0; begin < head.keys.count; begin += key_block) {
    const std::int64_t here = head.keys.count - begin < key_block ? head.keys.count - begin : key_block;
    for (std::int64_t k = 0; k < here; k += panel_columns) {
      const float* const panel = scratch + at.keys + (begin + k) * depth / 2;
      sum_rows<AttentionTiles>(height, queries, panel, depth / 2, scratch_bytes, 0, false, scores + k * height);
    }
    float factors[AttentionTiles::rows];
    for (std::int64_t r = 0; r < count; ++r) factors[r] = raise_largest(scores + r * panel_columns, step, here, head.scale, seen[r]);
    for (std::int64_t r = 0; r < count; ++r)
      weigh(scores + r * panel_columns, step, here, head.scale, seen[r], weights + r * 2 * panel_columns);
    for (std::int64_t c = 0; c < depth; c += panel_columns) {
      float* const to = sums + c * height;
      for (std::int64_t r = 0; r < count && begin > 0; ++r) {
        for (int v = 0; v < 2; ++v) store(to + r * panel_columns + v * lanes, load(to + r * panel_columns + v * lanes) * factors[r]);
      }
      const float* const panel = scratch + at.values + (c * keys + begin * panel_columns) / 2;
      sum_rows<AttentionTiles>(height, weights, panel, whole_panels(here) / 2, scratch_bytes, 0, begin > 0, to);
    }
  }
  for (std::int64_t r = 0; r < count; ++r) {
    for (std::int64_t d = 0; d < head.depth; d += lanes) {
      const Floats sum = load(sums + d / panel_columns * step + r * panel_columns + d % panel_columns);
      store_up_to(head.out + (first + r) * head.out_stride + d, sum * (1.0F / seen[r].sum), head.depth - d);
    }
  }
}

inline void attend_by_amx(const AttentionHead& head, float* scratch) {
  const AttentionScratch at(head.keys.count, head.depth);
  pack_key_words(head.keys, head.depth, scratch + at.keys);
  pack_value_words(head.values, head.depth, scratch + at.values);
  const AmxShapes shapes;
  asm volatile("ldtilecfg %0" : : "m"(shapes));
  for (std::int64_t n = 0; n < head.queries.count;) {
    const std::int64_t rest = head.queries.count - n, height = tile_height(rest, AttentionTiles::rows);
    attend_tile(head, n, height < rest ? height : rest, height, scratch);
    n += height;
  }
  asm volatile("tilerelease");
}

inline std::int64_t amx_attention_scratch(std::int64_t keys, std::int64_t depth) { return AttentionScratch(keys, depth).end; }

inline constexpr AttentionKernels amx_attention{AttentionTiles::rows, amx_attention_scratch, attend_by_amx};

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail

#endif
