// SPDX-License-Identifier: MIT
/// @file
/// What a training keeps, parameters of any type: as a list, and copied to be given back.
#pragma once

#include <vpr/core/parameter.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace vpr::detail {

/// A parameter of any type, so that states of different types fit in one list.
struct AnyParameter {
  template <Parameter P>
  static AnyParameter of(P& parameter) {
    return {.get_shape = [&parameter] { return parameter.shape(); },
            .set = [&parameter](std::span<const float> values) { parameter.assign(values); },
            .get = [&parameter] { return parameter.to_vector(); }};
  }

  std::function<Shape()> get_shape;
  std::function<void(std::span<const float>)> set;
  std::function<std::vector<float>()> get;

  Shape shape() const { return get_shape(); }
  void assign(std::span<const float> values) { set(values); }
  std::vector<float> to_vector() const { return get(); }
};

/// The values of all that `state.visit` shows, to give back.
class StateCopy {
 public:
  template <class State>
  explicit StateCopy(State& state) {
    state.visit([this](const std::string&, Parameter auto& parameter) { values_.push_back(parameter.to_vector()); }, std::string());
  }
  template <class State>
  void restore(State& state) const {
    auto next = values_.begin();
    state.visit([&next](const std::string&, Parameter auto& parameter) { parameter.assign(std::span<const float>(*next++)); },
                std::string());
  }

 private:
  std::vector<std::vector<float>> values_;
};

}  // namespace vpr::detail
