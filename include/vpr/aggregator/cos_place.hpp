// SPDX-License-Identifier: MIT
/// @file
/// The head of CosPlace and EigenPlaces: pooled features through a linear map.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/pooling.hpp>

#include <string>
#include <utility>

namespace vpr {

struct CosPlaceSettings {
  std::int64_t channels = 2048;  ///< of the features: a backbone's
  std::int64_t outputs = 2048;
  GemSettings gem = {};
};

/// What the published codes call the parts: OpenVPRLab's names unless others are given.
struct CosPlaceNames {
  std::string gem = "gem.";
  std::string linear = "fc.";

  /// The authors' of CosPlace and of EigenPlaces, whose head is a `torch.nn.Sequential`.
  static CosPlaceNames numbered() { return {"1.", "3."}; }
};

/// The head of CosPlace (Berton et al., CVPR 2022) and of EigenPlaces (Berton et al., ICCV 2023): patches at unit length, their
/// generalised mean, a linear map with bias, unit length. D is as given. Its parameters are GeM's `p` and the map's `weight` and `bias`, under
/// `CosPlaceNames`. Goldens cosplace_*, eigenplaces_head_*.
template <class B = Cpu<f32>>
class CosPlace {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes, a power or an eps that are not positive.
  explicit CosPlace(const CosPlaceSettings& settings = {}, CosPlaceNames names = {})
      : names_(std::move(names)),
        p_(X::full(Shape{1}, validated(settings).gem.p)),
        eps_(settings.gem.eps),
        linear_(settings.channels, settings.outputs) {}

  std::int64_t dimensions(std::int64_t) const { return linear_.weight.shape()[0]; }

  /// @throws ShapeError  for features of other channels.
  X operator()(const Features<X>& features) const { return l2_normalize(linear_(pooled(features))); }
  /// The generalised mean of each channel, before the linear map: `B×C`.
  X pooled(const Features<X>& features) const { return gem(l2_normalize(features.patches), p_, eps_); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + names_.gem + "p", p_);
    linear_.visit(visitor, prefix + names_.linear);
  }

 private:
  static const CosPlaceSettings& validated(const CosPlaceSettings& settings) {
    VPR_REQUIRE(ConfigError,
                settings.channels > 0 && settings.outputs > 0 && is_finite(settings.gem.p) && settings.gem.p > 0 &&
                    is_finite(settings.gem.eps) && settings.gem.eps > 0,
                "CosPlace: got ", settings.channels, " channels, ", settings.outputs, " outputs, p ", settings.gem.p, " and eps ",
                settings.gem.eps, ", want all positive");
    return settings;
  }

  CosPlaceNames names_;
  X p_;
  typename B::value eps_;
  Linear<B> linear_;
};

}  // namespace vpr
