// SPDX-License-Identifier: MIT
/// @file
/// The published backbones, aggregators and systems by name.
///
/// It instantiates all of them: include it in one source. A program whose other sources need it, too, compiles them apart: see
/// `<vpr/model/apart.hpp>`.
#pragma once

#include <vpr/aggregator/simple.hpp>
#include <vpr/autograd/normalization.hpp>
#include <vpr/core/nearest_names.hpp>
#include <vpr/model/any_system.hpp>
#include <vpr/model/apart.hpp>
#include <vpr/model/backbone_name.hpp>
#include <vpr/model/named_aggregator.hpp>
#include <vpr/model/named_backbone.hpp>
#include <vpr/model/named_system.hpp>
#ifndef VPR_MODELS_APART
#include <vpr/model/anyloc.hpp>
#include <vpr/model/boq.hpp>
#include <vpr/model/convnext.hpp>
#include <vpr/model/cos_place.hpp>
#include <vpr/model/cricavpr.hpp>
#include <vpr/model/dense_sift.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/edtformer.hpp>
#include <vpr/model/image4vpr.hpp>
#include <vpr/model/megaloc.hpp>
#include <vpr/model/mix_vpr.hpp>
#include <vpr/model/mobile_net.hpp>
#include <vpr/model/named_aggregators.hpp>
#include <vpr/model/net_vlad.hpp>
#include <vpr/model/patch_net_vlad.hpp>
#include <vpr/model/r2former.hpp>
#include <vpr/model/resnet.hpp>
#include <vpr/model/rows.hpp>
#include <vpr/model/salad.hpp>
#include <vpr/model/selavpr.hpp>
#include <vpr/model/selavprpp.hpp>
#include <vpr/model/struct_vpr.hpp>
#include <vpr/model/super_glue.hpp>
#include <vpr/model/supervlad.hpp>
#include <vpr/model/trans_vpr.hpp>
#include <vpr/model/vgg.hpp>
#endif

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

namespace detail {

template <class...>
struct Families {};

}  // namespace detail

// The families of rows, each declared here and defined in its header.
using BackboneFamilies = detail::Families<struct DinoV2Backbones, struct ResNetBackbones, struct VggBackbones, struct ConvNextBackbones,
                                          struct MobileNetBackbones, struct TransVprBackbones, struct SuperPointBackbones,
                                          struct R2FormerBackbones, struct DenseSiftBackbones>;
using AggregatorFamilies = detail::Families<struct CommonAggregators>;
using SystemFamilies = detail::Families<struct SaladSystems, struct CricaVprSystems, struct SelaVprSystems, struct GclSystems,
                                        struct CosPlaceSystems, struct MixVprSystems, struct ConvApSystems, struct BoqSystems,
                                        struct SuperVladSystems, struct Image4VprSystems, struct TransVprSystems, struct NetVladSystems,
                                        struct PatchNetVladSystems, struct MegaLocSystems, struct AnyLocSystems, struct EdtFormerSystems,
                                        struct SelaVprPpSystems, struct SuperGlueSystems, struct R2FormerSystems, struct StructVprSystems>;

namespace detail {

template <class Row>
std::vector<Row> joined(std::initializer_list<std::vector<Row>> families) {
  std::vector<Row> all;
  for (const std::vector<Row>& family : families) all.insert(all.end(), family.begin(), family.end());
  return all;
}
template <class... F>
std::vector<NamedBackbone> all_backbones(Families<F...>) {
  return joined({backbones_of<F>()...});
}
template <class... F>
std::vector<NamedAggregator> all_aggregators(Families<F...>) {
  return joined({aggregators_of<F>()...});
}
template <class... F>
std::vector<NamedSystem> all_systems(Families<F...>) {
  return joined({systems_of<F>()...});
}

template <class Row>
const Row* find_row(const std::vector<Row>& rows, std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [name](const Row& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

/// What `make` gives, whose ConfigErrors say which model they are about.
template <class Make>
decltype(auto) naming_model(std::string_view name, const Make& make) {
  try {
    return make();
  } catch (const ConfigError& error) {
    fail<ConfigError>("model '", name, "': ", error.what());
  }
}

}  // namespace detail

namespace detail {

inline std::vector<NamedBackbone>& listed_backbones() {
  static std::vector<NamedBackbone> all = all_backbones(BackboneFamilies());
  return all;
}
inline std::vector<NamedAggregator>& listed_aggregators() {
  static std::vector<NamedAggregator> all = all_aggregators(AggregatorFamilies());
  return all;
}
inline std::vector<NamedSystem>& listed_systems() {
  static std::vector<NamedSystem> all = all_systems(SystemFamilies());
  return all;
}

template <class Row>
void add_rows(std::vector<Row>& all, std::vector<Row> rows) {
  for (Row& row : rows) {
    VPR_REQUIRE(ConfigError, !row.name.empty() && row.name.find_first_of("@+:") == row.name.npos, "a row is called '", row.name,
                "': want a name without @, + and :");
    VPR_REQUIRE(ConfigError, find_row(all, row.name) == nullptr, "there is a row '", row.name, "' already: want another name");
    all.push_back(std::move(row));
  }
}

}  // namespace detail

/// The rows of all backbones, aggregators and systems: this library's, and those that the program has added.
inline const std::vector<NamedBackbone>& named_backbones() { return detail::listed_backbones(); }
inline const std::vector<NamedAggregator>& named_aggregators() { return detail::listed_aggregators(); }
inline const std::vector<NamedSystem>& named_systems() { return detail::listed_systems(); }

/// Adds rows of a program's own, at its start: earlier pointers to rows are no longer valid, and no other thread may look at rows meanwhile. From
/// then on they are names as all others, for `make_system`, `load_model`, `identify` and files that name their model.
/// @throws ConfigError  for a name that there is, or one of `@`, `+` and `:` in it
inline void add_backbones(std::vector<NamedBackbone> rows) { detail::add_rows(detail::listed_backbones(), std::move(rows)); }
inline void add_aggregators(std::vector<NamedAggregator> rows) { detail::add_rows(detail::listed_aggregators(), std::move(rows)); }
/// The row of that name, or none.
inline const NamedAggregator* find_aggregator(std::string_view name) { return detail::find_row(named_aggregators(), name); }
inline const NamedSystem* find_system(std::string_view name) { return detail::find_row(named_systems(), name); }
/// The row of the backbone that is called so, whether or not it is cut: see `BackboneName`.
/// @throws ConfigError  for an unknown name, with the nearest of those that exist.
inline const NamedBackbone& find_backbone(std::string_view text) {
  const BackboneName name(text);
  const NamedBackbone* const found = detail::find_row(named_backbones(), name.name);
  VPR_REQUIRE(ConfigError, found != nullptr, unknown_name("backbone", name.name, named_backbones(), "`vpr models`"));
  return *found;
}

template <class B>
AnyBackbone<B> make_backbone(std::string_view text, std::string position_rule) {
  return find_backbone(text).factory.template make<B>({BackboneName(text).parts, std::move(position_rule)});
}

/// A system's name and the network that it stands on: `salad`, or `salad@dinov2-vits14` for another than the authors'.
struct SystemName {
  std::string_view system;
  std::string_view backbone;  ///< empty for the authors'

  explicit SystemName(std::string_view text) : system(text.substr(0, text.find('@'))) {
    if (system.size() < text.size()) backbone = text.substr(system.size() + 1);
  }
};

/// A backbone's name and the aggregator's: `dinov2-vits14+gem`, or `dinov2-vits14:8+gem` on a cut one.
struct CompositionName {
  std::string_view backbone;
  std::string_view aggregator;  ///< empty where there is none

  explicit CompositionName(std::string_view text) : backbone(text.substr(0, text.find('+'))) {
    if (backbone.size() < text.size()) aggregator = text.substr(backbone.size() + 1);
  }
};

namespace detail {

/// The row of a model's system, or none of BACKBONE+AGGREGATOR.
/// @throws ConfigError  for a name of no system, with the nearest of those that exist, or of no aggregator, likewise
inline const NamedSystem* find_model(std::string_view text) {
  const CompositionName composition(text);
  const NamedSystem* const system = find_system(SystemName(text).system);
  if (system != nullptr || find_aggregator(composition.aggregator) != nullptr) return system;
  const bool is_backbone = find_row(named_backbones(), BackboneName(composition.backbone).name) != nullptr;
  VPR_REQUIRE(ConfigError, !is_backbone || !composition.aggregator.empty(), "model '", text, "' is a backbone alone: want ", text,
              "+AGGREGATOR, such as ", text, "+gem (`vpr models` lists all)");
  if (is_backbone)
    fail<ConfigError>("model '", text, "': ", unknown_name("aggregator", composition.aggregator, named_aggregators(), "`vpr models`"));
  fail<ConfigError>(unknown_name("system", SystemName(text).system, named_systems(), "`vpr models`"));
}

}  // namespace detail

/// The name without a backbone that is the authors' anyway, so that a system has one name.
inline std::string canonical_name(std::string_view text) {
  const SystemName name(text);
  const NamedSystem* const named = find_system(name.system);
  return std::string(named != nullptr && name.backbone == named->backbone ? name.system : text);
}

/// The backbone's name in a model's: `dinov2-vits14` of `salad@dinov2-vits14` and `dinov2-vits14+gem`, the authors' of `salad`.
/// @throws ConfigError  for a name of no system
inline std::string_view backbone_of(std::string_view text) {
  const CompositionName composition(text);
  if (!composition.aggregator.empty()) return composition.backbone;
  const SystemName name(text);
  return name.backbone.empty() ? detail::find_model(text)->backbone : name.backbone;
}

/// @throws ConfigError  where there is no model of that name, with the nearest names
inline void require_model(std::string_view text) {
  detail::find_model(text);
  find_backbone(backbone_of(text));
}

/// How a model is published to resize its position embeddings; `none` where it has none.
/// @throws ConfigError  for a name of no system
inline std::string published_position_rule(std::string_view text) {
  const NamedSystem* const named = find_system(SystemName(text).system);
  if (named != nullptr && !named->position_rule.empty()) return std::string(named->position_rule);
  return find_backbone(backbone_of(text)).position_rule;
}

/// How photos are prepared for a model as it was published: see `find_preprocess`. A system on another network than the authors' keeps their order
/// and size, and photos are normalised as the network was published with.
/// @throws ConfigError  for a name of no system
inline std::string published_preprocess(std::string_view text) {
  const std::string_view network = backbone_of(text);
  const NamedSystem* const named = find_system(SystemName(text).system);
  if (named == nullptr) return find_backbone(network).preprocess;
  std::string preprocess(named->preprocess);
  if (BackboneName(network).name == BackboneName(named->backbone).name) return preprocess;
  const std::string_view own = normalisation_option(named->preprocess);
  if (!own.empty()) preprocess.erase(preprocess.find(own), own.size());
  return preprocess.append(normalisation_option(find_backbone(network).preprocess));
}

/// The model of that name on another backbone: `salad@dinov2-vits14` of `salad`, `dinov2-vits14:8+gem` of `dinov2-vitb14+gem`.
inline std::string on_backbone(std::string_view text, std::string_view backbone) {
  const CompositionName composition(text);
  if (!composition.aggregator.empty()) return std::string(backbone).append("+").append(composition.aggregator);
  return std::string(SystemName(text).system).append("@").append(backbone);
}

/// Whether each token of a model is brought to unit length by default, `unit` or `raw`; empty for a system that has no choice.
/// Of BACKBONE+AGGREGATOR, tokens of a network's parts are: only at its end has it normalised them.
inline std::string_view default_tokens(std::string_view text, Tap tap = {}) {
  const CompositionName composition(text);
  if (!composition.aggregator.empty()) return tap.block >= 0 || BackboneName(composition.backbone).parts > 0 ? "unit" : "raw";
  const NamedSystem* const named = find_system(SystemName(text).system);
  return named == nullptr ? "" : named->tokens;
}

/// Whether a model has parameters that must be in a weight file; so it has where there is no model of that name.
inline bool needs_weights(std::string_view text) {
  const CompositionName name(text);
  const NamedBackbone* const backbone = detail::find_row(named_backbones(), BackboneName(name.backbone).name);
  const NamedAggregator* const aggregator = find_aggregator(name.aggregator);
  return backbone == nullptr || backbone->learned || aggregator == nullptr || aggregator->learned;
}

/// Whether a model counts by the words of a vocabulary.
inline bool needs_vocabulary(std::string_view text) {
  if (CompositionName(text).aggregator == "vlad") return true;
  const NamedSystem* const named = find_system(SystemName(text).system);
  return named != nullptr && named->vocabulary;
}

/// What the clusters of a model BACKBONE+AGGREGATOR start from when it is trained; no parameter where it has none.
inline ClusterStart cluster_start(std::string_view text) {
  const NamedAggregator* const named = find_aggregator(CompositionName(text).aggregator);
  if (named == nullptr || named->clusters.parameter.empty()) return {};
  ClusterStart start = named->clusters;
  for (std::string* const name : {&start.parameter, &start.centroids}) name->insert(0, PartNames().aggregator);
  return start;
}

/// Whether `unit` tokens are meant. @throws ConfigError  for another text than `unit` and `raw`
inline bool wants_unit_tokens(std::string_view tokens) {
  VPR_REQUIRE(ConfigError, tokens == "unit" || tokens == "raw", "got tokens '", tokens, "', want unit or raw");
  return tokens == "unit";
}

/// Whether each token of a model is brought to unit length.
/// @param tokens  `unit` or `raw`; empty: see `default_tokens`
/// @throws ConfigError  for tokens where there is no choice
inline bool has_unit_tokens(std::string_view text, std::string_view tokens) {
  const std::string_view by_default = default_tokens(text);
  VPR_REQUIRE(ConfigError, tokens.empty() || !by_default.empty(), "model '", text,
              "' is described as it was published: the length of its tokens is no choice");
  return !by_default.empty() && wants_unit_tokens(tokens.empty() ? by_default : tokens);
}

/// The system of a row on that backbone, over backend `B`, without weights.
/// @throws ConfigError  for a backbone that there is not, or that the system cannot stand on
template <class B>
AnySystem<B> make_system(const NamedSystem& named, std::string_view backbone, bool unit_tokens) {
  const std::string name = backbone == named.backbone ? std::string(named.name) : on_backbone(named.name, backbone);
  AnySystem<B> system = detail::naming_model(name, [&] {
    find_backbone(backbone);  // else the factory calls a misspelt name a network of another kind
    return named.factory.template make<B>(backbone);
  });
  if (unit_tokens) system.pipeline.aggregator = AnyAggregator<B>(L2Tokens(std::move(system.pipeline.aggregator)));
  return system;
}

/// The model of that name over backend `B`, without weights: `SYSTEM`, `SYSTEM@BACKBONE`, or `BACKBONE+AGGREGATOR`, whose photos come to 224×224.
/// @tparam B      one that `Factory` knows
/// @param tokens  `unit` or `raw`; empty: see `default_tokens`
/// @throws ConfigError  for a name that there is not, a backbone that the system cannot stand on or without the class token that the aggregator
///   reads, or tokens where there is no choice
template <class B>
AnySystem<B> make_system(std::string_view text, std::string_view tokens = {}) {
  const NamedSystem* const named = detail::find_model(text);
  const bool unit = has_unit_tokens(text, tokens);
  if (named == nullptr) {
    return detail::naming_model(text, [&] {
      const CompositionName composition(text);
      AnyBackbone<B> backbone = make_backbone<B>(composition.backbone);
      const AggregatorPlace place = aggregator_place(backbone, {224, 224}, unit);
      return AnySystem<B>(AnyPipeline<B>(std::move(backbone), find_aggregator(composition.aggregator)->factory.template make<B>(place),
                                         find_preprocess(published_preprocess(text), {224, 224})));
    });
  }
  AnySystem<B> system = make_system<B>(*named, backbone_of(text), unit);
  if (const std::string preprocess = published_preprocess(text); preprocess != named->preprocess)
    system.pipeline.preprocess = find_preprocess(preprocess, named->size);
  return system;
}

#ifdef VPR_MODELS_APART
#define VPR_MODELS_OVER(B)                                                                     \
  VPR_MODELS_TEMPLATE AnyBackbone<B> make_backbone<B>(std::string_view, std::string);          \
  VPR_MODELS_TEMPLATE AnySystem<B> make_system<B>(const NamedSystem&, std::string_view, bool); \
  VPR_MODELS_TEMPLATE AnySystem<B> make_system<B>(std::string_view, std::string_view);
VPR_MODELS_OVER(Cpu<f32>)
VPR_MODELS_OVER(Recorded<Cpu<f32>>)
VPR_MODELS_OVER(Shapes)
#undef VPR_MODELS_OVER
#endif

/// See `add_backbones`.
/// @throws ConfigError  likewise, and for a row whose factory makes a system of other dimensions, or one that prepares photos otherwise
VPR_MODELS_FUNCTION void add_systems(std::vector<NamedSystem> rows);

#if VPR_MODELS_BODIES
VPR_MODELS_FUNCTION void add_systems(std::vector<NamedSystem> rows) {
  const Image photo({70, 90});
  for (const NamedSystem& row : rows) {
    const AnySystem<Shapes> system = make_system<Shapes>(row, row.backbone, false);
    VPR_REQUIRE(ConfigError, system.dimensions() == row.dimensions, "row '", row.name, "': says ", row.dimensions,
                " dimensions, its factory makes a system of ", system.dimensions());
    const Planes made = system.pipeline.preprocess(photo), said = find_preprocess(row.preprocess, row.size)(photo);
    VPR_REQUIRE(ConfigError, made.size == said.size && made.values == said.values, "row '", row.name, "': '", row.preprocess, "' at ",
                row.size, " brings a photo of 70x90 to ", said.size, ", its factory's preprocessing to ", made.size, " or to other values");
  }
  detail::add_rows(detail::listed_systems(), std::move(rows));
}
#endif

}  // namespace vpr
