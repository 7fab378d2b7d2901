// SPDX-License-Identifier: MIT
/// @file
/// The plan of a loading: which tensors of a file hold each parameter of a model.
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
#include <map>
#include <optional>
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

  static constexpr std::size_t most_explained = 10;  // looking at all names for each missing one would take long

  /// Of the tensors without use the one whose name has most in common with `name` at its ends, in any case.
  std::string nearest(const std::string& name) const;

  const S& source_;
  LoadOptions options_;
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
    const bool is_explained = report.missing.size() < most_explained;
    const std::string instead =
        made == makers.end() ? (is_explained ? nearest(absent) : "")
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
}  // namespace vpr
