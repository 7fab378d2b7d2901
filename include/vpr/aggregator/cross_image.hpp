// SPDX-License-Identifier: MIT
/// @file
/// Aggregation in which the photos of a batch attend to each other.
#pragma once

#include <vpr/aggregator/batch_context.hpp>
#include <vpr/aggregator/split.hpp>
#include <vpr/layer/transformer_encoder.hpp>
#include <vpr/ops/attention.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

struct CrossImageSettings {
  std::int64_t channels = 768;
  std::int64_t heads = 16;
  std::int64_t hidden = 2048;  ///< of the encoder's feed-forward networks
  std::int64_t layers = 2;
};

/// An aggregator whose regions then pass a transformer that mixes each region with the same region of the other photos (Lu et al., CVPR
/// 2024, section 3.2). D = regions · C, at unit length. Its parameters are those of the regions and `encoder`. Goldens cricavpr_*, supervlad_*.
///
/// So a photo's descriptor depends on its `batch_context`: alone, beside the same photos each time, or blocks of photos in their
/// order. Only descriptors made in the same one compare. In every other respect each photo keeps its bits in any batch.
///
/// @tparam Regions  an aggregator with `regions(features)`, `B×R×C`: `SplitAggregator`, `SuperVlad`
template <class Regions>
class AcrossPhotos {
 public:
  using backend = typename Regions::backend;
  using B = backend;
  using X = typename B::tensor;

  BatchContext<X> batch_context = BatchContext<X>::alone();

  /// @param names  the text before the names of the regions' parameters
  /// @throws ConfigError  for channels that the heads don't divide.
  explicit AcrossPhotos(Regions regions, const CrossImageSettings& settings = {}, std::string names = "")
      : heads_(settings.heads), regions_(std::move(regions)), names_(std::move(names)) {
    VPR_REQUIRE(ConfigError,
                settings.heads > 0 && settings.channels > 0 && settings.channels % settings.heads == 0 && settings.hidden > 0 &&
                    settings.layers >= 0,
                "cross-image encoder: got ", settings.channels, " channels, ", settings.heads, " heads, ", settings.hidden,
                " hidden channels and ", settings.layers, " layers, want positive ones and channels that the heads divide");
    for (std::int64_t i = 0; i < settings.layers; ++i) layers_.emplace_back(settings.channels, settings.hidden);
  }

  std::int64_t dimensions(std::int64_t channels) const { return regions_.dimensions(channels); }

  X operator()(const Features<X>& features) const { return mix(regions(features)); }

  /// One descriptor a region, `B×R×C`: all that a photo gives of itself.
  X regions(const Features<X>& features) const { return regions_.regions(features); }

  bool needs_class_token() const { return vpr::needs_class_token(regions_); }
  /// @throws ShapeError  for a grid that has no such regions
  void require_grid(Grid grid) const { vpr::require_grid(regions_, grid); }

  /// The descriptors of photos from their regions, in the batch context that was chosen; blocks are counted from the first photo here.
  /// @throws ShapeError  if the photos of the batch context have other regions or channels.
  X mix(const X& regions) const { return mix(regions, batch_context); }
  /// The same in another batch context.
  X mix(const X& regions, const BatchContext<X>& among) const {
    const Shape shape = regions.shape();
    const X encoded = among.block() > 0         ? in_blocks(regions, among.block())
                      : among.regions().empty() ? alone(regions)
                                                : beside(regions, among.regions());
    return l2_normalize(reshape(encoded, Shape{shape[0], shape[1] * shape[2]}));
  }

  /// The encoder alone: `B×R×C` to `B×R×C`, each region attending to the same region of all B photos.
  X encode(X regions) const {
    const auto across_photos = [this](const X& qkv) { return transpose(self_attention(transpose(qkv, 0), heads_), 0); };
    for (const auto& layer : layers_) regions = layer(std::move(regions), across_photos);
    return regions;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    regions_.visit(visitor, prefix + names_);
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].visit(visitor, prefix + "encoder.layers." + std::to_string(i) + ".");
  }

 private:
  /// A photo that sees only itself gives all its attention to its own value.
  X alone(X regions) const {
    const auto own_value = [](const X& qkv) { return slice(qkv, 2, qkv.shape()[2] / 3 * 2, qkv.shape()[2]); };
    for (const auto& layer : layers_) regions = layer(std::move(regions), own_value);
    return regions;
  }

  /// Each photo's part of `encode(photos of its block)`.
  X in_blocks(const X& regions, std::int64_t size) const {
    X all;
    const std::int64_t photos = regions.shape()[0];
    for (std::int64_t begin = 0, count = 0; begin < photos; begin += count) {
      count = std::min(size, photos - begin);
      all = stacked(all, encode(slice(regions, 0, begin, begin + count)));
    }
    return all;
  }

  X beside(const X& regions, const X& others) const {
    VPR_REQUIRE(ShapeError, others.shape().with(0, 1) == regions.shape().with(0, 1), "cross-image encoder: got a batch context of regions ",
                others.shape(), " for regions ", regions.shape());
    X all;
    for (std::int64_t i = 0; i < regions.shape()[0]; ++i) {
      all = stacked(all, slice(encode(stacked(slice(regions, 0, i, i + 1), others)), 0, 0, 1));
    }
    return all;
  }

  /// The photos of b behind those of a.
  static X stacked(const X& a, const X& b) {
    if (a.empty()) return b;
    const Shape shape = b.shape();
    return reshape(concat(reshape(a, Shape{1, a.shape().elements()}), reshape(b, Shape{1, shape.elements()}), 1),
                   shape.with(0, a.shape()[0] + shape[0]));
  }

  std::int64_t heads_;
  Regions regions_;
  std::string names_;
  std::vector<TransformerEncoderLayer<B>> layers_;
};

/// CricaVPR's: of the regions of a multi-level split. Its parameters are `aggregation.1.p` and `encoder`. Goldens cricavpr_*.
template <class Levels = Split<1, 2, 3>, class B = Cpu<f32>>
struct CrossImageAggregator : AcrossPhotos<SplitAggregator<Levels, B>> {
  explicit CrossImageAggregator(const CrossImageSettings& settings = {}, const SplitSettings& split = {})
      : AcrossPhotos<SplitAggregator<Levels, B>>(SplitAggregator<Levels, B>(split), settings) {}
};

}  // namespace vpr
