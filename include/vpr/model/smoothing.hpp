// SPDX-License-Identifier: MIT
/// @file
/// Networks in int8 whose inputs are smoothed, calibrated on photos.
#pragma once

#include <vpr/backbone/dinov2.hpp>
#include <vpr/backend/cpu/smoothing.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/precision.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// Calls `use(matrix)` for the matrices of transformer blocks among the parameters of a part.
template <class Part, class Use>
void for_each_block_matrix(Part& part, const std::string& prefix, Use&& use) {
  part.visit(
      [&](const std::string& name, auto& parameter) {
        if constexpr (requires { parameter.observe(nullptr); }) {
          if (is_of_a_block(name)) use(parameter);
        }
      },
      prefix);
}

/// Has the matrices of a part note their inputs while `run()` runs, then calls `use(matrix, factors)` for each.
template <class Part, class Run, class Use>
void calibrate(Part& part, const std::string& prefix, Run&& run, Use&& use) {
  std::vector<std::shared_ptr<std::vector<float>>> largest;
  for_each_block_matrix(part, prefix, [&](auto& matrix) {
    largest.push_back(std::make_shared<std::vector<float>>());
    matrix.observe(largest.back());
  });
  run();
  std::size_t index = 0;
  for_each_block_matrix(part, prefix, [&](auto& matrix) {
    matrix.observe(nullptr);
    use(matrix, smoothing_factors(matrix, *largest[index++]));
  });
}

}  // namespace detail

/// Converts the matrices of a network's blocks to int8, smoothed by what its inputs are on these photos: see `smoothing_factors`. The network
/// has its weights already, best in float32. Without smoothing, a network of which a few channels are much larger than the rest, as the
/// published DINOv2 ViT-B is said to be, loses most of its features in int8: see `docs/models.md`.
/// @param photos  as the network reads them, B×3×H×W each; a few are enough
/// @throws ConfigError  for none
template <class Network>
void hold_blocks_in_smoothed_int8(Network& network, std::span<const typename Network::X> photos) {
  VPR_REQUIRE(ConfigError, !photos.empty(), "smoothing: got no photos to calibrate on");
  const auto run = [&] {
    for (const auto& photo : photos) network(photo);
  };
  detail::calibrate(network, "", run,
                    [](auto& matrix, const std::vector<float>& factors) { matrix = matrix.converted(Precision::int8, factors); });
}

/// Loads a model whose network's blocks are to be held in smoothed int8, block after block: each is read in bfloat16, computes what the photos
/// come to, and is read again in int8. Beside what the model takes in the end there is never more than one block.
/// @param network  the `DinoV2` in the model
/// @param photos   as `hold_blocks_in_smoothed_int8`
/// @throws WeightError as `load`; ConfigError  for no photos
template <class Model, class Network, WeightSource S>
LoadReport load_in_smoothed_int8(Model& model, Network& network, const S& source, std::span<const typename Network::X> photos,
                                 const LoadOptions& options = {}) {
  VPR_REQUIRE(ConfigError, !photos.empty(), "smoothing: got no photos to calibrate on");
  hold_blocks_in(model, Precision::bf16);
  Loading<Model, S> loading(model, source, options);
  loading.assign([](const std::string& name) { return !detail::block_of(name); });
  std::vector<typename Network::X> tokens;
  for (const auto& photo : photos) tokens.push_back(network.embed(photo));
  for (std::size_t i = 0; i < network.blocks().size(); ++i) {
    auto& block = network.blocks()[i];
    loading.assign([i](const std::string& name) { return detail::block_of(name) == i; });
    const auto run = [&] {
      for (std::size_t p = 0; p < photos.size(); ++p) {
        const Shape& shape = photos[p].shape();
        const TokenLayout layout{1 + network.config().registers, network.grid(shape[2], shape[3])};
        tokens[p] = block(std::move(tokens[p]), layout);
      }
    };
    detail::calibrate(block, "blocks.0.", run, [](auto& matrix, const std::vector<float>& factors) {
      matrix = std::decay_t<decltype(matrix)>::zeros(matrix.shape(), Precision::int8, factors);
    });
    loading.assign([i](const std::string& name) { return detail::block_of(name) == i && detail::is_of_a_block(name); });
  }
  return loading.report();
}

}  // namespace vpr
