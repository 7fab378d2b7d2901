// SPDX-License-Identifier: MIT
/// @file
/// A visitor of parameters whose type is not known.
#pragma once

#include <vpr/core/parameter.hpp>

#include <concepts>
#include <functional>
#include <string>

namespace vpr {

/// Any visitor of a component's parameters over backend `B`, borrowed: how classes that hide the type of a component show its parameters.
template <class B>
class AnyVisitor {
 public:
  using X = typename B::tensor;
  using W = typename B::weight;
  using C = typename B::convolution_weight;

  template <class Visitor>
  explicit AnyVisitor(Visitor& visitor) : visitor_(&visitor), calls_(&calls_of<Visitor>) {}

  template <class P>
  requires std::same_as<P, X> || std::same_as<P, W> || std::same_as<P, C>
  void operator()(const std::string& name, P& parameter) const {
    if constexpr (std::same_as<P, X>) {
      calls_->tensor(visitor_, name, parameter);
    } else if constexpr (std::same_as<P, W>) {
      calls_->weight(visitor_, name, parameter);
    } else {
      calls_->convolution_weight(visitor_, name, parameter);
    }
  }
  void convertible(const std::string& name, X& parameter, const ParameterConversion& conversion) const {
    calls_->convertible(visitor_, name, parameter, conversion);
  }
  void unused(const std::string& name) const { calls_->unused(visitor_, name); }
  void foldable(const std::function<void()>& fold) const { calls_->foldable(visitor_, fold); }

 private:
  /// What is called with the visitor, `self`: a table a type of visitor, since models have many.
  struct Calls {
    void (*tensor)(const void* self, const std::string& name, X& parameter);
    void (*weight)(const void* self, const std::string& name, W& parameter);
    void (*convolution_weight)(const void* self, const std::string& name, C& parameter);
    void (*convertible)(const void* self, const std::string& name, X& parameter, const ParameterConversion& conversion);
    void (*unused)(const void* self, const std::string& name);
    void (*foldable)(const void* self, const std::function<void()>& fold);
  };

  template <class Visitor>
  static Visitor& visitor_of(const void* self) {
    return *static_cast<Visitor*>(const_cast<void*>(self));
  }

  template <class Visitor>
  static constexpr Calls calls_of{
      .tensor = [](const void* self, const std::string& name, X& parameter) { visitor_of<Visitor>(self)(name, parameter); },
      .weight = [](const void* self, const std::string& name, W& parameter) { visitor_of<Visitor>(self)(name, parameter); },
      .convolution_weight = [](const void* self, const std::string& name, C& parameter) { visitor_of<Visitor>(self)(name, parameter); },
      .convertible =
          [](const void* self, const std::string& name, X& parameter, const ParameterConversion& conversion) {
            visit_convertible(visitor_of<Visitor>(self), name, parameter, conversion);
          },
      .unused =
          []([[maybe_unused]] const void* self, [[maybe_unused]] const std::string& name) {
            if constexpr (requires(Visitor & visitor) { visitor.unused(name); }) visitor_of<Visitor>(self).unused(name);
          },
      .foldable =
          []([[maybe_unused]] const void* self, [[maybe_unused]] const std::function<void()>& fold) {
            if constexpr (requires(Visitor & visitor) { visitor.foldable(fold); }) visitor_of<Visitor>(self).foldable(fold);
          }};

  const void* visitor_;
  const Calls* calls_;
};

}  // namespace vpr
