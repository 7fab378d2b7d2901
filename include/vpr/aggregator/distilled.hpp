// SPDX-License-Identifier: MIT
/// @file
/// R2Former's aggregator.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>

#include <cstdint>
#include <string>

namespace vpr {

/// Class and distillation token, side by side in `Features::cls`, each through a linear map of its own, summed, at unit length (Zhu et al.,
/// CVPR 2023, section 3.1). Parameters `head` and `head_dist`, as of a distilled DeiT. Goldens r2former_*.
template <class B = Cpu<f32>>
class DistilledTokens {
 public:
  using backend = B;
  using X = typename B::tensor;

  explicit DistilledTokens(std::int64_t channels = 384, std::int64_t outputs = 256)
      : channels_(channels), outputs_(outputs), of_class_(channels, outputs), of_distillation_(channels, outputs) {}

  std::int64_t dimensions(std::int64_t) const { return outputs_; }

  /// @throws ShapeError  if the features have not two tokens of the channels.
  X operator()(const Features<X>& features) const {
    const Shape& shape = features.cls.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 2 && shape[1] == 2 * channels_, "DistilledTokens: got class tokens ", shape, ", want two of ",
                channels_, " channels side by side");
    const X of_class = of_class_(slice(features.cls, 1, 0, channels_));
    return l2_normalize(of_distillation_(slice(features.cls, 1, channels_, 2 * channels_), {.residual = of_class}));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    of_class_.visit(visitor, prefix + "head.");
    of_distillation_.visit(visitor, prefix + "head_dist.");
  }

 private:
  std::int64_t channels_, outputs_;
  Linear<B> of_class_, of_distillation_;
};

static_assert(Aggregator<DistilledTokens<>>);

}  // namespace vpr
