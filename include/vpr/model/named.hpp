// SPDX-License-Identifier: MIT
/// @file
/// Models by the names that a command line gives them: `dinov2-vits14+gem`. Like `<vpr/model/systems.hpp>` it instantiates every one: include it in
/// one source, or compile the models apart (`<vpr/model/apart.hpp>`).
#pragma once

#include <vpr/model/apart.hpp>
#include <vpr/model/loaded_model.hpp>
#include <vpr/model/model_request.hpp>
#include <vpr/model/systems.hpp>
#if VPR_MODELS_BODIES
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/core/text.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/layer/normed_convolution.hpp>
#include <vpr/local/patches.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/model/calibration_photos.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/settled_record.hpp>
#include <vpr/model/smoothing.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#endif

namespace vpr {

/// The model of that name with its weights; see `LoadedModel::record` for what it came to. Photos are described alone until another batch context
/// is chosen.
/// @throws ConfigError  for a name that does not exist, with the nearest that do, or options that the model does not have
/// @throws Error        for weights that cannot be read or do not fit, or whose record holds what cannot be used
VPR_MODELS_FUNCTION LoadedModel load_model(const ModelRequest& request);

/// The same with local features: its own head's where it has one and nothing else is asked for, else the patches of its backbone,
/// matched by mutual nearest neighbours.
/// @throws ConfigError  also for a local head where the model has none, and for a tap of one
VPR_MODELS_FUNCTION LoadedModel load_two_stage(const ModelRequest& request);

namespace detail {

/// A published system with its weights.
VPR_MODELS_FUNCTION LoadedModel load_system(const NamedSystem& named, const ModelRequest& request);

}  // namespace detail

#if VPR_MODELS_BODIES
namespace detail {

/// Loads a model whose int8 is to be smoothed, by the photos asked for or by `calibration_photos`.
template <class Model>
LoadReport load_smoothed(Model& model, AnyPipeline<>& pipeline, const WeightFile& file, PrecisionTable table, const ModelRequest& request,
                         const LoadOptions& options) {
  const std::vector<Image> rendered = request.calibration.empty() ? calibration_photos() : std::vector<Image>();
  const std::vector<ImageView> views = rendered.empty() ? request.calibration : std::vector<ImageView>(rendered.begin(), rendered.end());
  std::vector<AnyPipeline<>::X> photos;
  for (const ImageView& view : views) {
    pipeline.input_size(view.size());
    photos.push_back(pipeline.prepared(std::span(&view, 1)));
  }
  return vpr::load_smoothed(model, pipeline.backbone, file, table, photos, options);
}

/// Draws a model's weights at random, in the precision asked for; or leaves one that has none as it is.
template <class Model>
void draw_weights(Model& model, const ModelRequest& request, ModelRecord& record) {
  const std::uint64_t seed = seed_of(request.weights).value_or(0);
  const PrecisionTable table = request.precision.value_or(Precision::f32);
  VPR_REQUIRE(ConfigError, request.calibration.empty() && request.save_weights.empty() && !request.weights_root && request.strict,
              request.weights.empty() ? text_of("model '", request.name, "' has no weights")
                                      : text_of("weights '", request.weights, "' are drawn at random"),
              ": there is nothing to calibrate, to save, to choose or to leave over");
  hold_blocks_in(model, table);
  initialise_heads(model, seed, [](const std::string&) { return true; });
  if (table.has(Precision::bf16) || table.has(Precision::int8)) record.precision = name_of(table);
  fold_batch_norm(model);
}

/// Gives a model its weights, records which of several sets they are and how they are held, and says what is not as it was saved.
/// @param model     the pipeline's backbone, itself, or the system around it
/// @param name      what the model is called in an error, see `load_named`
template <class Model>
void load_weights(Model& model, AnyPipeline<>& pipeline, std::string_view name, const std::optional<WeightFile>& opened,
                  const ModelRequest& request, ModelRecord& record) {
  if (!opened) return draw_weights(model, request, record);
  const WeightFile& file = *opened;
  const PrecisionTable stored = precision_in(file), table = request.precision.value_or(stored);
  const LoadOptions options{.strict = request.strict, .root = request.weights_root};
  const bool smooth = table.has(Precision::int8) && !(table == stored);
  VPR_REQUIRE(ConfigError, smooth || request.calibration.empty(),
              "photos to calibrate on are for int8 and mixed, and for weights that are not held so already");
  const LoadReport report = load_named(name, file, [&] {
    if (smooth) return load_smoothed(model, pipeline, file, table, request, options);
    hold_blocks_in(model, table);
    return load(model, file, options);
  });
  VPR_REQUIRE(WeightError, report.missing.empty() && report.misshaped.empty(), file.path(), ": does not fit the model: ", report.text(10));
  record.weights_root = report.root.empty() ? "none" : report.root;
  if (table.has(Precision::bf16) || table.has(Precision::int8)) record.precision = name_of(table);
  record.calibration = smooth ? request.calibration.empty() ? "synthetic town" : std::to_string(request.calibration.size()) + " photos"
                       : table.has(Precision::int8) ? record_in(file.metadata()).value_or(ModelRecord()).calibration
                                                    : "none";
  const bool as_saved = report.unexpected.empty() && report.not_finite.empty() && report.converted.empty() && report.passed_over.empty();
  if (!as_saved && request.on_message)
    request.on_message(text_of(file.path(), ": loaded ", report.root.empty() ? "" : "'" + report.root + "' ", "with ", report.text()));
  if (!request.save_weights.empty()) {
    std::map<std::string, std::string> metadata = file.metadata();  // its licence, and how it was trained
    metadata.insert_or_assign("precision", record.precision);
    metadata.insert_or_assign("calibration", record.calibration);
    metadata.insert_or_assign("vpr_version", VPR_VERSION);
    save_packed(request.save_weights, model, std::move(metadata));
  }
  fold_batch_norm(model);
}

/// Refuses a size that the model takes no photo at, before any is read.
inline void require_size(const AnyPipeline<>& pipeline, const ModelRecord& record) {
  constexpr ImageSize square{1008, 1008};  // an even multiple of all patches: what is wrong is not the photo
  try {
    pipeline.input_size(square);
  } catch (const ShapeError& error) {
    fail<ConfigError>("model '", record.model, "' at ", record.size, ": ", error.what());
  }
}

/// Whether there is a file with parameters of a pipeline's aggregator, as a training of GeM leaves them.
inline bool has_aggregator(const std::optional<WeightFile>& file, const AnyPipeline<>& pipeline) {
  if (!file) return false;
  bool found = false;
  visit_const(pipeline.aggregator, [&](const std::string& name, const auto&) {
    const std::string full = pipeline.names.aggregator + name;
    found =
        found || std::any_of(file->tensors().begin(), file->tensors().end(), [&](const TensorInfo& tensor) { return tensor.name == full; });
  });
  return found;
}

/// The words that a request has for VLAD, or finds in the features of a pipeline's backbone.
inline Vocabulary words_for(const AnyPipeline<>& pipeline, const ModelRequest& request, const ModelRecord& record) {
  const auto patches = [&](const ImageView& photo) {
    return pipeline.backbone(pipeline.prepared(std::span(&photo, 1))).patches.to_vector();
  };
  return request.vocabulary({pipeline.backbone.channels(), patches, [&](ImageSize photo) { return pipeline.input_size(photo); }, record});
}

VPR_MODELS_FUNCTION LoadedModel load_system(const NamedSystem& named, const ModelRequest& request) {
  const std::string position_rule = published_position_rule(request.name);
  const std::optional<WeightFile> file = open_weights(request);
  ModelRecord published = published_record(request, published_preprocess(request.name), named.size, position_rule);
  if (named.tap.block >= 0) {
    published.block = std::to_string(named.tap.block);
    published.facet = text_of(named.tap.facet);
  }
  const ModelRecord record = settled(request, file, published);
  VPR_REQUIRE(ConfigError, record.block == published.block && record.facet == published.facet && record.position_rule == position_rule,
              "model '", request.name, "' is described as it was published: another block or position rule is for BACKBONE+AGGREGATOR");
  const bool unit = has_unit_tokens(request.name, record.tokens);
  LoadedModel model{make_system<Cpu<f32>>(named, backbone_of(request.name), unit), record};
  model.system.pipeline.preprocess = preprocess_of(model.record);
  require_size(model.pipeline(), model.record);
  AnyPipeline<>& pipeline = model.system.pipeline;
  if (!named.vocabulary || has_aggregator(file, pipeline)) {
    load_weights(model.system, pipeline, request.name, file, request, model.record);
    return model;
  }
  VPR_REQUIRE(ConfigError, static_cast<bool>(request.vocabulary), "model '", request.name, "' needs a vocabulary");
  load_weights(pipeline.backbone, pipeline, backbone_of(request.name), file, request, model.record);
  AggregatorPlace place = aggregator_place(pipeline.backbone, parse_image_size(model.record.size, "size"), false);
  place.vocabulary = [&] { return words_for(pipeline, request, model.record); };
  pipeline.aggregator = find_aggregator("vlad")->factory.make<Cpu<f32>>(place);
  return model;
}

/// BACKBONE+AGGREGATOR with its weights.
inline LoadedModel load_composition(const ModelRequest& request) {
  const CompositionName name(request.name);
  const NamedAggregator& named = *find_aggregator(name.aggregator);
  const std::string published_rule = published_position_rule(request.name);
  const std::optional<WeightFile> file = open_weights(request);
  ModelRecord record = settled(request, file, published_record(request, published_preprocess(request.name), {224, 224}, published_rule));
  VPR_REQUIRE(ConfigError, (record.position_rule == "none") == (published_rule == "none"), "model '", request.name, "': got position rule ",
              record.position_rule, ", the network's own is ", published_rule);
  const AnyBackbone<> network = naming_model(request.name, [&] {
    return make_backbone<Cpu<f32>>(name.backbone, record.position_rule == published_rule ? "" : record.position_rule);
  });
  const Tap tap = parse_tap(record.block, record.facet);
  for (const Tap& one : {tap, request.local_tap.value_or(Tap{})}) {
    VPR_REQUIRE(ConfigError, one.block < network.depth(), "model '", request.name, "': got block ", one.block,
                network.depth() == 0 ? ", it has none" : text_of(", it has blocks 0 to ", network.depth() - 1));
  }

  AnyPipeline<> pipeline(tap.block < 0 ? network : AnyBackbone<>(Tapped(network, tap)), Mean<>(), preprocess_of(record));
  require_size(pipeline, record);
  bool loaded = false;
  const auto load_backbone = [&] {
    load_weights(pipeline.backbone, pipeline, name.backbone, file, request, record);
    loaded = true;
  };
  AggregatorPlace place = aggregator_place(pipeline.backbone, parse_image_size(record.size, "size"), wants_unit_tokens(record.tokens));
  if (request.vocabulary) {
    place.vocabulary = [&] {
      load_backbone();
      return words_for(pipeline, request, record);
    };
  }
  pipeline = naming_model(request.name,
                          [&] { return AnyPipeline<>(pipeline.backbone, named.factory.make<Cpu<f32>>(place), pipeline.preprocess); });
  require_size(pipeline, record);
  if (named.learned || has_aggregator(file, pipeline)) {
    load_weights(pipeline, pipeline, request.name, file, request, record);
  } else if (!loaded) {
    load_backbone();
  }
  return {AnySystem<>(std::move(pipeline)), record};
}

}  // namespace detail

VPR_MODELS_FUNCTION LoadedModel load_model(const ModelRequest& request) {
  const NamedSystem* const named = detail::find_model(request.name);
  LoadedModel model = named == nullptr ? detail::load_composition(request) : detail::load_system(*named, request);
  model.record.batch_context = model.pipeline().batch_context();
  if (model.system.head) model.local = "head";
  return model;
}

VPR_MODELS_FUNCTION LoadedModel load_two_stage(const ModelRequest& request) {
  LoadedModel model = load_model(request);
  if (model.system.head && request.local.value_or(request.local_tap ? LocalKind::patches : LocalKind::head) == LocalKind::head) {
    VPR_REQUIRE(ConfigError, !request.local_tap, "model '", request.name,
                "': its local head was trained on its final features: leave the block out");
    return model;
  }
  VPR_REQUIRE(ConfigError, request.local != LocalKind::head, "model '", request.name, "' has no local head of its own: take its patches");
  model.system = AnySystem<>(std::move(model.system.pipeline), Patches<>(), MutualNearest<>(), request.local_tap);
  model.local = request.local_tap
                    ? text_of("patches of block ", std::to_string(request.local_tap->block), " ", text_of(request.local_tap->facet))
                    : "patches";
  return model;
}
#endif

}  // namespace vpr
