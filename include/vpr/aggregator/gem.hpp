// SPDX-License-Identifier: MIT
/// @file
/// Generalised-mean pooling.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/pooling.hpp>

namespace vpr {

struct GemSettings {
  float p = 3;        ///< the power a new aggregator starts with; learned. 1 is the mean, large ones approach the maximum
  float eps = 1e-6F;  ///< what smaller values are raised to; a negative value counts as this
};

/// GeM: the generalised mean of the patches of each channel, then unit length (Radenović et al., TPAMI 2019, eq. 3).
/// D = C. Its parameter is `p`, one element. Goldens gem_*.
///
/// Negative features count as nothing: for signed ones, the mean keeps more. `L2Tokens<GeM<>>` is
/// SelaVPR's aggregator.
template <class B = Cpu<f32>>
class GeM {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for a power or an eps that is not positive.
  explicit GeM(GemSettings settings = {}) : p_(X::full(Shape{1}, settings.p)), eps_(settings.eps) {
    VPR_REQUIRE(ConfigError, is_finite(settings.p) && settings.p > 0 && is_finite(settings.eps) && settings.eps > 0, "GeM: got p ",
                settings.p, " and eps ", settings.eps, ", want both positive");
  }

  std::int64_t dimensions(std::int64_t channels) const { return channels; }
  X operator()(const Features<X>& features) const { return l2_normalize(pooled(features.patches)); }
  /// The generalised mean of tokens `B×N×C`, not normalised: `B×C`.
  X pooled(const X& tokens) const { return gem(tokens, p_, eps_); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "p", p_);
  }

 private:
  X p_;
  typename B::value eps_;
};

}  // namespace vpr
