// SPDX-License-Identifier: MIT
/// @file
/// SelaVPR's local head.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/normalization.hpp>

#include <cstdint>
#include <string>

namespace vpr {

struct UpConvSettings {
  std::int64_t channels = 1024;  ///< of the features: a backbone's
  std::int64_t hidden = 256;
  std::int64_t outputs = 128;
};

/// Two transposed convolutions of kernel 3 and stride 2 with a ReLU between, then unit length: dense local features four times as fine
/// as the patches, 61×61×128 of a 16×16 grid (Lu et al., ICLR 2024, section 3.3). Its parameters are `upconv1` and `upconv2`. Goldens
/// selavpr_*.
template <class B = Cpu<f32>>
class UpConvHead {
 public:
  using backend = B;
  using X = typename B::tensor;

  explicit UpConvHead(const UpConvSettings& settings = {})
      : outputs_(settings.outputs),
        first_(settings.channels, settings.hidden, {3, 2, 1}),
        second_(settings.hidden, settings.outputs, {3, 2, 1}) {}

  std::int64_t channels(std::int64_t) const { return outputs_; }

  /// @throws ShapeError  if the features have other channels.
  LocalTokens<X> operator()(const Features<X>& features) const {
    const Grid middle = first_.result(features.grid);
    return {l2_normalize(second_(relu(half(features)), middle)), second_.result(middle)};
  }

  /// What the first of the two gives, before its ReLU.
  X half(const Features<X>& features) const { return first_(features.patches, features.grid); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    first_.visit(visitor, prefix + "upconv1.");
    second_.visit(visitor, prefix + "upconv2.");
  }

 private:
  std::int64_t outputs_;
  TransposedConvolution<B> first_, second_;
};

static_assert(LocalHead<UpConvHead<>>);

}  // namespace vpr
