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
#include <type_traits>
#include <utility>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace vpr {
namespace detail {

/// Calls `use(name, matrix)` for the matrices of transformer blocks among the parameters of a part.
template <class Part, class Use>
void for_each_block_matrix(Part& part, const std::string& prefix, Use&& use) {
  part.visit(
      [&](const std::string& name, auto& parameter) {
        if constexpr (requires { parameter.observe(nullptr); }) {
          if (is_of_a_block(name)) use(name, parameter);
        }
      },
      prefix);
}

/// Has the matrices of a part note their inputs while `run()` runs, then calls `use(name, matrix, factors)` for each.
template <class Part, class Run, class Use>
void calibrate(Part& part, const std::string& prefix, Run&& run, Use&& use) {
  std::vector<std::shared_ptr<std::vector<float>>> largest;
  for_each_block_matrix(part, prefix, [&](const std::string&, auto& matrix) {
    largest.push_back(std::make_shared<std::vector<float>>());
    matrix.observe(largest.back());
  });
  run();
  std::size_t index = 0;
  for_each_block_matrix(part, prefix, [&](const std::string& name, auto& matrix) {
    matrix.observe(nullptr);
    use(name, matrix, smoothing_factors(matrix, *largest[index++]));
  });
}

inline void require_calibration(std::size_t photos) { VPR_REQUIRE(ConfigError, photos > 0, "smoothing: got no photos to calibrate on"); }

}  // namespace detail

/// Holds the matrices of a network's blocks as the table says, those in int8 smoothed by what their inputs are on these photos: see
/// `smoothing_factors`. The network has its weights already, best in float32. Unsmoothed, a network of which a few channels are a hundred times
/// larger than the rest, as is published of DINOv2 ViT-B, loses its features in int8.
/// @param photos  as the network reads them, B×3×H×W each; a few are enough
/// @throws ConfigError  for none
template <class Network>
void hold_blocks_smoothed(Network& network, PrecisionTable table, std::span<const typename Network::X> photos) {
  detail::require_calibration(photos.size());
  const std::size_t depth = detail::depth_of(network);
  const auto run = [&] {
    for (const auto& photo : photos) network(photo);
  };
  detail::calibrate(network, "", run, [&](const std::string& name, auto& matrix, const std::vector<float>& factors) {
    const Precision precision = table.of(*detail::block_of(name), depth);
    if (precision == Precision::int8) matrix = matrix.converted(precision, factors);
  });
  hold_blocks_in(network, table);
}

/// Loads a model whose network's blocks are to be held so, block after block: each is read in bfloat16, computes what the photos come to, and is
/// read again as it is to be held. Beside what the model takes in the end there is never more than one block.
/// @param network  the `DinoV2` in the model
/// @param photos   as `hold_blocks_smoothed`
/// @throws WeightError as `load`; ConfigError  for no photos
template <class Model, class Network, WeightSource S>
LoadReport load_smoothed(Model& model, Network& network, const S& source, PrecisionTable table, std::span<const typename Network::X> photos,
                         const LoadOptions& options = {}) {
  detail::require_calibration(photos.size());
  hold_blocks_in(model, Precision::bf16);
  Loading<Model, S> loading(model, source, options);
  loading.assign([](const std::string& name) { return !detail::block_of(name); });
  std::vector<typename Network::X> tokens;
  for (const auto& photo : photos) tokens.push_back(network.embed(photo));
  const std::size_t depth = network.blocks().size();
  for (std::size_t i = 0; i < depth; ++i) {
    auto& block = network.blocks()[i];
    loading.assign([i](const std::string& name) { return detail::block_of(name) == i; });
    const auto run = [&] {
      for (std::size_t p = 0; p < photos.size(); ++p) {
        const Shape& shape = photos[p].shape();
        tokens[p] = block(std::move(tokens[p]), {1 + network.config().registers, network.grid(shape[2], shape[3])});
      }
    };
    const Precision precision = table.of(i, depth);
    detail::calibrate(block, "blocks.0.", run, [&](const std::string&, auto& matrix, const std::vector<float>& factors) {
      const std::span<const float> none;
      matrix = std::decay_t<decltype(matrix)>::zeros(matrix.shape(), precision, precision == Precision::int8 ? std::span(factors) : none);
    });
#ifdef __GLIBC__
    malloc_trim(0);  // gives back what was freed between what stays
#endif
    loading.assign([i](const std::string& name) { return detail::block_of(name) == i && detail::is_of_a_block(name); });
  }
  return loading.report();
}

}  // namespace vpr
