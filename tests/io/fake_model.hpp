// SPDX-License-Identifier: MIT
/// @file
/// A model that is nothing but its parameters.
#pragma once

#include <vpr/core/parameter.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr::test {

struct FakeParameter {
  Shape extents;
  std::vector<float> values;

  Shape shape() const { return extents; }
  void assign(std::span<const float> given) { values.assign(given.begin(), given.end()); }
  std::vector<float> to_vector() const { return values; }
};

struct FakeModel {
  std::vector<std::pair<std::string, FakeParameter>> parameters;

  /// All values are -1.
  explicit FakeModel(const std::vector<std::pair<std::string, Shape>>& named) {
    for (const auto& [name, shape] : named) {
      parameters.push_back({name, {shape, std::vector<float>(static_cast<std::size_t>(shape.elements()), -1.0F)}});
    }
  }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (auto& [name, parameter] : parameters) visitor(prefix + name, parameter);
  }
  const std::vector<float>& at(const std::string& name) const {
    return std::find_if(parameters.begin(), parameters.end(), [&](const auto& entry) { return entry.first == name; })->second.values;
  }
};

}  // namespace vpr::test
