// SPDX-License-Identifier: MIT
/// @file
/// The frozen first blocks of a network in training, computed once a photo and kept on disk. Needs the target `vpr::hash`.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/features.hpp>
#include <vpr/core/half.hpp>
#include <vpr/dataset/feature_cache.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// How many of a recorded network's first parts have nothing in them or before them that is trained: what they make of a photo stays the same.
/// @tparam Network  a `PartedBackbone`
template <class Network>
std::int64_t frozen_blocks(const Network& network) {
  std::int64_t frozen = network.depth();
  visit_const(network, [&](const std::string& name, const auto& parameter) {
    if (parameter.needs_gradient()) frozen = std::min(frozen, std::max<std::int64_t>(0, network.part_of(name)));
  });
  return frozen;
}

/// A network in training whose frozen first blocks are computed once for each image and kept in a `FeatureCache`; it gives the bits of
/// the network itself. An image counts as met before if all its numbers are the same: photos that are augmented each time gain nothing.
///
/// @tparam Network  a `PartedBackbone` over `Recorded<B>` in float32, such as a `DinoV2`
template <class Network>
class FrozenBlocks {
 public:
  using X = typename Network::X;
  static_assert(std::same_as<typename Network::backend::value, f32>,
                "FrozenBlocks keeps float32: use it with a network over Recorded<Cpu<f32>>");

  /// The network must outlive this, and what is frozen of it must stay as it is.
  /// @throws ConfigError where not even the first block is frozen; IoError where the folder can't be written to
  FrozenBlocks(Network& network, const std::filesystem::path& folder)
      : network_(&network), blocks_(frozen_blocks(network)), cache_(folder, identity(network, blocks_)) {
    VPR_REQUIRE(ConfigError, blocks_ > 0,
                "frozen blocks: something in the first block, or before it, is trained: there is nothing to keep in ", folder.string());
  }

  std::int64_t blocks() const { return blocks_; }
  const FeatureCache& cache() const& { return cache_; }
  void cache() const&& = delete;

  /// What the network makes of `B×3×H×W` images.
  /// @throws ShapeError  as the network does; IoError  where the folder can't be read or written to
  Features<X> operator()(const X& images) const {
    const Shape& shape = images.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 4 && shape[0] > 0, "frozen blocks: got images ", shape,
                ", want Bx3xHxW with an image at least");
    const std::vector<float> pixels = images.to_vector();
    const auto photo = [&, size = pixels.size() / static_cast<std::size_t>(shape[0])](std::int64_t i) {
      return std::span(pixels).subspan(static_cast<std::size_t>(i) * size, size);
    };
    std::vector<Digest> digests(static_cast<std::size_t>(shape[0]));
    std::vector<CachedTensors> all(digests.size());
    std::vector<std::int64_t> missing;
    std::vector<float> missing_pixels;
    for (std::int64_t i = 0; i < shape[0]; ++i) {
      Digester digester;  // of the sides too: two images may hold the same numbers in rows of other lengths
      digester.add(std::as_bytes(std::span(shape.begin(), shape.rank()).subspan(1)));
      digester.add(std::as_bytes(photo(i)));
      digests[static_cast<std::size_t>(i)] = digester.digest();
      if (auto kept = cache_.find(digests[static_cast<std::size_t>(i)])) {
        all[static_cast<std::size_t>(i)] = *std::move(kept);
      } else {
        missing.push_back(i);
        missing_pixels.insert(missing_pixels.end(), photo(i).begin(), photo(i).end());
      }
    }
    if (!missing.empty()) {
      const NotRecording scope;
      const X made = network_->before(
          X::from(Shape{std::ssize(missing), shape[1], shape[2], shape[3]}, std::span<const float>(missing_pixels)), blocks_);
      const std::vector<float> made_values = made.to_vector();
      const Shape each(std::span(made.shape().begin(), made.shape().rank()).subspan(1));
      for (std::size_t i = 0; i < missing.size(); ++i) {
        const auto begin = made_values.begin() + static_cast<std::ptrdiff_t>(i) * each.elements();
        const auto at = static_cast<std::size_t>(missing[i]);
        all[at] = {{each, {begin, begin + each.elements()}}};
        cache_.keep(digests[at], all[at]);
      }
    }
    std::vector<float> values;
    for (const CachedTensors& image : all) values.insert(values.end(), image[0].values.begin(), image[0].values.end());
    std::vector<std::int64_t> extents{shape[0]};
    extents.insert(extents.end(), all[0][0].shape.begin(), all[0][0].shape.end());
    return network_->continued(X::from(Shape(extents), std::span<const float>(values)), shape, blocks_);
  }

 private:
  /// The parameters that aren't trained, the first blocks' among them.
  struct Frozen {
    Network& network;

    template <class Visitor>
    void visit(Visitor&& visitor, const std::string& prefix) {
      network.visit(
          [&](const std::string& name, auto& parameter) {
            if (!parameter.needs_gradient()) visitor(name, parameter);
          },
          prefix);
    }
  };

  static std::string identity(Network& network, std::int64_t blocks) {
    Frozen frozen{network};
    bool rounded = false;
    frozen.visit(
        [&rounded](const std::string&, auto& parameter) {
          if constexpr (requires { parameter.precision(); }) rounded = rounded || parameter.precision() != Precision::f32;
        },
        "");
    return "tokens after " + std::to_string(blocks) + " blocks" + (rounded ? ", in bf16, of " : " of ") + network.settings() +
           ", frozen parameters " + digest_of_parameters(frozen).hex();
  }

  Network* network_;
  std::int64_t blocks_;
  FeatureCache cache_;
};

}  // namespace vpr
