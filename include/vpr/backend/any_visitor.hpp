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
  explicit AnyVisitor(Visitor& visitor)
      : tensor_([&visitor](const std::string& name, X& parameter) { visitor(name, parameter); }),
        weight_([&visitor](const std::string& name, W& parameter) { visitor(name, parameter); }),
        convolution_weight_([&visitor](const std::string& name, C& parameter) { visitor(name, parameter); }),
        convertible_([&visitor](const std::string& name, X& parameter, const ParameterConversion& conversion) {
          if constexpr (requires { visitor.convertible(name, parameter, conversion); }) {
            visitor.convertible(name, parameter, conversion);
          } else {
            visitor(name, parameter);
          }
        }),
        unused_([&visitor]([[maybe_unused]] const std::string& name) {
          static_cast<void>(visitor);
          if constexpr (requires { visitor.unused(name); }) visitor.unused(name);
        }),
        foldable_([&visitor]([[maybe_unused]] const std::function<void()>& fold) {
          static_cast<void>(visitor);
          if constexpr (requires { visitor.foldable(fold); }) visitor.foldable(fold);
        }) {}

  template <class P>
  requires std::same_as<P, X> || std::same_as<P, W> || std::same_as<P, C>
  void operator()(const std::string& name, P& parameter) const {
    if constexpr (std::same_as<P, X>) {
      tensor_(name, parameter);
    } else if constexpr (std::same_as<P, W>) {
      weight_(name, parameter);
    } else {
      convolution_weight_(name, parameter);
    }
  }
  void convertible(const std::string& name, X& parameter, const ParameterConversion& conversion) const {
    convertible_(name, parameter, conversion);
  }
  void unused(const std::string& name) const { unused_(name); }
  void foldable(const std::function<void()>& fold) const { foldable_(fold); }

 private:
  std::function<void(const std::string&, X&)> tensor_;
  std::function<void(const std::string&, W&)> weight_;
  std::function<void(const std::string&, C&)> convolution_weight_;
  std::function<void(const std::string&, X&, const ParameterConversion&)> convertible_;
  std::function<void(const std::string&)> unused_;
  std::function<void(const std::function<void()>&)> foldable_;
};

}  // namespace vpr
