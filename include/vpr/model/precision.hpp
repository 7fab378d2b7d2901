// SPDX-License-Identifier: MIT
/// @file
/// In which precision the matrices of a model are held.
#pragma once

#include <vpr/backend/precision.hpp>
#include <vpr/core/error.hpp>
#include <vpr/model/first_stage.hpp>

#include <algorithm>
#include <array>
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

/// In which precision the matrices of a model are held: those of its transformer blocks, nearly all of its numbers, apart from them those of
/// the first and the last block. Patch embedding, norms, adapters, aggregator and matcher are float32 in every model.
struct PrecisionTable {
  Precision blocks = Precision::f32;
  Precision ends = blocks;

  constexpr PrecisionTable(Precision all = Precision::f32) : blocks(all) {}  // NOLINT(google-explicit-constructor): a precision is a table
  constexpr PrecisionTable(Precision inner, Precision ends_) : blocks(inner), ends(ends_) {}

  bool has(Precision precision) const { return blocks == precision || ends == precision; }
  /// That of a matrix in a block.
  Precision of(std::size_t block, std::size_t depth) const { return block == 0 || block + 1 == depth ? ends : blocks; }

  friend bool operator==(const PrecisionTable&, const PrecisionTable&) = default;
};

/// The tables that a command line names, see `docs/models.md` for what they cost.
struct NamedPrecision {
  std::string_view name;
  PrecisionTable table;
};
inline constexpr std::array<NamedPrecision, 4> named_precisions{{
    {"f32", Precision::f32},
    {"bf16", Precision::bf16},
    {"int8", Precision::int8},
    {"mixed", {Precision::int8, Precision::bf16}},
}};

/// @throws ConfigError  for a name that is not one of `named_precisions`
inline PrecisionTable find_precision(std::string_view name) {
  for (const NamedPrecision& named : named_precisions) {
    if (named.name == name) return named.table;
  }
  fail<ConfigError>("precision '", name, "': want f32, bf16, int8 or mixed");
}

/// The name of a table, empty for one that has none.
inline std::string_view name_of(PrecisionTable table) {
  for (const NamedPrecision& named : named_precisions) {
    if (named.table == table) return named.name;
  }
  return {};
}

namespace detail {

/// How many transformer blocks a network has parameters of.
template <class Network>
std::size_t depth_of(Network& network) {
  std::size_t depth = 0;
  network.visit(
      [&depth](const std::string& name, auto&) {
        if (const std::optional<std::size_t> block = block_of(name)) depth = std::max(depth, *block + 1);
      },
      std::string());
  return depth;
}

/// Calls `use(block, matrix)` for each matrix of a network's transformer blocks, `block` counted from 0.
template <class Network, class Use>
void for_each_block_matrix(Network& network, const Use& use) {
  network.visit(
      [&](const std::string& name, auto& parameter) {
        if (is_of_a_block(name)) use(*block_of(name), parameter);
      },
      std::string());
}

/// The number of blocks of a model's network that is to be held as a table says.
template <class Network>
std::size_t require_blocks(Network& network, PrecisionTable table) {
  const std::size_t depth = depth_of(network);
  VPR_REQUIRE(ConfigError, depth > 0 || table == Precision::f32,
              "bf16, int8 and mixed are for the matrices of transformer blocks, and this model has none: take f32");
  return depth;
}

}  // namespace detail

/// Holds the matrices of the transformer blocks of a model's network as the table says, and computes their products in that precision. Called before
/// weights are loaded, they are converted as they are read. In int8 they are not smoothed: see `vpr/model/smoothing.hpp`.
///
/// @tparam Model  a component over a backend whose weights have precisions, such as `Cpu<f32>`
/// @throws ConfigError  for another table than float32 where the model has no transformer blocks
template <class Model>
void hold_blocks_in(Model& model, PrecisionTable table) {
  auto& network = detail::network_of(model);
  const std::size_t depth = detail::require_blocks(network, table);
  detail::for_each_block_matrix(network, [&](std::size_t block, auto& matrix) {
    if constexpr (requires { matrix = matrix.converted(Precision::f32); }) {
      const Precision precision = table.of(block, depth);
      if (matrix.precision() != precision) matrix = matrix.converted(precision);
    }
  });
}

/// Trains with the products of the transformer blocks of a model's network, and their gradients, in the precision that the table says: f32 or bf16.
/// Parameters and what the optimiser keeps of them stay in float32, as do adapters, norms, attention and heads.
///
/// @tparam Model  a component over a recorded backend
/// @throws ConfigError  for int8 and mixed, and as `hold_blocks_in`
template <class Model>
void train_blocks_in(Model& model, PrecisionTable table) {
  auto& network = detail::network_of(model);
  const std::size_t depth = detail::require_blocks(network, table);
  detail::for_each_block_matrix(network, [&](std::size_t block, auto& matrix) {
    if constexpr (requires { matrix.multiply_in(Precision::f32); }) matrix.multiply_in(table.of(block, depth));
  });
}

}  // namespace vpr
