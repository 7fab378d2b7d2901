// SPDX-License-Identifier: MIT
/// @file
/// Networks in int8 whose inputs are smoothed, calibrated on photos.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/backend/cpu/smoothing.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
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

/// Has the matrices of those blocks of a network whose index `chosen` is true of note their inputs while `run()` runs, then calls
/// `use(block, matrix, factors)` for each.
template <class Network, class Chosen, class Run, class Use>
void calibrate(Network& network, const Chosen& chosen, Run&& run, Use&& use) {
  const auto for_each_chosen = [&](const auto& call) {
    for_each_block_matrix(network, [&](std::size_t block, auto& matrix) {
      if constexpr (requires { matrix.observe(nullptr); }) {
        if (chosen(block)) call(block, matrix);
      }
    });
  };
  std::vector<std::shared_ptr<std::vector<float>>> largest;
  for_each_chosen([&](std::size_t, auto& matrix) {
    largest.push_back(std::make_shared<std::vector<float>>());
    matrix.observe(largest.back());
  });
  run();
  std::size_t index = 0;
  for_each_chosen([&](std::size_t block, auto& matrix) {
    matrix.observe(nullptr);
    use(block, matrix, smoothing_factors(matrix, *largest[index++]));
  });
}

/// What a model calls the parameters of its network.
template <class Model, class Network>
std::set<std::string> names_of_network(Model& model, Network& network) {
  std::set<const void*> parameters;
  network.visit([&](const std::string&, auto& parameter) { parameters.insert(&parameter); }, std::string());
  std::set<std::string> names;
  const auto add = [&](const std::string& name, auto& parameter) {
    if (parameters.contains(&parameter)) names.insert(name);
  };
  model.visit(add, std::string());
  return names;
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
  const auto all = [](std::size_t) { return true; };
  detail::calibrate(network, all, run, [&](std::size_t block, auto& matrix, const std::vector<float>& factors) {
    const Precision precision = table.of(block, depth);
    if (precision == Precision::int8) matrix = matrix.converted(precision, factors);
  });
  hold_blocks_in(network, table);
}

/// Loads a model whose network's blocks are to be held so, block after block: each is read in bfloat16, computes what the photos come to, and is
/// read again as it is to be held. Beside what the model takes in the end there is never more than one block.
/// @param network  the model's backbone, of which the parts are the blocks
/// @param photos   as `hold_blocks_smoothed`
/// @throws WeightError as `load`; ConfigError  for no photos
template <class Model, PartedBackbone Network, WeightSource S>
LoadReport load_smoothed(Model& model, Network& network, const S& source, PrecisionTable table, std::span<const typename Network::X> photos,
                         const LoadOptions& options = {}) {
  detail::require_calibration(photos.size());
  hold_blocks_in(model, Precision::bf16);
  const std::set<std::string> names = detail::names_of_network(model, network);
  const auto block_of = [&names](const std::string& name) { return names.contains(name) ? detail::block_of(name) : std::nullopt; };
  Loading<Model, S> loading(model, source, options);
  loading.assign([&](const std::string& name) { return !block_of(name); });
  std::vector<typename Network::X> tokens;
  for (const auto& photo : photos) tokens.push_back(network.before(photo, 0));
  const auto depth = static_cast<std::size_t>(network.depth());
  for (std::size_t i = 0; i < depth; ++i) {
    const auto is_next = [i](std::size_t block) { return block == i; };
    loading.assign([&](const std::string& name) { return block_of(name) == i; });
    const auto run = [&] {
      for (std::size_t p = 0; p < photos.size(); ++p)
        tokens[p] = network.through_part(std::move(tokens[p]), photos[p].shape(), static_cast<std::int64_t>(i));
    };
    const Precision precision = table.of(i, depth);
    detail::calibrate(network, is_next, run, [&](std::size_t, auto& matrix, const std::vector<float>& factors) {
      const std::span<const float> none;
      matrix = std::decay_t<decltype(matrix)>::zeros(matrix.shape(), precision, precision == Precision::int8 ? std::span(factors) : none);
    });
#ifdef __GLIBC__
    malloc_trim(0);  // gives back what was freed between what stays
#endif
    loading.assign([&](const std::string& name) { return block_of(name) == i && detail::is_of_a_block(name); });
  }
  return loading.report();
}

}  // namespace vpr
