// SPDX-License-Identifier: MIT
/// @file
/// Loading a model's parameters from a file, every tensor accounted for.
#pragma once

#include <vpr/core/parameter.hpp>
#include <vpr/io/name_map.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vpr {

/// How much a file may differ from the model. Names are compared with the last parts of a tensor's name.
struct LoadOptions {
  bool strict = true;                                       // any difference is an error; else it is reported, and what fits is loaded
  std::vector<std::string> optional{"mask_token"};          // may be missing in the file or in the model
  std::vector<std::string> ignored{"num_batches_tracked"};  // never used
};

/// What loading found. Each line of the lists is a sentence that begins with the tensor's name.
struct LoadReport {
  std::size_t loaded = 0;               // parameters that got their values
  std::vector<std::string> missing;     // parameters that the file does not have
  std::vector<std::string> unexpected;  // tensors of the file that the model has no use for
  std::vector<std::string> misshaped;   // of another shape or type than the model wants
  std::vector<std::string> not_finite;  // loaded, though with NaN or infinite values

  bool fits() const { return missing.empty() && unexpected.empty() && misshaped.empty(); }
  /// All of it as text, one line each.
  std::string text() const {
    std::ostringstream out;
    out << missing.size() << " missing, " << unexpected.size() << " unexpected, " << misshaped.size() << " mis-shaped";
    const auto list = [&out](const char* kind, const std::vector<std::string>& lines) {
      for (const std::string& line : lines) out << "\n  " << kind << ' ' << line;
    };
    list("missing", missing);
    list("unexpected", unexpected);
    list("mis-shaped", misshaped);
    list("not finite", not_finite);
    return out.str();
  }
};

namespace detail {

/// The plan of a loading: for each parameter, which of the source's tensors hold it.
template <WeightSource S>
class LoadPlan {
 public:
  LoadPlan(const S& source, const AnyNameMap& map, const LoadOptions& options) : source_(source), map_(map), options_(options) {
    for (std::size_t i = 0; i < source.tensors().size(); ++i) places_.emplace(source.tensors()[i].name, i);
    used_.resize(source.tensors().size());
  }

  void add(const std::string& name, const Shape& shape) { wanted_.push_back({name, shape, {}}); }

  /// Compares all that was added with the source.
  LoadReport compare() {
    LoadReport report;
    std::vector<std::pair<const Wanted*, std::string>> missing;
    for (Wanted& wanted : wanted_) {
      const std::vector<std::string> names = map_(wanted.name);
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
      if (absent.empty()) {
        check_shape(wanted, report);
      } else {
        wanted.places.clear();
        if (!has_ending(wanted.name, options_.optional)) missing.emplace_back(&wanted, absent);
      }
    }
    for (const auto& [wanted, absent] : missing) {
      report.missing.push_back(
          sentence(wanted->name, ' ', wanted->shape, absent == wanted->name ? "" : " (in the file: " + absent + ")", nearest(absent)));
    }
    for (std::size_t i = 0; i < used_.size(); ++i) {
      const TensorInfo& info = source_.tensors()[i];
      const bool excused = has_ending(info.name, options_.ignored) || has_ending(info.name, options_.optional);
      if (!used_[i] && !excused && map_.covers(info.name)) report.unexpected.push_back(sentence(info.name, ' ', info.shape));
    }
    return report;
  }

  /// The values of the parameter that was added as number `index`, or none where it is not to be loaded.
  std::vector<float> values(std::size_t index, LoadReport& report) const {
    const Wanted& wanted = wanted_[index];
    std::vector<float> values;
    if (wanted.places.empty()) return values;
    values.resize(static_cast<std::size_t>(wanted.shape.elements()));
    std::size_t done = 0;
    for (const std::size_t place : wanted.places) {
      const auto count = static_cast<std::size_t>(source_.tensors()[place].shape.elements());
      source_.read(place, std::span(values).subspan(done, count));
      done += count;
    }
    ++report.loaded;
    const auto odd = std::count_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
    if (odd > 0) report.not_finite.push_back(sentence(wanted.name, " has ", odd, " values that are not finite"));
    return values;
  }

 private:
  struct Wanted {
    std::string name;
    Shape shape;
    std::vector<std::size_t> places;
  };

  template <class... Parts>
  static std::string sentence(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
  }

  static bool has_ending(std::string_view name, const std::vector<std::string>& endings) {
    return std::any_of(endings.begin(), endings.end(), [name](const std::string& ending) {
      return name == ending || (name.ends_with(ending) && name[name.size() - ending.size() - 1] == '.');
    });
  }

  void check_shape(Wanted& wanted, LoadReport& report) const {
    std::vector<Shape> shapes;
    std::string found;
    bool floating = true;
    for (const std::size_t place : wanted.places) {
      const TensorInfo& info = source_.tensors()[place];
      shapes.push_back(info.shape);
      floating = floating && is_floating(info.dtype);
      found += sentence(found.empty() ? "" : " + ", info.dtype, ' ', info.shape);
    }
    if (floating && stacks_to(shapes, wanted.shape)) return;
    wanted.places.clear();
    report.misshaped.push_back(sentence(wanted.name, ": the file has ", found, ", the model wants ", wanted.shape,
                                        floating ? "" : "; whole numbers, such as quantised weights, are not converted"));
  }

  /// Whether tensors of these shapes, one after the other, are a tensor of that shape: they differ in one dimension, and none before
  /// it has more than one element.
  static bool stacks_to(const std::vector<Shape>& parts, const Shape& whole) {
    if (parts.size() == 1) return parts[0] == whole;
    for (std::size_t axis = 0; axis < whole.rank(); ++axis) {
      std::int64_t sum = 0;
      bool fits = true;
      for (const Shape& part : parts) {
        fits = fits && part.rank() == whole.rank() && part.with(axis, whole[axis]) == whole;
        if (fits) sum += part[axis];
      }
      if (fits && sum == whole[axis]) return true;
      if (whole[axis] != 1) return false;
    }
    return false;
  }

  /// Of the tensors without use the one whose name has most in common with `name` at its ends, in any case.
  std::string nearest(const std::string& name) const {
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
    return best == nullptr ? "" : sentence("; the nearest that is left is ", best->name, ' ', best->shape);
  }

  const S& source_;
  const AnyNameMap& map_;
  const LoadOptions& options_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<bool> used_;
  std::vector<Wanted> wanted_;
};

/// The names of all that a model shows.
template <class Model>
std::vector<std::string> parameter_names(Model& model) {
  std::vector<std::string> names;
  model.visit([&names](const std::string& name, Parameter auto&) { names.push_back(name); }, std::string());
  return names;
}

template <WeightSource S, class Model>
LoadReport load(Model& model, const S& source, const AnyNameMap& map, const LoadOptions& options) {
  LoadPlan<S> plan(source, map, options);
  model.visit([&plan](const std::string& name, Parameter auto& parameter) { plan.add(name, parameter.shape()); }, std::string());
  LoadReport report = plan.compare();
  VPR_REQUIRE(WeightError, !options.strict || report.fits(), source.path(), ": does not fit the model: ", report.text());
  std::size_t index = 0;
  const auto assign = [&](const std::string&, Parameter auto& parameter) {
    const std::vector<float> values = plan.values(index++, report);
    if (!values.empty()) parameter.assign(values);
  };
  model.visit(assign, std::string());
  return report;
}

}  // namespace detail

/// Gives every parameter that `model` shows its values from `source`, converted to float32 and packed by the parameter.
/// Nothing is assigned before all names, shapes and types have been compared, so a model keeps its values when that fails.
/// @param map  what the model's tensors are called in the source
/// @throws WeightError that lists every missing, unexpected and mis-shaped tensor, unless `options` are lenient.
template <class Model, WeightSource S, NameMap M>
LoadReport load(Model& model, const S& source, const M& map, const LoadOptions& options = {}) {
  return detail::load(model, source, AnyNameMap(map), options);
}

/// The same with the map that fits best: see `find_name_map`.
template <class Model, WeightSource S>
LoadReport load(Model& model, const S& source, const LoadOptions& options = {}) {
  return detail::load(model, source, find_name_map(source.tensors(), detail::parameter_names(model)), options);
}

/// How the tensors of `source` compare with a model's, under the map that fits best. No value is read; a model over the backend
/// `Shapes` takes no memory.
template <class Model, WeightSource S>
LoadReport compare(Model& model, const S& source, const LoadOptions& options = {}) {
  const AnyNameMap map = find_name_map(source.tensors(), detail::parameter_names(model));
  detail::LoadPlan<S> plan(source, map, options);
  model.visit([&plan](const std::string& name, Parameter auto& parameter) { plan.add(name, parameter.shape()); }, std::string());
  return plan.compare();
}

}  // namespace vpr
