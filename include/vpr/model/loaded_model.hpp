// SPDX-License-Identifier: MIT
/// @file
/// A model that was loaded by name.
#pragma once

#include <vpr/model/any_system.hpp>
#include <vpr/model/record.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The regions `K×R×C` of K photos, whatever their sizes, for `BatchContext::with`.
/// @throws ShapeError  that says which of them cannot be described, before any is
template <class P>
typename P::X context_regions(const P& pipeline, std::span<const ImageView> photos) {
  for (std::size_t i = 0; i < photos.size(); ++i) {
    try {
      pipeline.input_size(photos[i].size());
    } catch (const ShapeError& error) {
      fail<ShapeError>("batch context: photo ", i + 1, " of ", photos.size(), ": ", error.what());
    }
  }
  std::vector<float> values;
  Shape shape;
  pipeline.for_each_batch(photos, [&](const typename P::X& images) {
    const typename P::X regions = pipeline.parts(pipeline.backbone(images));
    shape = regions.shape();
    const std::vector<float> part = regions.to_vector();
    values.insert(values.end(), part.begin(), part.end());
  });
  return P::X::from(shape.with(0, static_cast<std::int64_t>(photos.size())), std::span<const float>(values));
}

/// A model with its weights, and what its descriptors are made by. Who knows more, such as the weights' hash or how photos are read, adds it to the
/// record.
struct LoadedModel {
  AnySystem<> system;
  ModelRecord record;
  std::string local = {};  ///< what its local features are, such as `head` or `patches of block 7 key`; empty: it has none

  const AnyPipeline<>& pipeline() const& { return system.pipeline; }
  void pipeline() const&& = delete;

  /// Chooses the batch context that photos are described in, and records it.
  /// @throws ConfigError  for a model that describes each photo by itself
  void describe_in(BatchContext<AnySystem<>::X> batch_context) {
    VPR_REQUIRE(ConfigError, system.pipeline.mixes(), "model '", record.model,
                "' describes each photo by itself: a batch context is for models that mix photos, such as cricavpr");
    system.pipeline.aggregator.batch_context = std::move(batch_context);
    record.batch_context = system.pipeline.batch_context();
  }
};

}  // namespace vpr
