// SPDX-License-Identifier: MIT
/// @file
/// Loading a model's parameters from a file, every tensor accounted for.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/core/text.hpp>
#include <vpr/io/load_report.hpp>
#include <vpr/io/weight_sets.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// Lists a model's parameters, and what can be made of tensors of other shapes.
struct ListWanted {
  std::vector<WantedTensor>&wanted, &rest;

  void operator()(const std::string& name, const auto& parameter) const { wanted.push_back({name, parameter.shape()}); }
  void convertible(const std::string& name, const auto& parameter, const ParameterConversion& conversion) const {
    wanted.push_back({name, parameter.shape(), conversion.described, conversion.converted});
  }
  void unused(const std::string& name) const { rest.push_back({name, Shape(), {}, {}, true}); }
};

/// The parameters in their order, and then what the model lacks.
template <class Model>
std::vector<WantedTensor> wanted_of(const Model& model) {
  std::vector<WantedTensor> wanted, rest;
  visit_const(model, ListWanted{wanted, rest});
  wanted.insert(wanted.end(), rest.begin(), rest.end());
  return wanted;
}

/// Whether two sets of weights have the same values for the same parameters. Reads up to the first difference.
template <WeightSource S>
bool same_values(const S& source, const WeightSet& a, const WeightSet& b) {
  if (a.tensors.size() != b.tensors.size()) return false;
  return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), [&](const auto& one, const auto& other) {
    const auto same = [&](std::size_t i, std::size_t j) {
      const TensorInfo &first = source.tensors()[i], &second = source.tensors()[j];
      if (first.shape != second.shape || !is_floating(first.dtype) || !is_floating(second.dtype)) return false;
      const std::vector<float> x = read_tensor(source, i), y = read_tensor(source, j);
      return std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
    };
    return one.first == other.first && std::equal(one.second.begin(), one.second.end(), other.second.begin(), other.second.end(), same);
  });
}

/// `meant_weight_set` of sets in `source`.
template <WeightSource S>
const WeightSet* meant(const S& source, const std::vector<WeightSet>& sets) {
  return meant_weight_set(sets, [&](const WeightSet& one, const WeightSet& other) { return same_values(source, one, other); });
}

/// The plan of a loading: for each parameter, which of the source's tensors hold it.
template <WeightSource S>
class LoadPlan {
 public:
  LoadPlan(const S& source, std::vector<WantedTensor> wanted, const LoadOptions& options)
      : source_(source), options_(options), used_(source.tensors().size()) {
    for (std::size_t i = 0; i < source.tensors().size(); ++i) places_.emplace(source.tensors()[i].name, i);
    for (WantedTensor& tensor : wanted) wanted_.push_back({std::move(tensor), {}});
  }

  /// Compares the parameters with the set of tensors that is meant.
  LoadReport compare();

  /// Compares the parameters with the tensors of that set.
  LoadReport compare(const WeightSet& set) {
    LoadReport report = compare(set.names);
    report.root = set.root;
    return report;
  }

  /// Compares the parameters with the tensors of those names.
  LoadReport compare(const AnyNameMap& map);

  /// Assigns the parameter that was added as number `index`; nothing where it is not to be loaded. A matrix that is packed in the source as it
  /// is held is taken over as it is.
  void assign(std::size_t index, Parameter auto& parameter, LoadReport& report) const {
    const Wanted& wanted = wanted_[index];
    if constexpr (requires { parameter = *source_.packed(0); }) {
      if (wanted.places.size() == 1) {
        auto matrix = source_.packed(wanted.places[0]);
        if (matrix && matrix->precision() == parameter.precision()) {
          parameter = *std::move(matrix);
          return static_cast<void>(++report.loaded);
        }
      }
    }
    if constexpr (requires {
                    parameter.assign_parts([](std::span<float>) {});
                    source_.template read_parts<float>(0, [](auto&&) {});
                  }) {
      if (wanted.places.size() == 1 && !wanted.stored) {
        std::int64_t odd = 0;
        source_.template read_parts<float>(wanted.places[0], [&](auto&& next) {
          parameter.assign_parts([&](std::span<float> part) {
            next(part);
            odd += not_finite(part);
          });
        });
        return note_loaded(wanted, odd, report);
      }
    }
    const std::vector<float> found = values(index, report);
    if (!found.empty()) parameter.assign(found);
  }

  /// The values of the parameter that was added as number `index`, or none where it is not to be loaded.
  std::vector<float> values(std::size_t index, LoadReport& report) const {
    const Wanted& wanted = wanted_[index];
    std::vector<float> values;
    if (wanted.places.empty()) return values;
    std::int64_t elements = 0;
    for (const std::size_t place : wanted.places) elements += source_.tensors()[place].shape.elements();
    values.resize(static_cast<std::size_t>(elements));
    std::size_t done = 0;
    for (const std::size_t place : wanted.places) {
      const auto count = static_cast<std::size_t>(source_.tensors()[place].shape.elements());
      source_.read(place, std::span(values).subspan(done, count));
      done += count;
    }
    if (wanted.stored) values = wanted.convert(*wanted.stored, values);
    note_loaded(wanted, not_finite(values), report);
    return values;
  }

 private:
  struct Wanted : WantedTensor {
    std::vector<std::size_t> places;
    std::optional<Shape> stored = {};  // the shape of what is to be converted
  };

  static std::int64_t not_finite(std::span<const float> values) {
    return std::count_if(values.begin(), values.end(), [](const float& value) { return !is_finite(value); });
  }
  static void note_loaded(const Wanted& wanted, std::int64_t odd, LoadReport& report) {
    ++report.loaded;
    if (odd > 0) report.not_finite.push_back(text_of(wanted.name, " has ", odd, " values that are not finite"));
  }

  static bool has_ending(std::string_view name, const std::vector<std::string>& endings) {
    return std::any_of(endings.begin(), endings.end(), [name](const std::string& ending) {
      return name == ending || (name.ends_with(ending) && name[name.size() - ending.size() - 1] == '.');
    });
  }

  void check_shape(Wanted& wanted, LoadReport& report) const;

  /// What would have to be run to make each entry of the source that is no tensor.
  std::map<std::string, std::string> makers_by_plain_name() const {
    std::map<std::string, std::string> makers;
    if constexpr (requires { source_.placeholders(); }) {
      for (const auto& [name, maker] : source_.placeholders()) makers.emplace(plain_name(name), maker);
    }
    return makers;
  }

  /// Of the tensors without use the one whose name has most in common with `name` at its ends, in any case.
  std::string nearest(const std::string& name) const;

  const S& source_;
  const LoadOptions& options_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<bool> used_;
  std::vector<Wanted> wanted_;
};

template <WeightSource S>
LoadReport LoadPlan<S>::compare() {
  const std::vector<WantedTensor> wanted(wanted_.begin(), wanted_.end());
  const auto [sets, partial, unnamed] = search_weight_sets(source_.tensors(), wanted, options_.root);
  const WeightSet* const chosen = meant(source_, sets);
  if (chosen == nullptr) refuse_weight_sets(sets, source_.path());
  if (options_.root && chosen->fitting == 0) {
    const std::vector<WeightSet> others = find_weight_sets(source_.tensors(), wanted);
    if (others.front().fitting > 0) refuse_root(*options_.root, others, source_.path());
  }
  LoadReport report = compare(*chosen);
  for (const WeightSet& set : sets) {
    if (&set != chosen) report.passed_over.push_back(set.root);
  }
  for (const std::string& root : partial) {
    if (!chosen->names.covers(root)) report.passed_over.push_back(root);
  }
  report.passed_over.insert(report.passed_over.end(), unnamed.begin(), unnamed.end());
  return report;
}

template <WeightSource S>
LoadReport LoadPlan<S>::compare(const AnyNameMap& map) {
  LoadReport report;
  std::vector<std::pair<const Wanted*, std::string>> missing;
  for (Wanted& wanted : wanted_) {
    const std::vector<std::string> names = map(wanted.name);
    std::string absent = names.empty() ? "no name in this map" : "";
    for (const std::string& name : names) {
      const auto found = places_.find(name);
      if (found == places_.end()) {
        absent = name;
      } else {
        wanted.places.push_back(found->second);
        used_[found->second] = true;
      }
    }
    if (wanted.unused) {
      wanted.places.clear();
    } else if (absent.empty()) {
      check_shape(wanted, report);
    } else {
      wanted.places.clear();
      if (!has_ending(wanted.name, options_.optional)) missing.emplace_back(&wanted, absent);
    }
  }
  const std::map<std::string, std::string> makers = missing.empty() ? std::map<std::string, std::string>() : makers_by_plain_name();
  for (const auto& [wanted, absent] : missing) {
    const auto made = makers.find(plain_name(absent));
    const std::string instead =
        made == makers.end() ? nearest(absent)
                             : text_of("; the file has what '", made->second, "' would make of it, which is not run: save a plain tensor");
    report.missing.push_back(
        text_of(wanted->name, ' ', wanted->shape, absent == wanted->name ? "" : " (in the file: " + absent + ")", instead));
  }
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const TensorInfo& info = source_.tensors()[i];
    const bool excused = !is_floating(info.dtype) || has_ending(info.name, options_.ignored) || has_ending(info.name, options_.optional);
    if (!used_[i] && !excused && map.covers(info.name)) report.unexpected.push_back(text_of(info.name, ' ', info.shape));
  }
  return report;
}

template <WeightSource S>
void LoadPlan<S>::check_shape(Wanted& wanted, LoadReport& report) const {
  std::vector<Shape> shapes;
  std::string found;
  bool floating = true;
  for (const std::size_t place : wanted.places) {
    const TensorInfo& info = source_.tensors()[place];
    shapes.push_back(info.shape);
    floating = floating && is_floating(info.dtype);
    found += text_of(found.empty() ? "" : " + ", info.dtype, ' ', info.shape);
  }
  if (floating && stacks_to(shapes, wanted.shape)) return;
  if (const Shape stored = joined_shape(shapes); floating && wanted.conversion && !wanted.conversion(stored).empty()) {
    wanted.stored = stored;
    report.converted.push_back(text_of(wanted.name, ": ", wanted.conversion(stored)));
    return;
  }
  wanted.places.clear();
  report.misshaped.push_back(
      text_of(wanted.name, ": the file has ", found, ", the model wants ", wanted.shape,
              floating ? "" : "; whole numbers, such as quantised weights, and types that cannot be read are not converted"));
}

template <WeightSource S>
std::string LoadPlan<S>::nearest(const std::string& name) const {
  const TensorInfo* best = nullptr;
  std::size_t most = 0;
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (used_[i]) continue;
    const std::string& other = source_.tensors()[i].name;
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    const auto front =
        static_cast<std::size_t>(std::mismatch(name.begin(), name.end(), other.begin(), other.end(), same).first - name.begin());
    const auto back =
        static_cast<std::size_t>(std::mismatch(name.rbegin(), name.rend(), other.rbegin(), other.rend(), same).first - name.rbegin());
    if (front + back > most) {
      most = front + back;
      best = &source_.tensors()[i];
    }
  }
  return best == nullptr ? "" : text_of("; the nearest that is left is ", best->name, ' ', best->shape);
}

}  // namespace detail

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
  const LoadReport& report() const { return report_; }

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
