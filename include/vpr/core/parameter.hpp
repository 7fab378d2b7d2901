// SPDX-License-Identifier: MIT
/// @file
/// What a learned tensor offers, and how components show theirs.
#pragma once

#include <vpr/core/shape.hpp>

#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace vpr {

/// A learned tensor of a component. `shape()` is its official PyTorch shape, whatever layout it is held in;
/// `assign` takes its values in that shape's row-major order and packs them; `to_vector` gives them back.
///
/// A component shows its parameters through `visit(visitor, prefix)`, which calls `visitor(prefix + name, parameter)`
/// once for each, under the official PyTorch name. A part of a published network names the rest through `visitor.unused(name)`, where
/// the visitor has that, so that a file of the whole loads. Loading, saving, counting, freezing and optimising are such visitors.
template <class P>
concept Parameter = requires(P parameter, const P constant, std::span<const float> values) {
  { constant.shape() } -> std::convertible_to<Shape>;
  parameter.assign(values);
  { constant.to_vector() } -> std::convertible_to<std::vector<float>>;
};

/// How a parameter is made of a stored tensor of another shape. A component shows one that can be through the visitor's
/// `convertible(name, parameter, conversion)`, where the visitor has that; the conversion is valid as long as the component.
struct ParameterConversion {
  /// What is done to a tensor of that shape, as a sentence; empty where nothing can be.
  std::function<std::string(const Shape&)> described;
  /// The parameter's values from those of a tensor of that shape.
  std::function<std::vector<float>(const Shape&, std::span<const float>)> converted;
};

/// Shows a parameter with what it can be made of, where the visitor wants to know.
template <class Visitor, class P>
void visit_convertible(Visitor&& visitor, const std::string& name, P& parameter, const ParameterConversion& conversion) {
  if constexpr (requires { visitor.convertible(name, parameter, conversion); }) {
    visitor.convertible(name, parameter, conversion);
  } else {
    visitor(name, parameter);
  }
}

namespace detail {

/// A visitor that is shown parameters to read.
template <class Visitor>
struct ReadingVisitor {
  Visitor& visitor;

  void operator()(const std::string& name, const auto& parameter) const { visitor(name, parameter); }
  void convertible(const std::string& name, const auto& parameter, const ParameterConversion& conversion) const {
    visit_convertible(visitor, name, parameter, conversion);
  }
  void unused(const std::string& name) const requires requires { visitor.unused(name); }
  { visitor.unused(name); }
};

}  // namespace detail

/// Shows the parameters of a component that is not to be changed: `visitor(name, parameter)` gets each as const.
template <class Component, class Visitor>
void visit_const(const Component& component, Visitor&& visitor, const std::string& prefix = {}) {
  // `visit` only shows; it is not const because what it shows may be assigned. Nothing can be through this visitor.
  const_cast<Component&>(component).visit(detail::ReadingVisitor<std::remove_reference_t<Visitor>>{visitor}, prefix);
}

}  // namespace vpr
