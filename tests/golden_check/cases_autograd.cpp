// SPDX-License-Identifier: MIT
#include "tests/golden_check/gradients.hpp"

#include <vpr/layer/feed_forward.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/self_attention.hpp>

namespace {

using namespace vpr::test;
using vpr::Shape;
using vpr::Tensor;
using vpr::Var;

const Register linear_case = gradients("linear", []<class B>(const Golden& golden, Check& check) {
  const Var<B> x = parameter<B>(golden, "in.x"), weight = parameter<B>(golden, "w.weight"), bias = parameter<B>(golden, "w.bias");
  check_result(check, linear(x, weight, bias), tensor<B>(golden, "in.cotangent"));
  check("grad.x", x.gradient().to_vector());
  check("grad.weight", weight.gradient().to_vector());
  if (!bias.empty()) check("grad.bias", bias.gradient().to_vector());
});

/// Registers the gradients of a function of one tensor.
template <class F>
Register of_one(const std::string& kind, F f) {
  return gradients(kind, [f]<class B>(const Golden& golden, Check& check) {
    const Var<B> x = parameter<B>(golden, "in.x");
    check_result(check, f(x), tensor<B>(golden, "in.cotangent"));
    check("grad.x", x.gradient().to_vector());
  });
}

const Register gelu_case = of_one("gelu", [](const auto& x) { return gelu(x); });
const Register relu_case = of_one("relu", [](const auto& x) { return relu(x); });
const Register quick_gelu_case = of_one("quickgelu", [](const auto& x) { return quick_gelu(x); });
const Register softmax_case = of_one("softmax", [](const auto& x) { return softmax(x); });

/// Registers the gradients of a component that is loaded from the file whole and called with one tensor: `make.template operator()<R>(golden)`.
template <class Make>
Register of_component(const std::string& kind, Make make) {
  return gradients(kind, [make]<class B>(const Golden& golden, Check& check) {
    auto component = make.template operator()<vpr::Recorded<B>>(golden);
    load_from(golden, component);
    check_component<B>(golden, check, component, [&](const Var<B>& x) { return component(x); });
  });
}

const Register layer_norm_case = of_component("layernorm", []<class R>(const Golden& golden) {
  return vpr::LayerNorm<R>(golden.config("dim", std::int64_t{0}), golden.config("eps", 1e-6F));
});

const Register attention_case = of_component("attention", []<class R>(const Golden& golden) {
  return vpr::SelfAttention<R>(golden.config("dim", std::int64_t{0}), golden.config("num_heads", std::int64_t{1}),
                               golden.config("qkv_bias", true));
});

const Register mlp_case = of_component("mlp", []<class R>(const Golden& golden) {
  return vpr::FeedForward<R>(golden.config("dim", std::int64_t{0}), golden.config("hidden", std::int64_t{0}), vpr::FeedForwardKind::gelu);
});

const Register swiglu_case = of_component("swiglu", []<class R>(const Golden& golden) {
  return vpr::FeedForward<R>(golden.config("dim", std::int64_t{0}), golden.shape("w.w3.weight")[1], vpr::FeedForwardKind::swiglu);
});

const Register block_case = gradients("block", []<class B>(const Golden& golden, Check& check) {
  vpr::VitConfig config = vit_config(golden);
  config.channels = golden.config("dim", config.channels);
  vpr::Block<vpr::Recorded<B>> block(config);
  load_from(golden, block);
  check_component<B>(golden, check, block, [&](const Var<B>& x) { return block(x, vpr::TokenLayout{1, {1, x.shape()[1] - 1}}); });
});

const Register embedding_case = gradients("patch_pos_embed", []<class B>(const Golden& golden, Check& check) {
  vpr::VitConfig config = vit_config(golden);
  config.depth = config.heads = 1;
  vpr::DinoV2<vpr::VitConfig, vpr::NoAdapter, vpr::Recorded<B>> network(config);
  const GoldenWeights weights = golden.weights();
  network.visit(
      [&](const std::string& name, Var<B>& part) {
        if (const auto index = vpr::find_tensor(weights, name)) part.assign(std::span<const float>(vpr::read_tensor(weights, *index)));
      },
      "");
  check_component<B>(golden, check, network, [&](const Var<B>& x) { return network.embed(x); });
});

const Register layer_scale_case = gradients("layerscale", []<class B>(const Golden& golden, Check& check) {
  const Var<B> x = parameter<B>(golden, "in.x"), gamma = parameter<B>(golden, "w.gamma");
  check_result(check, add_gated(Var<B>(Tensor<B>::zeros(x.shape())), x, gamma), tensor<B>(golden, "in.cotangent"));
  check("grad.x", x.gradient().to_vector());
  check("grad.gamma", gamma.gradient().to_vector());
});

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
