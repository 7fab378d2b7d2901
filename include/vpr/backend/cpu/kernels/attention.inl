// SPDX-License-Identifier: MIT
/// @file
/// Attention of one head, a few queries at a time over blocks of keys. See `vpr/backend/cpu/each_instruction_set.inl`.
///
/// Keys and values are packed once into panels two vectors wide: of keys, the first elements of all keys of the panel, then their second
/// elements, and so on; of values, the panel's columns of the first key, then of the second. What a block of keys adds to a query depends
/// on that query alone: its bits are the same whatever is computed beside it.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

#if VPR_BF16_AND_VNNI

inline constexpr const AttentionKernels& attention_kernels = avx512::attention_kernels;

#else

/// Rows of a product held in registers, two vectors wide.
inline constexpr int attention_rows = VPR_VECTOR_REGISTERS == 32 ? 12 : 6;

VPR_INLINE std::int64_t whole_vectors(std::int64_t count) { return (count + lanes - 1) / lanes * lanes; }

/// Four by four elements turned over: `to[c * step + r]` of rows r that are `stride` apart.
VPR_INLINE void turn(const float* from, std::int64_t stride, float* to, std::int64_t step) {
  FourFloats in[4];
  for (int i = 0; i < 4; ++i) __builtin_memcpy(&in[i], from + i * stride, sizeof(FourFloats));
  const FourFloats a = __builtin_shufflevector(in[0], in[1], 0, 4, 1, 5), b = __builtin_shufflevector(in[0], in[1], 2, 6, 3, 7);
  const FourFloats c = __builtin_shufflevector(in[2], in[3], 0, 4, 1, 5), d = __builtin_shufflevector(in[2], in[3], 2, 6, 3, 7);
  const FourFloats out[4] = {__builtin_shufflevector(a, c, 0, 1, 4, 5), __builtin_shufflevector(a, c, 2, 3, 6, 7),
                             __builtin_shufflevector(b, d, 0, 1, 4, 5), __builtin_shufflevector(b, d, 2, 3, 6, 7)};
  for (int i = 0; i < 4; ++i) __builtin_memcpy(to + i * step, &out[i], sizeof(FourFloats));
}

/// Packs `count` keys into panels; what is left of the last one's vectors is 0.
inline void pack_keys(const AttentionRows& keys, std::int64_t depth, float* to) {
  for (std::int64_t first = 0; first < keys.count; first += 2 * lanes) {
    const std::int64_t here = keys.count - first < 2 * lanes ? keys.count - first : 2 * lanes;
    const std::int64_t width = here <= lanes ? lanes : 2 * lanes;
    const float* const from = keys.data + first * keys.stride;
    for (std::int64_t k = 0; k < width; k += 4) {
      std::int64_t d = 0;
      if (k + 4 <= here) {
        for (; d + 4 <= depth; d += 4) turn(from + k * keys.stride + d, keys.stride, to + d * width + k, width);
      }
      for (; d < depth; ++d) {
        for (std::int64_t i = k; i < k + 4; ++i) to[d * width + i] = i < here ? from[i * keys.stride + d] : 0.0F;
      }
    }
    to += width * depth;
  }
}

inline void pack_values(const AttentionRows& values, std::int64_t depth, float* to) {
  for (std::int64_t c = 0; c < depth; c += 2 * lanes) {
    const std::int64_t here = depth - c < 2 * lanes ? depth - c : 2 * lanes;
    for (std::int64_t k = 0; k < values.count; ++k) {
      const float* const from = values.data + k * values.stride + c;
      for (std::int64_t i = 0; i < here; i += lanes, to += lanes) store(to, load_some(from + i, here - i));
    }
  }
}

/// scores = queries · a panel of keys, `Vectors` wide. Queries are held in pieces of `depth_piece` elements.
template <int Rows, int Vectors, int... I>
VPR_INLINE void score_panel(const float* queries, const float* keys, std::int64_t depth, float* scores, std::integer_sequence<int, I...>) {
  Floats sums[Rows * Vectors] = {};
  for (; depth > 0; depth -= depth_piece, queries += Rows * depth_piece) {
    const std::int64_t here = depth < depth_piece ? depth : depth_piece;
    for (std::int64_t d = 0; d < here; ++d, keys += Vectors * lanes) {
      Floats key[Vectors];
      for (int i = 0; i < Vectors; ++i) key[i] = load(keys + i * lanes);
      ((sums[I] = multiply_add(splat(queries[I / Vectors * depth_piece + d]), key[I % Vectors], sums[I])), ...);
    }
  }
  (store(scores + I / Vectors * key_block + I % Vectors * lanes, sums[I]), ...);
}

/// sums = factors · sums + weights · a panel of values.
template <int Rows, int Vectors, int... I>
VPR_INLINE void add_panel(const float* weights, const float* values, std::int64_t keys, const float* factors, float* out, std::int64_t step,
                          std::integer_sequence<int, I...>) {
  Floats sums[Rows * Vectors] = {(load(out + I / Vectors * step + I % Vectors * lanes) * factors[I / Vectors])...};
  for (std::int64_t k = 0; k < keys; ++k, values += Vectors * lanes) {
    Floats value[Vectors];
    for (int i = 0; i < Vectors; ++i) value[i] = load(values + i * lanes);
    ((sums[I] = multiply_add(splat(weights[I / Vectors * key_block + k]), value[I % Vectors], sums[I])), ...);
  }
  (store(out + I / Vectors * step + I % Vectors * lanes, sums[I]), ...);
}

/// What a query has seen so far: its largest score, and the sum of e^(scale (score - largest)).
struct Seen {
  float largest, sum;
};

/// Turns the scores of `keys` more keys into weights; returns what the sums before have to be multiplied by.
inline float weights_of(float* scores, std::int64_t keys, float scale, Seen& seen) {
  const std::int64_t width = whole_vectors(keys);
  const Floats least = splat(-__builtin_inff());
  if (keys < width) store(scores + width - lanes, load_first(scores + width - lanes, keys - (width - lanes), least));
  Floats most = least;
  for (std::int64_t k = 0; k < width; k += lanes) most = larger(load(scores + k), most);
  const float above = largest_lane(most), largest = above > seen.largest ? above : seen.largest;
  Floats sums[2] = {};
  std::int64_t k = 0;
  for (; k + 2 * lanes <= width; k += 2 * lanes) {
    const Floats one = exp((load(scores + k) - largest) * scale), two = exp((load(scores + k + lanes) - largest) * scale);
    store(scores + k, one);
    store(scores + k + lanes, two);
    sums[0] += one;
    sums[1] += two;
  }
  if (k < width) {
    const Floats one = exp((load(scores + k) - largest) * scale);
    store(scores + k, one);
    sums[0] += one;
  }
  const float factor = seen.sum == 0.0F ? 0.0F : exp(splat((seen.largest - largest) * scale))[0];
  seen = {largest, seen.sum * factor + sum_of_lanes(sums[0] + sums[1])};
  return factor;
}

/// `height` <= Rows queries, of which the rest are computed in vain.
template <int Rows>
VPR_INLINE void attend_rows(const AttentionHead& head, std::int64_t first, std::int64_t height, float* scratch) {
  const std::int64_t depth = head.depth, keys = head.keys.count, step = whole_vectors(depth);
  const float *const packed_keys = scratch, *const packed_values = packed_keys + whole_vectors(keys) * depth;
  float* const queries = scratch + whole_vectors(keys) * depth + keys * step;
  float* const scores = queries + (depth + depth_piece - 1) / depth_piece * depth_piece * Rows;
  float* const sums = scores + Rows * key_block;
  for (int r = 0; r < Rows; ++r) {
    const float* const from = head.queries.data + (first + (r < height ? r : 0)) * head.queries.stride;
    for (std::int64_t d = 0; d < depth; d += lanes) {
      float* const to = queries + d / depth_piece * depth_piece * Rows + r * depth_piece + d % depth_piece;
      store(to, load_some(from + d, depth - d));
      store(sums + r * step + d, Floats{});
    }
  }
  Seen seen[Rows];
  for (int r = 0; r < Rows; ++r) seen[r] = {-__builtin_inff(), 0};
  using Two = std::make_integer_sequence<int, 2 * Rows>;
  using One = std::make_integer_sequence<int, Rows>;
  for (std::int64_t begin = 0; begin < keys; begin += key_block) {
    const std::int64_t here = keys - begin < key_block ? keys - begin : key_block;
    for (std::int64_t k = 0; k < here; k += 2 * lanes) {
      const float* const panel = packed_keys + (begin + k) * depth;
      if (here - k > lanes) {
        score_panel<Rows, 2>(queries, panel, depth, scores + k, Two{});
      } else {
        score_panel<Rows, 1>(queries, panel, depth, scores + k, One{});
      }
    }
    float factors[Rows];
    for (int r = 0; r < Rows; ++r) factors[r] = weights_of(scores + r * key_block, here, head.scale, seen[r]);
    for (std::int64_t c = 0; c < step; c += 2 * lanes) {
      const float* const panel = packed_values + c * keys;
      if (step - c > lanes) {
        add_panel<Rows, 2>(scores, panel + begin * 2 * lanes, here, factors, sums + c, step, Two{});
      } else {
        add_panel<Rows, 1>(scores, panel + begin * lanes, here, factors, sums + c, step, One{});
      }
    }
  }
  for (std::int64_t r = 0; r < height; ++r) {
    float* const out = head.out + (first + r) * head.out_stride;
    for (std::int64_t c = 0; c < step; c += lanes) {
      store_some(out + c, load(sums + r * step + c) / seen[r].sum, depth - c);
    }
  }
}

inline void attend_most(const AttentionHead& head, std::int64_t first, std::int64_t height, float* scratch) {
  attend_rows<attention_rows>(head, first, height, scratch);
}
inline void attend_half(const AttentionHead& head, std::int64_t first, std::int64_t height, float* scratch) {
  attend_rows<attention_rows / 2>(head, first, height, scratch);
}
inline void attend_one(const AttentionHead& head, std::int64_t first, std::int64_t height, float* scratch) {
  attend_rows<1>(head, first, height, scratch);
}

inline void attend(const AttentionHead& head, float* scratch) {
  pack_keys(head.keys, head.depth, scratch);
  pack_values(head.values, head.depth, scratch + whole_vectors(head.keys.count) * head.depth);
  std::int64_t n = 0;
  const std::int64_t count = head.queries.count;
  for (; n + attention_rows <= count; n += attention_rows) attend_most(head, n, attention_rows, scratch);
  if (count - n > attention_rows / 2) attend_most(head, n, count - n, scratch), n = count;
  if (count - n > 1) {
    const std::int64_t height = count - n < attention_rows / 2 ? count - n : attention_rows / 2;
    attend_half(head, n, height, scratch);
    n += height;
  }
  if (n < count) attend_one(head, n, 1, scratch);
}

inline std::int64_t attention_scratch(std::int64_t keys, std::int64_t depth) {
  return (keys + lanes) * depth + keys * (depth + lanes) + attention_rows * (depth + depth_piece + key_block + depth + lanes);
}

inline constexpr AttentionKernels attention_kernels{attention_rows, attention_scratch, attend};

#endif

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
