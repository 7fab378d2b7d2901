// SPDX-License-Identifier: MIT
/// @file
/// Where in a file a model's tensors are: which sets of weights it holds, what their tensors are called, and which one is meant.
#pragma once

#include <vpr/io/weight_set_search.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// Whether the set behind `root` is meant where the one behind `other` is in the file too, by the layout's published rule.
inline bool is_meant(std::string_view root, std::string_view other) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> rules{{
      {"teacher.backbone.", "student.backbone."},  // DINO and DINOv2 evaluate and publish the teacher
      {"state_dict_ema.", "state_dict."},          // of its own checkpoints timm loads the moving average
      {"encoder_q.", "encoder_k."},                // MoCo v1 and v2 evaluate the query encoder
      {"base_encoder.", "momentum_encoder."},      // and v3
  }};
  for (const auto& [meant, instead] : rules) {
    for (std::size_t at = other.find(instead); at != other.npos; at = other.find(instead, at + 1)) {
      const std::string replaced = std::string(other.substr(0, at)).append(meant).append(other.substr(at + instead.size()));
      if ((at == 0 || other[at - 1] == '.') && replaced == root) return true;
    }
  }
  return false;
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

}  // namespace detail

/// The sets of weights in a file that may be meant: the one with the most of a model's parameters first, and then those with more than
/// half as many, in other tensors. There is always one, if only by name. States of optimisers are none. The maps of names look at
/// `tensors` and must not outlive it.
/// @param root  only sets behind this prefix; the one exactly behind it goes before those deeper, so that "" means names without a prefix
inline std::vector<WeightSet> find_weight_sets(const std::vector<TensorInfo>& tensors, const std::vector<WantedTensor>& wanted,
                                               const std::optional<std::string>& root = std::nullopt) {
  return detail::search_weight_sets(tensors, wanted, root).sets;
}

/// Which of these sets is meant: the only one; the one that the layout's published rule means (DINO's and DINOv2's teacher, timm's
/// moving average, MoCo's query encoder); or any where `same(one, other)` says that they hold the same values. Null where none is known to.
template <class Same>
const WeightSet* meant_weight_set(const std::vector<WeightSet>& sets, Same&& same) {
  const auto found = std::find_if(sets.begin(), sets.end(), [&](const WeightSet& set) {
    return std::all_of(sets.begin(), sets.end(), [&](const WeightSet& other) {
      return &other == &set || detail::is_meant(set.root, other.root) || same(set, other);
    });
  });
  return found == sets.end() ? nullptr : &*found;
}

namespace detail {

/// The sets' prefixes, what is behind each, and how the first is chosen.
inline std::string listed(const std::vector<WeightSet>& sets) {
  std::string text;
  for (const WeightSet& set : sets) {
    text.append(text.empty() ? "" : ", ").append("'").append(escaped(set.root)).append("' (").append(set.naming).append(", ");
    text.append(std::to_string(set.fitting)).append(" parameters)");
  }
  const std::string first = escaped(sets.front().root);
  return text.append(". Choose one by its prefix: LoadOptions{.root = \"")
      .append(first)
      .append("\"}, or on the command line --weights-root \"")
      .append(first)
      .append("\"");
}

}  // namespace detail

/// Throws a WeightError that names the sets and the way to choose.
[[noreturn]] inline void refuse_weight_sets(const std::vector<WeightSet>& sets, const std::string& path) {
  fail<WeightError>(path, ": holds several sets of weights for this model, behind the prefixes ", detail::listed(sets));
}

/// Throws a WeightError for a prefix that a user chose and that no set is behind, with the sets that there are.
[[noreturn]] inline void refuse_root(const std::string& root, const std::vector<WeightSet>& sets, const std::string& path) {
  fail<WeightError>(path, ": holds no weights for this model behind the prefix '", escaped(root), "', but behind ", detail::listed(sets));
}

}  // namespace vpr
