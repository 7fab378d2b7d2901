// SPDX-License-Identifier: MIT
/// @file
/// From photos to descriptors: preprocessing, backbone, aggregator.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backbone/concept.hpp>
#include <vpr/core/eigen.hpp>
#include <vpr/core/execution.hpp>
#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/descriptors.hpp>

#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// What a system's checkpoint calls its parts: the text before each parameter's own name.
struct PartNames {
  std::string backbone = "backbone.";
  std::string aggregator = "aggregator.";
  std::string head = "head.";        ///< a two-stage system's
  std::string matcher = "matcher.";  ///< a two-stage system's, if it is learned
};

/// A system of place recognition: what is done to a photo, the network that reads it, and what makes a descriptor of its features.
///
/// The preprocessing belongs to the system: descriptors of photos that were prepared in different ways do not compare.
/// Each photo is described by itself: its descriptor has the same bits alone, in any batch and on any number of threads. Only with an
/// aggregator that mixes photos, such as `CrossImageAggregator`, does it depend on those it is described with.
template <class Network, class Aggregate>
class Pipeline {
  static_assert(Backbone<Network>,
                "the first argument of Pipeline must be a Backbone: network(images) giving Features, channels(), multiple(): see "
                "vpr/backbone/concept.hpp");
  static_assert(Aggregator<Aggregate>,
                "the second argument of Pipeline must be an Aggregator: aggregate(features) giving a tensor, dimensions(channels), "
                "visit(visitor, prefix): see vpr/aggregator/concept.hpp");
  static_assert(std::same_as<typename Network::backend, typename Aggregate::backend>,
                "Pipeline: the backbone and the aggregator must share their backend");

 public:
  using backend = typename Network::backend;
  using X = typename backend::tensor;
  /// Whether the aggregator's answer may depend on the photos beside it.
  static constexpr bool may_mix = MixingAggregator<Aggregate> || requires(const Aggregate& any) { any.mixes(); };

  Network backbone;
  Aggregate aggregator;
  AnyPreprocess preprocess;
  PartNames names;
  Execution execution;  ///< where photos are described; the current one unless another is set

  /// @param prepare  what is done to each photo; the default is ImageNet's normalisation, then an antialiased resize to 224×224.
  /// @throws ConfigError  for an aggregator that reads the class token behind a backbone that has none
  explicit Pipeline(Network network = Network(), Aggregate aggregate = Aggregate(),
                    AnyPreprocess prepare = NormaliseThenResize<>{{{224, 224}}}, PartNames part_names = {})
      : backbone(std::move(network)), aggregator(std::move(aggregate)), preprocess(std::move(prepare)), names(std::move(part_names)) {
    VPR_REQUIRE(ConfigError, has_class_token(backbone) || !needs_class_token(aggregator),
                "Pipeline: the aggregator reads the class token, and the backbone has none: take an aggregator of patches alone, such as "
                "GeM, or a vision transformer");
  }
  /// From a pipeline of other types, such as one whose parts were known when it was compiled.
  template <class OtherNetwork, class OtherAggregate>
  requires std::constructible_from<Network, OtherNetwork> && std::constructible_from<Aggregate, OtherAggregate> Pipeline(
      Pipeline<OtherNetwork, OtherAggregate> other)
      : backbone(std::move(other.backbone)),
        aggregator(std::move(other.aggregator)),
        preprocess(std::move(other.preprocess)),
        names(std::move(other.names)),
        execution(std::move(other.execution)) {}

  /// Whether the aggregator's answer depends on the photos beside it.
  bool mixes() const {
    if constexpr (requires { aggregator.mixes(); }) {
      return aggregator.mixes();
    } else {
      return may_mix;
    }
  }

  std::int64_t dimensions() const { return aggregator.dimensions(backbone.channels()); }

  /// Descriptors `B×D` of prepared images `B×3×H×W`, as tensors of the backend.
  X operator()(const X& images) const {
    const ExecutionScope scope(execution);
    return aggregator(backbone(images));
  }

  /// The descriptor of a photo: D floats of unit length.
  /// @throws ShapeError  if the prepared photo's sides are not multiples of the backbone's patch.
  std::vector<float> describe(const RgbPhoto& photo) const {
    const ImageView& view = photo;
    return describe(std::span(&view, 1));
  }

  /// The descriptors of several photos, one after the other: photo i's are the floats from i · D on. Photos of different
  /// sizes after preprocessing are described in turn, those of one size together.
  std::vector<float> describe(std::span<const ImageView> photos) const {
    std::vector<float> descriptors(photos.size() * static_cast<std::size_t>(dimensions()));
    describe(photos, descriptors);
    return descriptors;
  }

  /// The same, written to `descriptors`. Described again, photos of one size take no more memory from the system.
  /// @throws ShapeError  unless there is room for D floats of each photo, and no more
  void describe(std::span<const ImageView> photos, std::span<float> descriptors) const {
    VPR_REQUIRE(ShapeError, descriptors.size() == photos.size() * static_cast<std::size_t>(dimensions()), "Pipeline: got room for ",
                descriptors.size(), " numbers as descriptors of ", photos.size(), " photos of ", dimensions(), " dimensions each");
    const ExecutionScope scope(execution);
    std::size_t done = 0;
    for_each_batch(photos, [&](const X& images) {
      const X part = parts(backbone(images));
      VPR_REQUIRE(ShapeError, part.elements() == images.shape()[0] * dimensions(), "Pipeline: the aggregator gave ", part.shape(), " of ",
                  images.shape()[0], " photos, and says that a descriptor has ", dimensions(), " dimensions");
      const auto count = static_cast<std::size_t>(part.elements());
      part.copy_to(descriptors.subspan(done, count));
      done += count;
    });
    if (mixes()) {
      const std::vector<float> mixed = finished({descriptors.begin(), descriptors.end()});
      std::copy(mixed.begin(), mixed.end(), descriptors.begin());
    }
  }

  /// What the aggregator takes of each photo by itself, D numbers: the descriptors, unless it mixes photos.
  X parts(const Features<X>& features) const {
    if constexpr (may_mix) {
      return aggregator.regions(features);
    } else {
      return aggregator(features);
    }
  }
  /// The descriptors of photos, all of those described together, from their `parts`.
  std::vector<float> finished(std::vector<float> parts_of_all) const {
    if constexpr (may_mix) {
      if (!mixes()) return parts_of_all;
      const std::int64_t channels = backbone.channels(), regions = dimensions() / channels;
      const Shape shape{static_cast<std::int64_t>(parts_of_all.size()) / dimensions(), regions, channels};
      return aggregator.mix(X::from(shape, std::span<const float>(parts_of_all))).to_vector();
    } else {
      return parts_of_all;
    }
  }

  /// The same with what the pipeline knows of how they are made: the batch context, the precision and the library's version.
  Descriptors descriptors_of(std::span<const ImageView> photos) const {
    return {describe(photos), dimensions(), {.batch_context = batch_context(), .precision = "float32", .vpr_version = VPR_VERSION}};
  }

  /// The size that a photo is brought to, before any pixel is touched.
  /// @throws ShapeError  for a photo that cannot be brought to one that backbone and aggregator take, such as a line of pixels under a rule
  ///   that keeps its aspect
  ImageSize input_size(ImageSize photo) const {
    const ImageSize size = preprocess.size(photo);
    detail::require_resizable(photo, size);
    const std::int64_t multiple = backbone.multiple();
    VPR_REQUIRE(ShapeError, size.height % multiple == 0 && size.width % multiple == 0, "a photo of ", photo, " comes to ", size,
                ", the network reads sides that are multiples of ", multiple);
    if constexpr (requires { backbone.grid(size.height, size.width); }) require_grid(aggregator, backbone.grid(size.height, size.width));
    return size;
  }

  /// Calls `use(images)` for the photos as the network reads them, in turn; those that follow each other and share a size come together.
  template <class Use>
  void for_each_batch(std::span<const ImageView> photos, Use&& use) const {
    for (std::size_t begin = 0; begin < photos.size();) {
      const ImageSize size = preprocess.size(photos[begin].size());
      VPR_REQUIRE(ShapeError, size.height % backbone.multiple() == 0 && size.width % backbone.multiple() == 0, "a photo of ",
                  photos[begin].size(), " is ", size, " after preprocessing, the network wants sides that are multiples of ",
                  backbone.multiple(), ": choose another size, such as 224x224, or a preprocess that rounds (--size, --preprocess)");
      std::size_t end = begin + 1;
      while (end < photos.size() && preprocess.size(photos[end].size()) == size) ++end;
      use(prepared(photos.subspan(begin, end - begin)));
      begin = end;
    }
  }

  /// Photos that share a size after preprocessing, as the network reads them: `B×3×H×W`.
  X prepared(std::span<const ImageView> photos) const {
    const ExecutionScope scope(execution);
    X images(Shape{0, 3, 0, 0});
    for (std::size_t i = 0; i < photos.size(); ++i) {
      const Planes planes = preprocess(photos[i]);
      const Shape shape{static_cast<std::int64_t>(photos.size()), 3, planes.size.height, planes.size.width};
      if (i == 0) images = X(shape);
      VPR_REQUIRE(ShapeError, images.shape() == shape, "Pipeline: photo ", i, " is prepared to ", planes.size,
                  ", those before it to another size");
      images.assign_part(static_cast<std::int64_t>(i * planes.values.size()), std::span<const float>(planes.values));
    }
    return images;
  }

  /// The batch context that photos are described in: see `BatchContext::text`. `alone` where each is described by itself.
  std::string batch_context() const {
    if constexpr (may_mix) {
      return aggregator.batch_context.text();
    } else {
      return "alone";
    }
  }
  /// How many photos belong together: those of a `describe` are taken in blocks of so many.
  std::int64_t block() const {
    if constexpr (may_mix) {
      return std::max<std::int64_t>(1, aggregator.batch_context.block());
    } else {
      return 1;
    }
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    backbone.visit(visitor, prefix + names.backbone);
    aggregator.visit(visitor, prefix + names.aggregator);
  }
};

}  // namespace vpr
