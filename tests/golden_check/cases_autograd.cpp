// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/autograd.hpp>

namespace {

using namespace vpr::test;
using vpr::Shape;
using vpr::Tensor;
using vpr::Var;

/// Registers the gradients of one op: `run.template operator()<B>(golden, check)`.
template <class Run>
Register gradients(const std::string& kind, Run run) {
  return Register(kind + "_gradient", [run](const Golden& golden, const Options& options, Check& check) {
    on_backend(options.backend, [&]<class B>() { run.template operator()<B>(golden, check); });
  });
}

template <class B>
Var<B> parameter(const Golden& golden, const std::string& name) {
  return golden.has(name) ? Var<B>(tensor<B>(golden, name), true) : Var<B>();
}

template <class B>
void check_result(Check& check, const Var<B>& result, const Tensor<B>& cotangent) {
  check("main", result.value().to_vector());
  result.backward(cotangent.reshaped(result.shape()));
}

const Register linear_case = gradients("linear", []<class B>(const Golden& golden, Check& check) {
  const Var<B> x = parameter<B>(golden, "in.x"), weight = parameter<B>(golden, "w.weight"), bias = parameter<B>(golden, "w.bias");
  check_result(check, linear(x, weight, bias), tensor<B>(golden, "in.cotangent"));
  check("grad.x", x.gradient().to_vector());
  check("grad.weight", weight.gradient().to_vector());
  if (!bias.empty()) check("grad.bias", bias.gradient().to_vector());
});

const Register gelu_case = gradients("gelu", []<class B>(const Golden& golden, Check& check) {
  const Var<B> x = parameter<B>(golden, "in.x");
  check_result(check, gelu(x), tensor<B>(golden, "in.cotangent"));
  check("grad.x", x.gradient().to_vector());
});

const Register layer_scale_case = gradients("layerscale", []<class B>(const Golden& golden, Check& check) {
  const Var<B> x = parameter<B>(golden, "in.x"), gamma = parameter<B>(golden, "w.gamma");
  check_result(check, add_gated(Var<B>(Tensor<B>::zeros(x.shape())), x, gamma), tensor<B>(golden, "in.cotangent"));
  check("grad.x", x.gradient().to_vector());
  check("grad.gamma", gamma.gradient().to_vector());
});

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

const Register gem_case = gradients("gem", []<class B>(const Golden& golden, Check& check) {
  const Var<B> x = leaf_of_maps<B>(golden, "in.x"), p = parameter<B>(golden, "w.p");
  check_result(check, gem(x, p, golden.config("eps", 1e-6F)), tensor<B>(golden, "in.cotangent"));
  check("grad.x", map_gradient(x));
  check("grad.p", p.gradient().to_vector());
});

const Register l2_gem_case = gradients("l2norm_gem", []<class B>(const Golden& golden, Check& check) {
  const Var<B> x = leaf_of_maps<B>(golden, "in.x"), p = parameter<B>(golden, "w.1.p");
  check_result(check, gem(l2_normalize(x), p, golden.config("eps", 1e-6F)), tensor<B>(golden, "in.cotangent"));
  check("grad.x", map_gradient(x));
  check("grad.1.p", p.gradient().to_vector());
});

const Register l2_case = gradients("l2norm", []<class B>(const Golden& golden, Check& check) {
  const bool over_channels = golden.config("dim", -1) == 1 && golden.shape("in.x").rank() > 2;
  const float eps = golden.config("eps", 1e-12F);
  if (over_channels) {
    const Var<B> x = leaf_of_maps<B>(golden, "in.x");
    const Var<B> result = l2_normalize(x, eps);
    check("main", maps_of_tokens(result.value().to_vector(), x.shape()[2], x.shape()[1]));
    result.backward(leaf_of_maps<B>(golden, "in.cotangent").value());
    check("grad.x", map_gradient(x));
  } else {
    const Var<B> x = parameter<B>(golden, "in.x");
    check_result(check, l2_normalize(x, eps), tensor<B>(golden, "in.cotangent"));
    check("grad.x", x.gradient().to_vector());
  }
});

}  // namespace
