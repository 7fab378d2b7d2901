// SPDX-License-Identifier: MIT
/// @file
/// Which of the known models a weight file is of. Needs the component vpr::io.
#pragma once

#include <vpr/backend/shapes.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/vit_names.hpp>
#include <vpr/model/record.hpp>
#include <vpr/model/systems.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// A model for which a set of weights in a file has every parameter.
struct FittingModel {
  std::string name;   ///< a network or system: `dinov2-vitb14-reg`, `salad`, `salad@dinov2-vits14`
  LoadReport report;  ///< what loading finds: where it `fits()`, the set loads strictly, else leniently, leaving over what is unexpected
  bool by_default = false;  ///< whether loading takes this set when no `LoadOptions::root` is given
};

namespace detail {

/// Adds the sets of weights in `source` that have all that the model needs.
template <class Model, WeightSource S>
void add_fitting(const std::string& name, const Model& model, const S& source, std::vector<FittingModel>& fitting) {
  const std::vector<WeightSet> sets = weight_sets(model, source);
  const WeightSet* const by_default = meant(source, sets);
  for (const WeightSet& set : sets) {
    LoadReport report = LoadPlan<S>(source, wanted_of(model), {}).compare(set);
    if (report.missing.empty() && report.misshaped.empty()) fitting.push_back({name, std::move(report), &set == by_default});
  }
}

/// Whether a file has a tensor of the shape of the network's first convolution: if not, it holds none of the network's weights.
template <WeightSource S>
bool has_first_kernel(const AnyBackbone<Shapes>& network, const S& source) {
  const std::vector<WantedTensor> wanted = wanted_of(network);
  const auto first = std::find_if(wanted.begin(), wanted.end(), [](const WantedTensor& tensor) { return tensor.shape.rank() == 4; });
  return first == wanted.end() || std::any_of(source.tensors().begin(), source.tensors().end(),
                                              [&](const TensorInfo& tensor) { return tensor.shape == first->shape; });
}

/// Adds the model that a trained file records, which may stand on part of a network, where it is not among those found.
template <WeightSource S>
void add_recorded(const S& source, std::vector<FittingModel>& fitting) {
  if constexpr (requires { source.metadata(); }) {
    const ModelRecord record = record_in(source.metadata()).value_or(ModelRecord());
    const auto is_recorded = [&record](const FittingModel& model) { return model.name == record.model; };
    if (record.model.empty() || std::any_of(fitting.begin(), fitting.end(), is_recorded)) return;
    try {
      add_fitting(record.model, make_system<Shapes>(record.model, record.tokens), source, fitting);
    } catch (const ConfigError&) {  // a model of another version, or of nobody's
    }
  }
}

/// Of models with the same prefix leaves those that leave fewest tensors over: a network without registers fits the file of one with them,
/// and is not what it is of.
inline void keep_closest(std::vector<FittingModel>& fitting) {
  const auto is_closest = [&fitting](const FittingModel& model) {
    return std::all_of(fitting.begin(), fitting.end(), [&model](const FittingModel& other) {
      return other.report.root != model.report.root || other.report.unexpected.size() >= model.report.unexpected.size();
    });
  };
  std::vector<FittingModel> closest;
  std::copy_if(fitting.begin(), fitting.end(), std::back_inserter(closest), is_closest);
  fitting = std::move(closest);
}

}  // namespace detail

/// The published networks, and the systems on them, that a file has all parameters of, under whichever naming and prefix, each with the
/// set of weights that it is; and the model of the file's record (`ModelRecord`), which may be of any aggregator, or on part of a network. Shapes are
/// looked at, values only to see whether two sets are one.
template <WeightSource S>
std::vector<FittingModel> identify(const S& source) {
  std::vector<FittingModel> networks, systems;
  for (const NamedBackbone& named : named_backbones()) {
    if (!named.learned) continue;
    const AnyBackbone<Shapes> network = named.factory.template make<Shapes>({});
    if (!detail::has_first_kernel(network, source)) continue;
    const std::size_t before = networks.size();
    detail::add_fitting(named.name, network, source, networks);
    const std::vector<WantedTensor> wanted = detail::wanted_of(network);
    const auto of_its_own = std::count_if(wanted.begin(), wanted.end(), [](const WantedTensor& tensor) { return !tensor.unused; });
    const bool alone = networks.size() > before && std::ssize(source.tensors()) <= of_its_own;
    if (alone) continue;
    for (const NamedSystem& system : named_systems()) {
      const std::string name = canonical_name(std::string(system.name) + "@" + named.name);
      try {
        detail::add_fitting(name, make_system<Shapes>(name), source, systems);
      } catch (const ConfigError&) {  // a system that cannot stand on this network
      }
    }
  }
  for (const NamedSystem& system : named_systems()) {  // those on a part of a network, of which no file need hold the whole
    if (BackboneName(system.backbone).parts == 0 || !detail::has_first_kernel(make_backbone<Shapes>(system.backbone), source)) continue;
    detail::add_fitting(std::string(system.name), make_system<Shapes>(system.name), source, systems);
  }
  detail::add_recorded(source, systems);
  detail::keep_closest(networks);
  detail::keep_closest(systems);
  networks.insert(networks.end(), std::make_move_iterator(systems.begin()), std::make_move_iterator(systems.end()));
  return networks;
}

/// What a file holds, for a message: the names of its systems, else of its networks, else the sizes of a vision transformer in it. Empty
/// where it holds none.
/// @param fitting  what `identify` finds
template <WeightSource S>
std::string content_of(const S& source, const std::vector<FittingModel>& fitting) {
  std::string systems, networks;
  for (const FittingModel& model : fitting) {
    const bool is_system = !CompositionName(model.name).aggregator.empty() || find_system(SystemName(model.name).system) != nullptr;
    std::string& names = is_system ? systems : networks;
    if (names.find(model.name) == names.npos) names.append(names.empty() ? "" : " or ").append(model.name);
  }
  if (!systems.empty()) return systems;
  return networks.empty() ? detail::described_vit(source.tensors()) : networks;
}

/// Calls `load_it()`, which gives the model its weights from `source`. Its error also says what the file holds where that is another model
/// than `name`, the one asked for, such as its backbone alone.
template <WeightSource S, class Load>
LoadReport load_named(std::string_view name, const S& source, Load&& load_it) {
  try {
    return load_it();
  } catch (const WeightError& error) {
    const std::string content = content_of(source, identify(source));
    if (content.empty() || content == canonical_name(name)) throw;
    const NamedSystem* const system = find_system(SystemName(name).system);
    const bool is_trained = system != nullptr ? !system->recipe.empty() : find_aggregator(CompositionName(name).aggregator) != nullptr;
    const bool is_start = is_trained && content == BackboneName(backbone_of(name)).name;
    fail<WeightError>(source.path(), ": this file holds ", content, "; the model asked for is ", name,
                      is_start ? ", whose training starts from such a file (`vpr train`). " : ". ", error.what());
  }
}
template <class Model, WeightSource S>
LoadReport load_named(Model& model, std::string_view name, const S& source, const LoadOptions& options = {}) {
  return load_named(name, source, [&] { return load(model, source, options); });
}

}  // namespace vpr
