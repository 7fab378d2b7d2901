// SPDX-License-Identifier: MIT
/// @file
/// Models by the names that a command line gives them: `dinov2-vits14+gem`. It instantiates every one: include it in one source.
#pragma once

#include <vpr/backbone/tapped.hpp>
#include <vpr/dataset/text.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/layer/normed_convolution.hpp>
#include <vpr/local/patches.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/model/any_pipeline.hpp>
#include <vpr/model/any_two_stage.hpp>
#include <vpr/model/calibration_photos.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/model_request.hpp>
#include <vpr/model/named_aggregators.hpp>
#include <vpr/model/smoothing.hpp>
#include <vpr/model/systems.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace vpr {

namespace detail {

/// What a model is recorded as when nothing is asked of it but its name and its weights.
inline ModelRecord published_record(const ModelRequest& request, std::string_view preprocess, ImageSize size, const VitConfig& network) {
  ModelRecord record = record_of(canonical_name(request.name), size, preprocess, network);
  record.weights = std::filesystem::path(request.weights).filename().string();
  record.weights_hash = "not hashed";
  return record;
}

/// The record inside a weight file, of which every field can be used; an empty one where there is none.
inline ModelRecord trained_record(const WeightFile& file) {
  ModelRecord record = record_in(file.metadata()).value_or(ModelRecord());
  naming_file(file.path(), "its record", [&] {
    if (!record.size.empty()) parse_image_size(record.size, "size");
    if (!record.preprocess.empty()) find_preprocess(record.preprocess, {224, 224});
    if (!record.position_rule.empty()) find_position_rule(record.position_rule);
    parse_tap(record.block, record.facet);
  });
  return record;
}

/// What a request comes to: what it asks for, else what the weight file's record says, else what was published.
inline ModelRecord settled(const ModelRequest& request, const WeightFile& file, const ModelRecord& published) {
  ModelRecord record = published, asked, trained = trained_record(file);
  if (request.size) asked.size = text_of(*request.size);
  asked.preprocess = request.preprocess;
  if (request.positions) asked.position_rule = text_of(*request.positions);
  if (request.tap) {
    asked.block = request.tap->block < 0 ? "last" : std::to_string(request.tap->block);
    asked.facet = text_of(request.tap->facet);
  }
  for (const std::string_view field : {"size", "preprocess", "position_rule", "block", "facet"}) {
    std::string& value = *record.find(field);
    const std::string wanted = *asked.find(field), found = *trained.find(field), before = value;
    if (!wanted.empty() || !found.empty()) value = wanted.empty() ? found : wanted;
    if (!request.say || found.empty()) continue;
    if (value != found) request.say(text_of(field, ": ", value, " as asked, but ", record.weights, " was trained with ", found));
    if (value == found && wanted.empty() && value != before)
      request.say(text_of(field, ": ", value, ", as ", record.weights, " was trained"));
  }
  return record;
}

inline AnyPreprocess preprocess_of(const ModelRecord& record) {
  return find_preprocess(record.preprocess, parse_image_size(record.size, "size"));
}

/// In which precision a file holds matrices: that of its record where it has packed ones, else float32.
inline PrecisionTable precision_in(const WeightFile& file) {
  const std::optional<Precision> packed = file.packed_precision();
  if (!packed) return Precision::f32;
  const std::string recorded = trained_record(file).precision;
  return recorded.empty() ? *packed : naming_file(file.path(), "its record", [&] { return find_precision(recorded); });
}

/// The vision transformer of a backbone, which may be one itself.
template <class Network>
auto& transformer_of(Network& backbone) {
  if constexpr (requires { backbone.network; }) {
    return backbone.network;
  } else {
    return backbone;
  }
}

/// Loads a model whose int8 is to be smoothed, by the photos asked for or by `calibration_photos`.
template <class Model, class P>
LoadReport load_smoothed(Model& model, P& pipeline, const WeightFile& file, PrecisionTable table, const ModelRequest& request,
                         const LoadOptions& options) {
  const std::vector<Image> rendered = request.calibration.empty() ? calibration_photos() : std::vector<Image>();
  const std::vector<ImageView> views = rendered.empty() ? request.calibration : std::vector<ImageView>(rendered.begin(), rendered.end());
  std::vector<typename P::X> photos;
  for (const ImageView& view : views) {
    pipeline.input_size(view.size());
    photos.push_back(pipeline.prepared(std::span(&view, 1)));
  }
  return vpr::load_smoothed(model, transformer_of(pipeline.backbone), file, table, photos, options);
}

/// Gives a model its weights, records which of several sets they are and how they are held, and says what is not as it was saved.
/// @param model     the pipeline's backbone, itself, or the system around it
/// @param name      what the model is called in an error, see `load_named`
template <class Model, class P>
void load_weights(Model& model, P& pipeline, std::string_view name, const WeightFile& file, const ModelRequest& request,
                  ModelRecord& record) {
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
                       : table.has(Precision::int8) ? trained_record(file).calibration
                                                    : "none";
  const bool as_saved = report.unexpected.empty() && report.not_finite.empty() && report.converted.empty() && report.passed_over.empty();
  if (!as_saved && request.say) request.say(text_of(file.path(), ": loaded '", record.weights_root, "' with ", report.text()));
  if (!request.save_weights.empty()) {
    std::map<std::string, std::string> metadata = file.metadata();  // its licence, and how it was trained
    metadata.insert_or_assign("precision", record.precision);
    metadata.insert_or_assign("calibration", record.calibration);
    metadata.insert_or_assign("vpr_version", VPR_VERSION);
    save_packed(request.save_weights, model, std::move(metadata));
  }
  fold_batch_norm(model);
}

/// A system with its weights, and how it describes.
template <class System>
struct Loaded {
  System system;
  ModelRecord record;
};

/// What `BatchContext::with` takes of photos, whatever their sizes.
/// @throws ShapeError  that says which of them cannot be described, before any is
template <class P>
typename P::X companions_of(const P& pipeline, std::span<const ImageView> photos) {
  for (std::size_t i = 0; i < photos.size(); ++i) {
    try {
      pipeline.input_size(photos[i].size());
    } catch (const ShapeError& error) {
      fail<ShapeError>("companion ", i + 1, " of ", photos.size(), ": ", error.what());
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

/// Refuses a size that the model takes no photo at, before any is read.
template <class P>
void require_size(const P& pipeline) {
  constexpr ImageSize square{1008, 1008};  // an even multiple of all patches: what is wrong is not the photo
  pipeline.input_size(square);
}

/// A published system with its weights.
template <class System>
Loaded<System> load_system(System system, const NamedSystem& named, const ModelRequest& request) {
  auto& pipeline = first_stage_of(system);
  const WeightFile file = open_weights(request.weights);
  const ModelRecord published = published_record(request, named.preprocess, named.size, pipeline.backbone.config());
  ModelRecord record = settled(request, file, published);
  VPR_REQUIRE(ConfigError, record.block == published.block && record.position_rule == published.position_rule, "model '", request.name,
              "' is described as it was published: another block or position rule is for BACKBONE+AGGREGATOR");
  pipeline.preprocess = preprocess_of(record);
  require_size(pipeline);
  load_weights(system, pipeline, request.name, file, request, record);
  if constexpr (std::decay_t<decltype(pipeline)>::mixes) {
    using BatchContext = std::decay_t<decltype(pipeline.aggregator.batch_context)>;
    VPR_REQUIRE(ConfigError, request.block == 0 || request.companions.empty(), "model '", request.name,
                "': choose blocks or companions, not both");
    if (request.block > 0) pipeline.aggregator.batch_context = BatchContext::blocks(request.block);
    if (!request.companions.empty()) {
      pipeline.aggregator.batch_context = BatchContext::with(companions_of(pipeline, request.companions));
    }
  } else {
    VPR_REQUIRE(ConfigError, request.block == 0 && request.companions.empty(), "model '", request.name,
                "' describes each photo by itself: blocks and companions are for cricavpr");
  }
  return {std::move(system), record};
}

/// BACKBONE+AGGREGATOR with its weights.
inline auto load_pipeline(const ModelRequest& request) {
  const std::size_t plus = request.name.find('+');
  const NamedAggregator* const named =
      plus == std::string::npos ? nullptr : find_aggregator(std::string_view(request.name).substr(plus + 1));
  if (named == nullptr) {
    std::string known;
    for (const NamedAggregator& one : named_aggregators) known.append(known.empty() ? "" : ", ").append(one.name);
    std::string systems;
    for (const NamedSystem& one : named_systems) systems.append(systems.empty() ? "" : ", ").append(one.name);
    fail<ConfigError>("model '", request.name, "': want BACKBONE+AGGREGATOR, the aggregator one of ", known,
                      "; or SYSTEM or SYSTEM@BACKBONE, the system one of ", systems);
  }
  VitConfig config = find_vit(std::string_view(request.name).substr(0, plus));
  VPR_REQUIRE(ConfigError, request.block == 0 && request.companions.empty(), "model '", request.name,
              "' describes each photo by itself: blocks and companions are for cricavpr");
  const WeightFile file = open_weights(request.weights);
  ModelRecord record = settled(request, file, published_record(request, resize_tensor, {224, 224}, config));
  config = config.with(find_position_rule(record.position_rule));
  const Tap tap = parse_tap(record.block, record.facet);
  for (const Tap& one : {tap, request.local_tap.value_or(Tap{})}) {
    VPR_REQUIRE(ConfigError, one.block < config.depth, "model '", request.name, "': got block ", one.block, ", it has blocks 0 to ",
                config.depth - 1);
  }

  using Network = Tapped<DinoV2<VitConfig>>;
  Pipeline<Network, AnyAggregator<>> pipeline(Network(DinoV2<VitConfig>(config), tap), AnyAggregator<>(Mean<>()), preprocess_of(record));
  require_size(pipeline);
  if (!named->learned) load_weights(pipeline.backbone, pipeline, std::string_view(request.name).substr(0, plus), file, request, record);
  AggregatorPlace place{config.channels, tap.block >= 0, {}};
  if (request.vocabulary) {
    place.vocabulary = [&] {
      const auto patches = [&](const ImageView& photo) {
        return pipeline.backbone(pipeline.prepared(std::span(&photo, 1))).patches.to_vector();
      };
      return request.vocabulary({config.channels, patches, [&](ImageSize photo) { return pipeline.input_size(photo); }, record});
    };
  }
  pipeline.aggregator = named->make(place);
  if (named->learned) load_weights(pipeline, pipeline, request.name, file, request, record);
  return Loaded<decltype(pipeline)>{std::move(pipeline), record};
}

}  // namespace detail

/// The model of that name with its weights; see `AnyPipeline::record` for what it came to.
/// @throws ConfigError  for a name that does not exist, with those that do, or options that the model does not have
/// @throws Error        for weights that cannot be read or do not fit, or whose record holds what cannot be used
inline AnyPipeline load_model(const ModelRequest& request) {
  const NamedSystem* const named = find_system(SystemName(request.name).system);
  std::optional<AnyPipeline> model;
  const auto take = [&](auto loaded) { model.emplace(std::move(first_stage_of(loaded.system)), loaded.record); };
  if (named == nullptr) {
    take(detail::load_pipeline(request));
  } else {
    with_system<Cpu<f32>>(request.name, [&](auto system) { take(detail::load_system(std::move(system), *named, request)); });
  }
  return *model;
}

/// The same with local features: its own head's where it has one and nothing else is asked for, else the patches of its backbone,
/// matched by mutual nearest neighbours.
/// @throws ConfigError  also for a local head where the model has none, and for a tap of one
inline AnyTwoStage load_two_stage(const ModelRequest& request) {
  const NamedSystem* const named = find_system(SystemName(request.name).system);
  const std::string patches =
      request.local_tap ? text_of("patches of block ", std::to_string(request.local_tap->block), " ", text_of(request.local_tap->facet))
                        : "patches";
  const auto with_patches = [&](auto pipeline, const ModelRecord& record) {
    VPR_REQUIRE(ConfigError, request.local != LocalKind::head, "model '", request.name, "' has no local head of its own: take its patches");
    return AnyTwoStage(TwoStage(std::move(pipeline), Patches<>(), MutualNearest<>(), request.local_tap), record, patches);
  };
  if (named == nullptr) {
    auto loaded = detail::load_pipeline(request);
    return with_patches(std::move(loaded.system), loaded.record);
  }
  const bool wants_head = request.local.value_or(request.local_tap ? LocalKind::patches : LocalKind::head) == LocalKind::head;
  std::optional<AnyTwoStage> model;
  with_system<Cpu<f32>>(request.name, [&](auto system) {
    auto loaded = detail::load_system(std::move(system), *named, request);
    if constexpr (requires { loaded.system.head; }) {
      if (wants_head) {
        VPR_REQUIRE(ConfigError, !request.local_tap, "model '", request.name,
                    "': its local head was trained on its final features: leave the block out");
        model.emplace(std::move(loaded.system), loaded.record, "head");
        return;
      }
    }
    model.emplace(with_patches(std::move(first_stage_of(loaded.system)), loaded.record));
  });
  return *model;
}

}  // namespace vpr
