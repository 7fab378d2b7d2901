// SPDX-License-Identifier: MIT
/// @file
/// Parameters without a model, and gradients given by hand.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/train/parameters.hpp>

#include <string>
#include <vector>

namespace vpr::test {

using F32 = Cpu<f32>;
using Floats = std::vector<float>;

struct Bag {
  std::vector<NamedParameter<F32>> parameters;

  Bag(std::initializer_list<std::pair<const char*, Floats>> values) {
    for (const auto& [name, numbers] : values) {
      parameters.push_back({name, Var<F32>(Tensor<F32>::from(Shape{static_cast<std::int64_t>(numbers.size())}, numbers), true)});
    }
  }

  Var<F32>& operator[](const std::string& name) {
    for (auto& [own, parameter] : parameters) {
      if (own == name) return parameter;
    }
    throw std::out_of_range(name);
  }
  Floats values(const std::string& name) { return (*this)[name].to_vector(); }
  void set_gradient(const std::string& name, const Floats& values) {
    (*this)[name].update([&](Tensor<F32>& value, Tensor<F32>& gradient) { gradient = Tensor<F32>::from(value.shape(), values); });
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (auto& [name, parameter] : parameters) visitor(prefix + name, parameter);
  }
};

}  // namespace vpr::test
