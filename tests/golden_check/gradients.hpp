// SPDX-License-Identifier: MIT
/// @file
/// What the cases of gradients share: a component over `Recorded`, run once and backward.
#pragma once

#include "tests/golden_check/models.hpp"

#include <vpr/autograd.hpp>

namespace vpr::test {

/// Registers the gradients of one component: `run.template operator()<B>(golden, check)`.
template <class Run>
Register gradients(const std::string& kind, Run run) {
  return Register(kind + "_gradient", [run](const Golden& golden, const Options& options, Check& check) {
    on_backend(options.backend, [&]<class B>() { run.template operator()<B>(golden, check); });
  });
}

/// A leaf that wants its gradient; empty where the file has no such tensor.
template <class B>
Var<B> parameter(const Golden& golden, const std::string& name) {
  return golden.has(name) ? Var<B>(tensor<B>(golden, name), true) : Var<B>();
}

/// Compares the result with `out.main` and propagates the file's cotangent.
template <class B>
void check_result(Check& check, const Var<B>& result, const Tensor<B>& cotangent) {
  check("main", result.value().to_vector());
  result.backward(cotangent.reshaped(result.shape()));
}

/// The tokens of maps, as a leaf that wants its gradient.
template <class B>
Var<B> leaf_of_maps(const Golden& golden, const std::string& name) {
  const Shape shape = golden.shape(name);
  const std::int64_t channels = shape[1], count = shape.elements() / shape[0] / channels;
  const std::vector<float> tokens = tokens_of_maps(golden.values(name), channels, count);
  return Var<B>(Tensor<B>::from(Shape{shape[0], count, channels}, std::span<const float>(tokens)), true);
}

template <class B>
std::vector<float> map_gradient(const Var<B>& tokens) {
  return maps_of_tokens(tokens.gradient().to_vector(), tokens.shape()[2], tokens.shape()[1]);
}

/// Compares the gradients of a component's parameters, and what a recorded run has made of its statistics, with those that the file has.
template <class Component>
void check_parameters(Check& check, Component& component) {
  component.visit(
      [&](const std::string& name, auto& part) {
        if (check.wants("grad." + name)) check("grad." + name, part.gradient().to_vector());
        if (check.wants("buffer." + name)) check("buffer." + name, part.to_vector());
      },
      "");
}

/// What an op without parameters shows.
struct NoParameters {
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

/// Runs `f(x)`, which computes with the component, and compares the gradients of x and of the parameters.
template <class B, class Component, class F>
void check_component(const Golden& golden, Check& check, Component& component, const F& f) {
  const Var<B> x = parameter<B>(golden, "in.x");
  check_result(check, f(x), tensor<B>(golden, "in.cotangent"));
  check("grad.x", x.gradient().to_vector());
  check_parameters(check, component);
}

/// The same where x is maps B×C×…, and so may be the result; `f(tokens, grid)`.
template <class B, class Component, class F>
void check_map_component(const Golden& golden, Check& check, Component& component, const F& f) {
  const Shape shape = golden.shape("in.x");
  const Var<B> x = leaf_of_maps<B>(golden, "in.x");
  const Var<B> result = f(x, shape.rank() == 4 ? Grid{shape[2], shape[3]} : Grid{1, shape[2]});
  if (golden.shape("out.main").rank() == 4) {
    check("main", maps(result.value()));
    result.backward(leaf_of_maps<B>(golden, "in.cotangent").value());
  } else {
    check_result(check, result, tensor<B>(golden, "in.cotangent"));
  }
  check("grad.x", map_gradient(x));
  check_parameters(check, component);
}

}  // namespace vpr::test
