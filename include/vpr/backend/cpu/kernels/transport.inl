// SPDX-License-Identifier: MIT
/// @file
/// The optimal transport of tokens to clusters. See `vpr/backend/cpu/each_instruction_set.inl` and `ScalarKernels::optimal_transport`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

#if VPR_BF16_AND_VNNI

inline constexpr const TransportKernels& transport_kernels = avx512::transport_kernels;  // none needs the instructions that this set adds

#else

/// One iteration of an image's optimal transport: u, of K + 1 clusters, from the v before (none: zeros), then v, of tokens of mass 1, from u.
/// @param mass_left  the dustbin's
inline void transport_step(std::int64_t tokens, std::int64_t clusters, const float* scores, float dustbin, float mass_left,
                           const float* before, float* u, float* v) {
  const float mass = -__builtin_logf(static_cast<float>(tokens + clusters)), least = -__builtin_inff();
  for (std::int64_t k = 0; k < clusters; k += lanes) {
    const std::int64_t wanted = clusters - k;
    Floats most = splat(least), total{};
    for (std::int64_t n = 0; n < tokens; ++n)
      most = larger(most, load_some(scores + n * clusters + k, wanted) + (before == nullptr ? 0.0F : before[n]));
    for (std::int64_t n = 0; n < tokens; ++n)
      total += exp(load_some(scores + n * clusters + k, wanted) + (before == nullptr ? 0.0F : before[n]) - most);
    store_some(u + k, mass - (most + log(total)), wanted);
  }
  // The dustbin's scores are all one number: it leaves the logarithm.
  float rest = __builtin_logf(static_cast<float>(tokens));
  if (before != nullptr) {
    const float most = largest(tokens, before);
    map(tokens, before, v, ExpBelow{most, 1});
    rest = most + log(splat(sum(tokens, v, v, First{})))[0];
  }
  u[clusters] = mass + __builtin_logf(mass_left) - (dustbin + rest);

  const float last = dustbin + u[clusters];
  for (std::int64_t n = 0; n < tokens; n += lanes) {
    const std::int64_t wanted = tokens - n < lanes ? tokens - n : lanes;
    float most[lanes] = {}, total[lanes] = {};
    for (std::int64_t i = 0; i < wanted; ++i) {
      const float* const row = scores + (n + i) * clusters;
      Floats high = splat(last), terms{};
      std::int64_t k = 0;
      for (; k + lanes <= clusters; k += lanes) high = larger(high, load(row + k) + load(u + k));
      if (k < clusters) high = larger(high, load_first(row + k, clusters - k, splat(least)) + load_first(u + k, clusters - k));
      most[i] = largest_lane(high);
      for (k = 0; k + lanes <= clusters; k += lanes) terms += exp(load(row + k) + load(u + k) - most[i]);
      if (k < clusters) terms += exp(load_first(row + k, clusters - k, splat(least)) + load_first(u + k, clusters - k) - most[i]);
      terms += exp(lane_numbers() == 0 ? splat(last - most[i]) : splat(least));
      total[i] = sum_of_lanes(terms);
    }
    store_some(v + n, mass - (load(most) + log(load(total))), wanted);
  }
}

struct AddBoth {
  float both;
  VPR_INLINE Floats operator()(Floats x, Floats y) const { return x + y + both; }
};

/// One image's log P of `optimal_transport` from its u and v.
inline void transport_plan(std::int64_t tokens, std::int64_t clusters, const float* scores, float dustbin, const float* u, const float* v,
                           float* out) {
  const float norm = __builtin_logf(static_cast<float>(tokens + clusters));
  for (std::int64_t n = 0; n < tokens; ++n, out += clusters + 1) {
    map(clusters, scores + n * clusters, u, out, AddBoth{v[n] + norm});
    out[clusters] = dustbin + u[clusters] + (v[n] + norm);
  }
}

inline constexpr TransportKernels transport_kernels{
    .step = transport_step,
    .plan = transport_plan,
};

#endif

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
