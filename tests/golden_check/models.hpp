// SPDX-License-Identifier: MIT
/// @file
/// What the cases of networks share: backends by name, tensors and weights of a golden file.
#pragma once

#include "tests/golden_check/registry.hpp"

#include <vpr/backbone/dinov2.hpp>
#ifdef VPR_WITH_THRUST
#include <vpr/backend/thrust.hpp>
#endif

#include <array>
#include <string>
#include <utility>

namespace vpr::test {

/// Calls `run.template operator()<B>()` with the backend of that name.
template <class Run>
void on_backend(const std::string& name, Run&& run) {
  if (name == "cpu") return run.template operator()<Cpu<f32>>();
  if (name == "reference") return run.template operator()<vpr::Reference<f32>>();
#ifdef VPR_WITH_THRUST
  if (name == "thrust") return run.template operator()<Thrust<f32>>();
#endif
  fail<ConfigError>("backend ", name, " was not built");
}

template <class B>
Tensor<B> tensor(const Golden& golden, const std::string& name) {
  const std::vector<float> values = golden.values(name);
  return Tensor<B>::from(golden.shape(name), std::span<const float>(values));
}

/// The values of maps B×C×H×W as those of the tokens B×(H·W)×C that they are.
inline std::vector<float> tokens_of_maps(const std::vector<float>& maps, std::int64_t channels, std::int64_t count) {
  std::vector<float> tokens(maps.size());
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i), image = at / channels / count, c = at / count % channels, n = at % count;
    tokens[static_cast<std::size_t>((image * count + n) * channels + c)] = maps[i];
  }
  return tokens;
}

/// The reverse: exchanging the two axes again.
inline std::vector<float> maps_of_tokens(const std::vector<float>& tokens, std::int64_t channels, std::int64_t count) {
  return tokens_of_maps(tokens, count, channels);
}

/// Compares an intermediate result, where the file holds it.
template <class Values>
void check_intermediate(Check& check, const std::string& name, const Values& values) {
  if (check.wants(name)) check(name, values);
}

/// Gives a component its weights from the golden file; every parameter must be there.
template <class Component>
void load_from(const Golden& golden, Component& component, const std::string& prefix = "") {
  const GoldenWeights weights = golden.weights();
  component.visit(
      [&](const std::string& name, auto& parameter) {
        const auto index = find_tensor(weights, name);
        VPR_REQUIRE(WeightError, index.has_value(), golden.path(), ": has no weight ", name);
        VPR_REQUIRE(WeightError, weights.tensors()[*index].shape == parameter.shape(), golden.path(), ": ", name, " is ",
                    weights.tensors()[*index].shape, ", the component's is ", parameter.shape());
        const std::vector<float> values = read_tensor(weights, *index);
        parameter.assign(std::span<const float>(values));
      },
      prefix);
}

/// A map B×C×H×W as the tokens B×(H·W)×C that it is.
template <class B>
Features<Tensor<B>> map_features(const Golden& golden, const std::string& name) {
  const Shape shape = golden.shape(name);
  const std::int64_t channels = shape[1], count = shape[2] * shape[3];
  const std::vector<float> tokens = tokens_of_maps(golden.values(name), channels, count);
  return {{}, Tensor<B>::from(Shape{shape[0], count, channels}, std::span<const float>(tokens)), {shape[2], shape[3]}};
}

/// Tokens B×N×C as maps B×C×N.
template <class B>
std::vector<float> maps(const Tensor<B>& tokens) {
  return maps_of_tokens(tokens.to_vector(), tokens.shape()[2], tokens.shape()[1]);
}

inline VitConfig vit_config(const Golden& golden) {
  VitConfig config;
  config.channels = golden.config("embed_dim", config.channels);
  config.depth = golden.config("depth", config.depth);
  config.heads = golden.config("num_heads", config.heads);
  config.registers = golden.config("num_register_tokens", config.registers);
  config.patch_size = golden.config("patch_size", config.patch_size);
  config.trained_side = golden.config("img_size", config.trained_side);
  config.position_offset = golden.config("interpolate_offset", config.position_offset);
  config.position_antialias = golden.config("interpolate_antialias", config.position_antialias);
  config.qkv_bias = golden.config("qkv_bias", config.qkv_bias);
  config.proj_bias = golden.config("proj_bias", config.proj_bias);
  config.feed_forward_bias = golden.config("ffn_bias", config.feed_forward_bias);
  const auto feed_forward = golden.config<std::string>("ffn_layer", "mlp");
  VPR_REQUIRE(ConfigError, feed_forward == "mlp" || feed_forward.starts_with("swiglu"), "ffn_layer ", feed_forward, " is not known");
  config.feed_forward = feed_forward == "mlp" ? FeedForwardKind::gelu : FeedForwardKind::swiglu;
  return config;
}

template <class B>
DinoV2<VitConfig, NoAdapter, B> load_vit(const Golden& golden) {
  DinoV2<VitConfig, NoAdapter, B> model(vit_config(golden));
  load_from(golden, model);
  return model;
}

inline const std::array<std::pair<Facet, std::string>, 4> facets{
    {{Facet::token, "token"}, {Facet::query, "query"}, {Facet::key, "key"}, {Facet::value, "value"}}};

}  // namespace vpr::test
