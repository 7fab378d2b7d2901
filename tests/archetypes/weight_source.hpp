// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/io/weight_source.hpp>

/// One tensor, `scale`, of two numbers.
class TwoNumbers {
 public:
  std::string path() const { return "two numbers"; }
  const std::vector<vpr::TensorInfo>& tensors() const { return tensors_; }
  void read(std::size_t, std::span<float> out) const {
    out[0] = 0.5F;
    out[1] = 2.0F;
  }

 private:
  std::vector<vpr::TensorInfo> tensors_{{"scale", vpr::DType::float32, vpr::Shape{2}}};
};

static_assert(vpr::WeightSource<TwoNumbers>);
