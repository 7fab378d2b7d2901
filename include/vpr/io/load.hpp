// SPDX-License-Identifier: MIT
/// @file
/// Loading a model's parameters from a file, every tensor accounted for.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/io/load_plan.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// A loading in parts: `load` for whom the order matters, or what is done in between. All is compared at once, assigned as it is asked for.
template <class Model, WeightSource S>
class Loading {
 public:
  /// @throws WeightError as `load`
  /// @param map  what the model's tensors are called in the source; nothing: it is found
  Loading(Model& model, const S& source, const LoadOptions& options, const AnyNameMap* map = nullptr)
      : model_(model), plan_(source, detail::wanted_of(model), options), report_(map == nullptr ? plan_.compare() : plan_.compare(*map)) {
    VPR_REQUIRE(WeightError, !options.strict || report_.fits(), source.path(), ": does not fit the model: ", report_.text(10));
  }

  Loading(Model&, const S&&, const LoadOptions&, const AnyNameMap* = nullptr) = delete;  // reads from the source later

  /// Assigns the parameters whose name, as the model shows it, `wanted(name)` is true of.
  /// Asked for again, such as one that is held in another way by now, a parameter is assigned again.
  template <class Wanted>
  void assign(Wanted&& wanted) {
    std::size_t index = 0;
    const auto assign = [&](const std::string& name, Parameter auto& parameter) {
      if (assigned_.size() <= index) assigned_.push_back(false);
      LoadReport again;
      if (wanted(name)) {
        plan_.assign(index, parameter, assigned_[index] ? again : report_);
        assigned_[index] = true;
      }
      ++index;
    };
    model_.visit(assign, std::string());
  }

  /// What was found, and what was assigned so far.
  const LoadReport& report() const& { return report_; }
  void report() const&& = delete;

 private:
  Model& model_;
  detail::LoadPlan<S> plan_;
  LoadReport report_;
  std::vector<bool> assigned_;
};

/// Gives every parameter that `model` shows its values from `source`, converted to float32 and packed by the parameter.
/// Nothing is assigned before all names, shapes and types have been compared, so a model keeps its values when that fails.
/// @param map  what the model's tensors are called in the source
/// @throws WeightError that counts the missing, unexpected and mis-shaped tensors and names the first ten of each, unless `options` are lenient.
template <class Model, WeightSource S, NameMap M>
LoadReport load(Model& model, const S& source, const M& map, const LoadOptions& options = {}) {
  VPR_REQUIRE(ConfigError, !options.root, source.path(), ": a root is for finding the names; with a map of names, put it into the map");
  const AnyNameMap names(map);
  Loading<Model, S> loading(model, source, options, &names);
  loading.assign([](const std::string&) { return true; });
  return loading.report();
}

/// The same with the names that are found in the source: official, timm's, Hugging Face's or a Sequential's, behind any prefix and with any
/// wrappers in them. Of several sets of weights `options.root` names the one; else a published rule may: see `meant_weight_set`.
/// @throws WeightError also for several sets of weights of which none is known to be meant, lenient or not.
template <class Model, WeightSource S>
LoadReport load(Model& model, const S& source, const LoadOptions& options = {}) {
  Loading<Model, S> loading(model, source, options);
  loading.assign([](const std::string&) { return true; });
  return loading.report();
}

/// How the tensors of `source` compare with a model's: what `load` would find. Values are read only to see whether two sets of weights
/// are the same one; a model over the backend `Shapes` takes no memory.
/// @throws WeightError for several sets of weights, as `load`.
template <class Model, WeightSource S>
LoadReport compare(const Model& model, const S& source, const LoadOptions& options = {}) {
  return detail::LoadPlan<S>(source, detail::wanted_of(model), options).compare();
}

/// The sets of weights in `source` that `load` would choose among: see `find_weight_sets`.
template <class Model, WeightSource S>
std::vector<WeightSet> weight_sets(const Model& model, const S& source) {
  return find_weight_sets(source.tensors(), detail::wanted_of(model));
}

}  // namespace vpr
