// SPDX-License-Identifier: MIT
/// @file
/// Functions of rows and of columns. See `vpr/backend/cpu/each_instruction_set.inl`; what each computes is defined by the kernel of that name in
/// `ScalarKernels` or `ScalarGradients`. Sums are in an order that depends on the length alone.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

#if VPR_BF16_AND_VNNI

inline constexpr const RowKernels& row_kernels = avx512::row_kernels;  // none needs the instructions that this set adds

#else

struct Divided {
  float by;
  VPR_INLINE Floats operator()(Floats x) const { return x / by; }
};
struct ExpBelow {
  float most, scale;
  VPR_INLINE Floats operator()(Floats x) const { return exp((x - most) * scale); }
};
struct First {
  VPR_INLINE Floats operator()(Floats x, Floats) const { return x; }
};
struct From {
  float centre;
  VPR_INLINE Floats operator()(Floats x, Floats) const { return x - centre; }
};
struct SquareFrom {
  float centre;
  VPR_INLINE Floats operator()(Floats x, Floats) const { return (x - centre) * (x - centre); }
};
struct ProductFrom {
  float centre;
  VPR_INLINE Floats operator()(Floats x, Floats y) const { return (x - centre) * y; }
};
struct SquaredDifference {
  VPR_INLINE Floats operator()(Floats x, Floats y) const { return (x - y) * (x - y); }
};
struct Normalised {
  float mean, factor;
  VPR_INLINE Floats operator()(Floats x, Floats gamma, Floats beta) const { return (x - mean) * factor * gamma + beta; }
};
struct NormalisedGradient {
  float mean, factor, offset, product;
  VPR_INLINE Floats operator()(Floats x, Floats weighted) const { return factor * (weighted - (offset + (x - mean) * product)); }
};
struct SoftmaxGradient {
  float product, scale;
  VPR_INLINE Floats operator()(Floats y, Floats dy) const { return y * (dy - product) * scale; }
};
struct UnitGradient {
  float product, norm;
  VPR_INLINE Floats operator()(Floats y, Floats dy) const { return (dy - y * product) / norm; }
};

/// Mean of a row, and one over its standard deviation. The mean is that of the distances from the first element: a row of one number
/// repeated, however large, varies by exactly 0.
struct Moments {
  float mean, factor;
};

VPR_INLINE Moments moments(std::int64_t columns, const float* x, float eps) {
  const float count = static_cast<float>(columns), mean = sum(columns, x, x, From{x[0]}) / count + x[0];
  return {mean, 1.0F / __builtin_sqrtf(sum(columns, x, x, SquareFrom{mean}) / count + eps)};
}

inline void row_layer_norm(std::int64_t columns, const float* x, const float* gamma, const float* beta, float eps, float* out) {
  const Moments of = moments(columns, x, eps);
  map(columns, x, gamma, beta, out, Normalised{of.mean, of.factor});
}

inline void row_layer_norm_gradient(std::int64_t columns, const float* x, const float* gamma, float eps, const float* dy, float* dx) {
  const Moments of = moments(columns, x, eps);
  map(columns, dy, gamma, dx, Multiply{});
  const float share = 1.0F / static_cast<float>(columns), offset = sum(columns, dx, dx, First{}) * share;
  const float product = sum(columns, x, dx, ProductFrom{of.mean}) * of.factor * of.factor * share;
  map(columns, x, dx, dx, NormalisedGradient{of.mean, of.factor, offset, product});
}

inline void row_softmax(std::int64_t columns, const float* x, float scale, float* out) {
  map(columns, x, out, ExpBelow{largest(columns, x), scale});
  map(columns, out, out, Divided{sum(columns, out, out, First{})});
}

inline void row_softmax_gradient(std::int64_t columns, const float* y, const float* dy, float scale, float* dx) {
  map(columns, y, dy, dx, SoftmaxGradient{sum(columns, y, dy, Multiply{}), scale});
}

VPR_INLINE float norm(std::int64_t columns, const float* x) { return __builtin_sqrtf(sum(columns, x, x, Multiply{})); }

inline void row_l2_normalize(std::int64_t columns, const float* x, float eps, float* out) {
  const float length = norm(columns, x);
  map(columns, x, out, Divided{length < eps ? eps : length});
}

inline void row_l2_normalize_gradient(std::int64_t columns, const float* x, float eps, const float* y, const float* dy, float* dx) {
  const float length = norm(columns, x);
  map(columns, y, dy, dx, length < eps ? UnitGradient{0, eps} : UnitGradient{sum(columns, y, dy, Multiply{}), length});
}

inline float row_norm(std::int64_t columns, const float* x) { return norm(columns, x); }
inline float row_distance(std::int64_t columns, const float* x, const float* y) {
  return __builtin_sqrtf(sum(columns, x, y, SquaredDifference{}));
}

// Columns: a lane is a column, and its sum goes down the rows. `width` columns of rows that are `step` apart.

/// Σ_r x[r], or Σ_r x[r] · y[r] with a y.
inline void column_sums(std::int64_t rows, std::int64_t step, std::int64_t width, const float* x, const float* y, float* out) {
  std::int64_t c = 0;
  for (; c + 4 * lanes <= width; c += 4 * lanes) {
    Floats sums[4] = {};
    for (std::int64_t r = 0; r < rows; ++r) {
      for (int i = 0; i < 4; ++i) {
        const std::int64_t at = r * step + c + i * lanes;
        sums[i] += y == nullptr ? load(x + at) : load(x + at) * load(y + at);
      }
    }
    for (int i = 0; i < 4; ++i) store(out + c + i * lanes, sums[i]);
  }
  for (; c < width; c += lanes) {
    const std::int64_t wanted = width - c;
    Floats sum{};
    for (std::int64_t at = c; at < rows * step; at += step)
      sum += y == nullptr ? load_some(x + at, wanted) : load_some(x + at, wanted) * load_some(y + at, wanted);
    store_some(out + c, sum, wanted);
  }
}

inline void column_gem(std::int64_t rows, std::int64_t step, std::int64_t width, const float* x, float exponent, float eps, float* out) {
  for (std::int64_t c = 0; c < width; c += lanes) {
    const std::int64_t wanted = width - c;
    Floats most = splat(eps), sum{};
    for (std::int64_t r = 0; r < rows; ++r) most = larger(most, load_some(x + r * step + c, wanted));
    for (std::int64_t r = 0; r < rows; ++r) sum += power(larger(splat(eps), load_some(x + r * step + c, wanted)) / most, splat(exponent));
    store_some(out + c, most * power(sum / static_cast<float>(rows), splat(1.0F / exponent)), wanted);
  }
}

struct GemGradient {
  float exponent, eps, share;
  VPR_INLINE Floats operator()(Floats x, Floats y, Floats dy) const {
    return x < eps ? Floats{} : dy * power(x / y, splat(exponent - 1.0F)) * share;
  }
};

/// Of one row of x.
inline void row_gem_gradient(std::int64_t columns, const float* x, float exponent, float eps, float share, const float* y, const float* dy,
                             float* dx) {
  map(columns, x, y, dy, dx, GemGradient{exponent, eps, share});
}

/// One image of `residual_sums`, the clusters `begin` and, if there are two, the next.
template <int Clusters>
VPR_INLINE void residual_sums_of(std::int64_t tokens, std::int64_t channels, std::int64_t clusters, const float* x, const float* assignment,
                                 const float* centres, float* out) {
  constexpr int wide = 4;
  std::int64_t c = 0;
  for (; c + wide * lanes <= channels; c += wide * lanes) {
    Floats sums[Clusters][wide] = {};
    for (std::int64_t n = 0; n < tokens; ++n) {
      for (int k = 0; k < Clusters; ++k) {
        const float share = assignment[n * clusters + k];
        if (share == 0.0F) continue;
        for (int i = 0; i < wide; ++i)
          sums[k][i] += share * (load(x + n * channels + c + i * lanes) - load(centres + k * channels + c + i * lanes));
      }
    }
    for (int k = 0; k < Clusters; ++k) {
      for (int i = 0; i < wide; ++i) store(out + k * channels + c + i * lanes, sums[k][i]);
    }
  }
  for (; c < channels; c += lanes) {
    const std::int64_t wanted = channels - c;
    for (int k = 0; k < Clusters; ++k) {
      const Floats centre = load_some(centres + k * channels + c, wanted);
      Floats sum{};
      for (std::int64_t n = 0; n < tokens; ++n) {
        const float share = assignment[n * clusters + k];
        if (share != 0.0F) sum += share * (load_some(x + n * channels + c, wanted) - centre);
      }
      store_some(out + k * channels + c, sum, wanted);
    }
  }
}

/// Clusters `begin` to `end`.
inline void residual_sums(std::int64_t tokens, std::int64_t channels, std::int64_t clusters, std::int64_t begin, std::int64_t end,
                          const float* x, const float* assignment, const float* centres, float* out) {
  for (; begin + 2 <= end; begin += 2) {
    residual_sums_of<2>(tokens, channels, clusters, x, assignment + begin, centres + begin * channels, out + begin * channels);
  }
  if (begin < end)
    residual_sums_of<1>(tokens, channels, clusters, x, assignment + begin, centres + begin * channels, out + begin * channels);
}

/// Σ_k weights[k] · (point - others[k]) over the weights that are not 0, `step` apart.
inline void weighted_differences(std::int64_t count, std::int64_t channels, const float* point, const float* others, const float* weights,
                                 float* out) {
  for (std::int64_t c = 0; c < channels; c += lanes) {
    const std::int64_t wanted = channels - c;
    const Floats from = load_some(point + c, wanted);
    Floats sum{};
    for (std::int64_t k = 0; k < count; ++k) {
      if (weights[k] != 0.0F) sum += weights[k] * (from - load_some(others + k * channels + c, wanted));
    }
    store_some(out + c, sum, wanted);
  }
}

inline constexpr RowKernels row_kernels{
    .layer_norm = row_layer_norm,
    .layer_norm_gradient = row_layer_norm_gradient,
    .softmax = row_softmax,
    .softmax_gradient = row_softmax_gradient,
    .l2_normalize = row_l2_normalize,
    .l2_normalize_gradient = row_l2_normalize_gradient,
    .norm = row_norm,
    .distance = row_distance,
    .column_sums = column_sums,
    .gem = column_gem,
    .gem_gradient = row_gem_gradient,
    .residual_sums = residual_sums,
    .weighted_differences = weighted_differences,
};

#endif

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
