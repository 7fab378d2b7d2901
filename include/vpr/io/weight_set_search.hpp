// SPDX-License-Identifier: MIT
/// @file
/// Sets of weights in a file, and the search for them.
#pragma once

#include <vpr/io/apart.hpp>
#include <vpr/io/name_map.hpp>
#include <vpr/io/namings.hpp>
#include <vpr/io/plain_names.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vpr {

/// A parameter that is looked for in a file.
struct WantedTensor {
  std::string name;  ///< the official one
  Shape shape;
  /// What is done to a stored tensor of another shape to make the parameter of it, as a sentence; nothing where that can't be done.
  std::function<std::string(const Shape&)> conversion = {};
  /// Does it: the parameter's values from those of a tensor of that shape.
  std::function<std::vector<float>(const Shape&, std::span<const float>)> convert = {};
  bool unused = false;  ///< of the published model, not of this part of it: a file may have it
};

/// A set of weights in a file: tensors behind the same prefix that are a model's parameters.
struct WeightSet {
  std::string root;                                              ///< the prefix, as a plain name: `teacher.backbone.`
  std::string_view naming;                                       ///< whose names stand behind it
  AnyNameMap names = PrefixedNames{};                            ///< gives the file's tensors, and covers those behind the prefix
  std::map<std::size_t, std::vector<std::size_t>> tensors = {};  ///< of each parameter that is found, by their places in the two lists
  std::size_t fitting = 0;                                       ///< how many parameters have tensors of their shape
};

namespace detail {

/// Whether two shapes are the same but for axes of one element before the others: CLIP's class token is [768], others' are [1, 1, 768].
inline bool same_but_for_leading_ones(const Shape& a, const Shape& b) {
  const Shape &longer = a.rank() > b.rank() ? a : b, &shorter = a.rank() > b.rank() ? b : a;
  return longer.elements() == shorter.elements() && std::equal(shorter.begin(), shorter.end(), longer.end() - shorter.rank());
}

/// Whether tensors of these shapes, one after the other, are a tensor of that shape: they differ in one dimension, and none before
/// it has more than one element.
inline bool stacks_to(const std::vector<Shape>& parts, const Shape& whole) {
  if (parts.size() == 1) return same_but_for_leading_ones(parts[0], whole);
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

/// The shape of tensors `1×N×C` or `N` one after the other; that of the first where they are no such tensors.
inline Shape joined_shape(const std::vector<Shape>& parts) {
  if (parts[0].rank() != 3 && parts[0].rank() != 1) return parts[0];
  const std::size_t axis = parts[0].rank() == 3 ? 1 : 0;
  std::int64_t rows = 0;
  for (const Shape& part : parts) {
    if (part.rank() != parts[0].rank() || part.with(axis, 0) != parts[0].with(axis, 0) || (axis == 1 && part[0] != 1)) return parts[0];
    rows += part[axis];
  }
  return parts[0].with(axis, rows);
}

/// What a file holds for a model's parameters.
struct FoundWeightSets {
  std::vector<WeightSet> sets;       ///< see `find_weight_sets`
  std::vector<std::string> partial;  ///< the prefixes of sets that fit from tensors in none of these; none where a root was asked for
  std::vector<std::string> unnamed;  ///< the prefixes of parameters in lists, without names; none where a root was asked for
};

VPR_IO_FUNCTION FoundWeightSets search_weight_sets(const std::vector<TensorInfo>& tensors, const std::vector<WantedTensor>& wanted,
                                                   const std::optional<std::string>& root);

#if VPR_IO_BODIES
/// The names of a set: those of a naming, as the file has them.
struct NamesInSet {
  AnyNameMap naming;
  std::shared_ptr<const PlainNames> file;
  const std::vector<TensorInfo>* tensors;
  std::vector<std::string> others;  // prefixes within this set's of sets that are not it

  std::vector<std::string> operator()(const std::string& official) const {
    std::vector<std::string> names = naming(official);
    for (std::string& name : names) {
      if (const auto found = file->find(file->of(name))) name = (*tensors)[*found].name;
    }
    return names;
  }
  bool covers(std::string_view name) const {
    const std::string plain = file->of(name);
    const auto within = [&plain](const std::string& other) { return plain.starts_with(other); };
    return naming.covers(plain) && !is_optimizer_state(plain) && std::none_of(others.begin(), others.end(), within);
  }
};

/// Finds the sets of weights for a model's parameters.
class WeightSetSearch {
 public:
  WeightSetSearch(const std::vector<TensorInfo>& tensors, const std::vector<WantedTensor>& wanted)
      : tensors_(tensors), wanted_(wanted), file_(std::make_shared<PlainNames>(tensors)) {
    for (std::size_t naming = 0; naming < namings.size(); ++naming) add_names(naming);
    for (std::size_t i = 0; i < tensors.size(); ++i) find_parameter_in(i);
    for (auto& [key, set] : sets_) count_fitting(set);
  }

  /// The prefixes of sets of two parameters or more that fit from tensors in none of `sets`: parts of a model that load beside it by name.
  std::vector<std::string> partial(const std::vector<WeightSet>& sets) const {
    std::set<std::size_t> taken;
    for (const WeightSet& set : sets) take(set, taken);
    std::vector<std::string> roots;
    for (const auto& [key, set] : sets_) {
      if (roots.size() == most_sets) break;
      if (own_parameters(set, taken) < 2) continue;
      roots.push_back(set.root);
      take(set, taken);
    }
    return roots;
  }

  /// The prefixes of parameters in lists, numbers for names, where they are more than half as many as the model's and of such shapes: a
  /// moving average, which cannot be loaded by name.
  std::vector<std::string> unnamed() const {
    std::set<std::vector<std::int64_t>> shapes;
    for (const WantedTensor& wanted : wanted_) shapes.emplace(wanted.shape.begin(), wanted.shape.end());
    std::map<std::string, std::size_t> counts;
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      const std::string& name = (*file_)[i];
      const std::size_t number = name.rfind('.') + 1;
      const Shape& shape = tensors_[i].shape;
      const bool is_number = number < name.size() && name.find_first_not_of("0123456789", number) == name.npos;
      if (is_number && !is_optimizer_state(name) && shapes.contains({shape.begin(), shape.end()})) ++counts[name.substr(0, number)];
    }
    std::vector<std::string> prefixes;
    for (const auto& [prefix, count] : counts) {
      if (2 * count > wanted_.size() && prefixes.size() < most_sets) prefixes.push_back(prefix);
    }
    return prefixes;
  }

  /// See `find_weight_sets`.
  std::vector<WeightSet> sets(const std::optional<std::string>& wanted_root) {
    const std::string root = wanted_root.value_or("");
    const std::string prefix = file_->of(root.empty() || root.ends_with('.') ? root : root + '.');
    std::vector<const WeightSet*> candidates;
    for (const auto& [key, set] : sets_) {
      if (set.root.starts_with(prefix)) candidates.push_back(&set);
    }
    if (wanted_root) keep_exact(candidates, prefix);
    const auto better = [](const WeightSet* a, const WeightSet* b) {
      return std::pair(a->fitting, a->tensors.size()) > std::pair(b->fitting, b->tensors.size());
    };
    std::stable_sort(candidates.begin(), candidates.end(), better);
    std::vector<WeightSet> found;
    std::set<std::size_t> taken;
    for (const WeightSet* set : candidates) {
      if (!found.empty() && 2 * own_parameters(*set, taken) <= found.front().fitting) continue;
      found.push_back(*set);
      if (found.size() == most_sets) break;
      take(*set, taken);
    }
    if (found.empty()) found.push_back({.root = prefix, .naming = namings[0].name});
    for (WeightSet& set : found) set.names = names_of(set, found.front().fitting);
    return found;
  }

 private:
  struct Role {
    std::size_t naming, parameter, part;
  };

  void add_names(std::size_t index) {
    const AnyNameMap map = namings[index].map("", tensors_);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const std::vector<std::string> names = map(wanted_[i].name);
      for (std::size_t part = 0; part < names.size(); ++part) {
        const std::string plain = file_->of(names[part]);
        longest_ = std::max(longest_, plain.size());
        roles_[plain].push_back({index, i, part});
        parts_[{index, i}] = names.size();
      }
    }
  }

  /// Adds a tensor to the sets of all prefixes behind which its name is a parameter's.
  void find_parameter_in(std::size_t index) {
    const std::string& name = (*file_)[index];
    if (is_optimizer_state(name)) return;
    std::size_t at = name.size() <= longest_ ? 0 : next_part(name, name.size() - longest_ - 1);
    for (; at != name.npos; at = next_part(name, at)) {
      const auto found = roles_.find(name.substr(at));
      if (found == roles_.end()) continue;
      for (const Role& role : found->second) {
        const std::string root = name.substr(0, at);
        WeightSet& set = sets_.try_emplace({root, role.naming}, WeightSet{.root = root, .naming = namings[role.naming].name}).first->second;
        std::vector<std::size_t>& parts = set.tensors[role.parameter];
        parts.resize(parts_[{role.naming, role.parameter}], none);
        parts[role.part] = index;
      }
    }
  }

  /// Leaves only parameters all of whose parts are there, and counts those that fit.
  void count_fitting(WeightSet& set) const {
    std::erase_if(set.tensors, [](const auto& entry) { return std::count(entry.second.begin(), entry.second.end(), none) > 0; });
    set.fitting = static_cast<std::size_t>(
        std::count_if(set.tensors.begin(), set.tensors.end(), [&](const auto& entry) { return fits(entry.first, entry.second); }));
  }
  bool fits(std::size_t parameter, const std::vector<std::size_t>& parts) const {
    const WantedTensor& wanted = wanted_[parameter];
    if (wanted.unused) return false;
    std::vector<Shape> shapes;
    for (const std::size_t part : parts) {
      if (!is_floating(tensors_[part].dtype)) return false;
      shapes.push_back(tensors_[part].shape);
    }
    return stacks_to(shapes, wanted.shape) || (wanted.conversion && !wanted.conversion(joined_shape(shapes)).empty());
  }

  static void take(const WeightSet& set, std::set<std::size_t>& taken) {
    for (const auto& [parameter, parts] : set.tensors) taken.insert(parts.begin(), parts.end());
  }
  /// How many parameters fit from tensors that are not in `taken`.
  std::size_t own_parameters(const WeightSet& set, const std::set<std::size_t>& taken) const {
    const auto is_own = [&](const auto& entry) {
      const auto& [parameter, parts] = entry;
      return fits(parameter, parts) && std::none_of(parts.begin(), parts.end(), [&](std::size_t part) { return taken.contains(part); });
    };
    return static_cast<std::size_t>(std::count_if(set.tensors.begin(), set.tensors.end(), is_own));
  }

  /// Where the prefix that was asked for is that of a set, leaves out those whose prefixes only begin with it.
  static void keep_exact(std::vector<const WeightSet*>& candidates, const std::string& prefix) {
    const auto exact = [&prefix](const WeightSet* set) { return set->root == prefix && set->fitting > 0; };
    if (std::any_of(candidates.begin(), candidates.end(), exact)) {
      std::erase_if(candidates, [&](const WeightSet* set) { return !exact(set); });
    }
  }

  AnyNameMap names_of(const WeightSet& set, std::size_t most) const {
    const auto naming = std::find_if(namings.begin(), namings.end(), [&](const Naming& one) { return one.name == set.naming; });
    NamesInSet names{naming->map(set.root, tensors_), file_, &tensors_, {}};
    std::set<std::size_t> taken;  // not another set: these tensors by other names, which may have a longer prefix
    take(set, taken);
    for (const auto& [key, other] : sets_) {
      const bool within = other.root.size() > set.root.size() && other.root.starts_with(set.root);
      if (within && 2 * own_parameters(other, taken) > most) names.others.push_back(other.root);
    }
    return names;
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr std::size_t most_sets = 20;  // that are listed: enough to see that there are many

  const std::vector<TensorInfo>& tensors_;
  const std::vector<WantedTensor>& wanted_;
  std::shared_ptr<const PlainNames> file_;
  std::unordered_map<std::string, std::vector<Role>> roles_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> parts_;  // how many tensors a naming has for a parameter
  std::size_t longest_ = 0;
  std::map<std::pair<std::string, std::size_t>, WeightSet> sets_;
};

VPR_IO_FUNCTION FoundWeightSets search_weight_sets(const std::vector<TensorInfo>& tensors, const std::vector<WantedTensor>& wanted,
                                                   const std::optional<std::string>& root) {
  WeightSetSearch search(tensors, wanted);
  FoundWeightSets found{search.sets(root), {}, {}};
  if (root) return found;
  found.partial = search.partial(found.sets);
  found.unnamed = search.unnamed();
  return found;
}
#endif

}  // namespace detail
}  // namespace vpr
