// SPDX-License-Identifier: MIT
/// @file
/// SuperPoint's encoder.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/maps.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The network that SuperPoint's detector and descriptor share (DeTone et al. 2018, section 3.1): eight 3×3 convolutions with ReLU over one
/// plane of grey, and three poolings, each of which halves the map, rounded down. The features are a map of 128 channels without a class
/// token.
///
/// Of images of three planes, which are RGB under ImageNet's normalisation, it takes the grey 0.299 R + 0.587 G + 0.114 B; one plane is
/// grey from 0 to 1. Each image is computed by itself. Parameters have the authors' names; those of the decoders are `SuperPoint`'s.
/// Goldens superpoint_*.
template <class B = Cpu<f32>>
class SuperPointEncoder {
 public:
  using backend = B;
  using X = typename B::tensor;

  SuperPointEncoder() {
    std::int64_t inputs = 1;
    for (const std::int64_t width : widths) {
      for (const std::int64_t from : {inputs, width}) convolutions_.emplace_back(from, width, Window{3, 1, 1});
      inputs = width;
    }
  }

  std::int64_t channels() const { return widths.back(); }
  std::int64_t multiple() const { return 8; }
  bool has_class_token() const { return false; }
  Grid grid(std::int64_t height, std::int64_t width) const { return {height / 8, width / 8}; }

  /// @throws ShapeError  unless the images are B×1×H×W or B×3×H×W with sides of 8 at least.
  Features<X> operator()(const X& images) const {
    const Shape& shape = images.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3) && shape[2] >= 8 && shape[3] >= 8,
                "SuperPoint: got images ", shape, ", want [batch, 1 or 3, height, width] with sides of 8 at least");
    Grid map{shape[2], shape[3]};
    X x = transpose(reshape(images, Shape{shape[0], shape[1], map.patches()}), 1);
    if (shape[1] == 3) x = grey(x);
    for (std::size_t i = 0; i < convolutions_.size(); ++i) {
      if (i > 0 && i % 2 == 0) {
        x = max_pool(x, map, halving);
        map = halving.positions(map);
      }
      x = convolutions_[i](x, map, {.activation = Activation::relu});
    }
    return {X(), std::move(x), map};
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::size_t i = 0; i < convolutions_.size(); ++i)
      convolutions_[i].visit(visitor, prefix + "conv" + std::to_string(i / 2 + 1) + (i % 2 == 0 ? "a." : "b."));
    if constexpr (requires { visitor.unused(prefix); }) {
      for (const char* decoder : {"convPa.", "convPb.", "convDa.", "convDb."}) {
        for (const char* parameter : {"weight", "bias"}) visitor.unused(prefix + decoder + parameter);
      }
    }
  }

 private:
  static constexpr std::array<std::int64_t, 4> widths{64, 64, 128, 128};
  static constexpr Window halving{2, 2, 0};

  static X grey(const X& rgb) {
    constexpr std::array<double, 3> share{0.299, 0.587, 0.114}, mean{0.485, 0.456, 0.406}, deviation{0.229, 0.224, 0.225};
    std::array<float, 3> weight{};
    double offset = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      weight[c] = static_cast<float>(share[c] * deviation[c]);
      offset += share[c] * mean[c];
    }
    const X bias = X::full(Shape{1}, static_cast<typename B::value>(offset));
    return linear(rgb, X::from(Shape{1, 3}, std::span<const float>(weight)), bias);
  }

  std::vector<Convolution<B>> convolutions_;
};

static_assert(Backbone<SuperPointEncoder<>>);

}  // namespace vpr
