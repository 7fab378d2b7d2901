// SPDX-License-Identifier: MIT
/// @file
/// Weights in memory.
#pragma once

#include <vpr/io/weight_source.hpp>

#include <span>
#include <string>
#include <vector>

namespace vpr::test {

/// Each tensor counts up from its first value.
struct Memory {
  std::vector<TensorInfo> infos;
  std::vector<float> firsts;

  std::string path() const { return "memory"; }
  const std::vector<TensorInfo>& tensors() const { return infos; }
  void read(std::size_t index, std::span<float> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = firsts[index] + static_cast<float>(i);
  }
  Memory& with(const std::string& name, const Shape& shape, float first, DType dtype = DType::float32) {
    infos.push_back({name, dtype, shape});
    firsts.push_back(first);
    return *this;
  }
};

}  // namespace vpr::test
