// SPDX-License-Identifier: MIT
/// @file
/// Which parameters of a recorded model are trained.
#pragma once

#include <vpr/autograd/recorded_weight.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace vpr {

/// A choice of parameters by name: those that begin with a prefix, or those that a predicate takes.
class ParameterNames {
 public:
  ParameterNames(std::string prefix)
      : text_("'" + prefix + "'"), chosen_([prefix](const std::string& name) { return name.starts_with(prefix); }) {}
  ParameterNames(const char* prefix) : ParameterNames(std::string(prefix)) {}
  template <std::predicate<const std::string&> P>
  ParameterNames(P predicate) : text_("a predicate"), chosen_(std::move(predicate)) {}

  bool operator()(const std::string& name) const { return chosen_(name); }
  /// What was chosen by, for messages.
  const std::string& text() const& { return text_; }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
  std::function<bool(const std::string&)> chosen_;
};

/// A parameter under its official name. It shares value and gradient with the model that showed it.
template <class B>
struct NamedParameter {
  std::string name;
  Var<B> parameter;
};

namespace detail {

template <class Model>
void set_needs_gradient(Model& model, const ParameterNames& names, bool needed, const char* what) {
  bool found = false;
  model.visit(
      [&](const std::string& name, auto& parameter) {
        if (!names(name)) return;
        found = true;
        parameter.set_needs_gradient(needed);
      },
      std::string());
  VPR_REQUIRE(ConfigError, found, what, ": no parameter's name is chosen by ", names.text());
}

}  // namespace detail

/// From now on the chosen parameters get no gradient: no work and no memory is spent on one, and no optimiser made later moves them.
/// @throws ConfigError  if none is chosen.
template <class Model>
void freeze(Model& model, const ParameterNames& names) {
  detail::set_needs_gradient(model, names, false, "freeze");
}

/// From now on the chosen parameters get a gradient: the reverse of `freeze`. Freeze all by the prefix "", then unfreeze a part.
/// @throws ConfigError  if none is chosen.
template <class Model>
void unfreeze(Model& model, const ParameterNames& names) {
  detail::set_needs_gradient(model, names, true, "unfreeze");
}

/// Packs the matrices that are not trained, as for inference: `RecordedWeight::pack`, to which `form` goes, such as a `Precision`. They take
/// the memory and time of that form from now on, and can't be trained any more.
/// @return how many were packed
template <class Model, class... Form>
std::int64_t pack_frozen(Model& model, Form... form) {
  std::int64_t packed = 0;
  model.visit(
      [&](const std::string&, auto& parameter) {
        if constexpr (requires { parameter.pack(form...); }) {
          if (parameter.needs_gradient() || parameter.packed() != nullptr) return;
          parameter.pack(form...);
          ++packed;
        }
      },
      std::string());
  return packed;
}

}  // namespace vpr
