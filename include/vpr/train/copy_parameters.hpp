// SPDX-License-Identifier: MIT
/// @file
/// From a recorded model to one for inference.
#pragma once

#include <vpr/core/parameter.hpp>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Gives each parameter of `to` the values of the one of its name in `from`, whatever backends the two are over: how a model in
/// training is tried out, and how it is packed once it is trained. One parameter at a time is copied through host memory.
/// @throws WeightError  naming a parameter that `from` has not, or has in another shape.
template <class From, class To>
void copy_parameters(const From& from, To& to) {
  std::map<std::string, std::pair<Shape, std::function<std::vector<float>()>>> values;
  visit_const(from, [&](const std::string& name, const auto& parameter) {
    values[name] = {parameter.shape(), [&parameter] { return parameter.to_vector(); }};
  });
  to.visit(
      [&](const std::string& name, Parameter auto& parameter) {
        const auto found = values.find(name);
        VPR_REQUIRE(WeightError, found != values.end(), "copy_parameters: there is no ", name, " to copy from");
        VPR_REQUIRE(WeightError, found->second.first == parameter.shape(), "copy_parameters: ", name, " is ", found->second.first,
                    ", the other's is ", parameter.shape());
        const std::vector<float> copied = found->second.second();
        parameter.assign(std::span<const float>(copied));
      },
      std::string());
}

}  // namespace vpr
