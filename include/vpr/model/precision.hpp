// SPDX-License-Identifier: MIT
/// @file
/// In which precision the matrices of a model are held.
#pragma once

#include <vpr/backend/precision.hpp>
#include <vpr/core/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace vpr {
namespace detail {

/// The transformer block that a parameter is in, from 0, and what it is called there, such as `attn.qkv.weight`; nothing for others.
inline std::optional<std::pair<std::size_t, std::string_view>> place_in_a_block(std::string_view name) {
  constexpr std::string_view blocks = "blocks.";
  const std::size_t found = name.find(blocks);
  if (found == std::string_view::npos) return std::nullopt;
  name.remove_prefix(found + blocks.size());
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end == name.data() + name.size() || *end != '.') return std::nullopt;
  return std::pair{index, name.substr(static_cast<std::size_t>(end - name.data()) + 1)};
}

/// The transformer block that a parameter is in, its adapter's included.
inline std::optional<std::size_t> block_of(std::string_view name) {
  const auto place = place_in_a_block(name);
  return place ? std::optional(place->first) : std::nullopt;
}

/// Whether a parameter is a matrix of a transformer block itself: of its attention or feed-forward network, not of an adapter in it.
inline bool is_of_a_block(std::string_view name) {
  const auto place = place_in_a_block(name);
  return place && (place->second.starts_with("attn.") || place->second.starts_with("mlp."));
}

}  // namespace detail

/// Holds the matrices of a model's transformer blocks, nearly all of its numbers, in `precision`, and computes their products in it. Patch
/// embedding, norms, adapters and aggregator stay in float32. Called before weights are loaded, they are converted as they are read.
///
/// @tparam Model  a component over a backend whose weights have precisions, such as `Cpu<f32>`
template <class Model>
void hold_blocks_in(Model& model, Precision precision) {
  model.visit(
      [precision](const std::string& name, auto& parameter) {
        if constexpr (requires { parameter = parameter.converted(precision); }) {
          if (detail::is_of_a_block(name) && parameter.precision() != precision) parameter = parameter.converted(precision);
        }
      },
      std::string());
}

/// @throws ConfigError  for a name that is not one of `precision_names`.
inline Precision find_precision(std::string_view name) {
  const auto found = std::find(precision_names.begin(), precision_names.end(), name);
  VPR_REQUIRE(ConfigError, found != precision_names.end(), "precision '", name, "': want f32, bf16 or int8");
  return static_cast<Precision>(found - precision_names.begin());
}

}  // namespace vpr
