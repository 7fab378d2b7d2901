// SPDX-License-Identifier: MIT
/// @file
/// The tensors of a PyTorch checkpoint: which of its dictionaries hold them, and under which names.
#pragma once

#include <vpr/io/plain_names.hpp>
#include <vpr/io/torch_rebuild.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// Whether a text is valid UTF-8 (RFC 3629).
inline bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text, 0);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Collects the tensors of a state dict out of a pickle.
class TorchTensors {
 public:
  using Kind = PickleValue::Kind;
  explicit TorchTensors(const Pickle& pickle) : pickle_(pickle), rebuild_(pickle) { count_tensors(); }

  /// The tensors of the dictionary at `wanted` (names with dots between); none means: find it. That is the outermost dictionary with
  /// tensors, sought first under the names that training programs use where no other weights stand beside it; of dictionaries side by
  /// side all are taken, each name with its dictionary's in front. Where no weights have names alone, as in a list of state dicts or a
  /// dictionary by numbers, numbers are names, too: `0.cls_token`. A tensor that is saved by itself has no name.
  std::vector<TorchTensor> collect(std::string_view wanted) {
    std::uint32_t dictionary = pickle_.root_index();
    if (rebuild_.is_tensor(pickle_[dictionary]) && wanted.empty()) {
      add("", pickle_[dictionary]);
      return std::move(tensors_);
    }
    if (counts_[dictionary].parameters == 0) {
      numbered_ = true;
      count_tensors();
    }
    VPR_REQUIRE(FormatError, is_container(pickle_[dictionary]), "holds ", described(pickle_[dictionary]),
                ", want a dictionary of tensors: save `model.state_dict()`");
    while (!wanted.empty()) {
      const std::string_view name = wanted.substr(0, wanted.find('.'));
      wanted.remove_prefix(std::min(wanted.size(), name.size() + 1));
      const std::uint32_t inner = entry(pickle_[dictionary], name);
      VPR_REQUIRE(FormatError, inner != nothing && is_container(pickle_[inner]), "has no dictionary '", name, "'");
      dictionary = inner;
    }
    for (int depth = 0; depth < deepest; ++depth) {
      const std::uint32_t inner = preferred(pickle_[dictionary]);
      if (inner == nothing) break;
      dictionary = inner;
    }
    add_all(pickle_[dictionary], "", 0);
    if (!tensors_.empty()) return std::move(tensors_);
    std::string others;
    for (const auto& [name, maker] : placeholders_) {
      if (others.size() < 300) others.append(others.empty() ? ": " : ", ").append("'" + name + "' is made by '" + maker + "'");
    }
    const bool elsewhere = std::any_of(counts_.begin(), counts_.end(), [](const Count& count) { return count.tensors > 0; });
    fail<FormatError>(elsewhere ? "holds tensors, but none under a name or a number" : "holds no tensors", others,
                      others.empty() ? "" : ", and nothing is run", ": save `model.state_dict()`");
  }

  /// The entries of the dictionaries collected from that something unknown would have to make, and what that is.
  const std::map<std::string, std::string>& placeholders() const& { return placeholders_; }
  void placeholders() const&& = delete;

 private:
  static constexpr int deepest = 8;
  static constexpr std::uint32_t nothing = 0xffffffff;

  struct Count {
    std::uint32_t tensors = 0;
    std::uint32_t parameters = 0;  // those that may be parameters and are not an optimiser's
    bool operator==(const Count&) const = default;
  };

  std::string described(const PickleValue& value) const {
    if (rebuild_.is_tensor(value)) return "a single tensor";
    return value.kind == Kind::call ? "what '" + pickle_.maker(value) + "' would make, which is not run" : "one plain value";
  }

  static bool is_container(const PickleValue& value) {
    return value.kind == Kind::dictionary || value.kind == Kind::list || value.kind == Kind::tuple;
  }
  /// Whether a list holds parameters alone, as moving averages are kept.
  bool is_list_of_parameters(const PickleValue& value) const {
    return value.kind == Kind::list && value.items.size() > 1 &&
           std::all_of(value.items.begin(), value.items.end(),
                       [&](std::uint32_t item) { return counts_[item].parameters > 0 && rebuild_.is_tensor(pickle_[item]); });
  }
  /// Calls `visit(name, value)` for each entry of a container that has a name. A number is the name of a container and of a parameter in a
  /// list of them; of other tensors only where numbers are names, as those are an optimiser's or other states.
  template <class Visit>
  void for_each_entry(const PickleValue& container, Visit&& visit) const {
    const bool numbered = numbered_ || is_list_of_parameters(container);
    const auto visit_number = [&](std::int64_t number, std::uint32_t item) {
      if (numbered || is_container(pickle_[item])) visit(std::string_view(std::to_string(number)), item);
    };
    if (container.kind != Kind::dictionary) {
      for (std::size_t i = 0; i < container.items.size(); ++i) visit_number(static_cast<std::int64_t>(i), container.items[i]);
      return;
    }
    for (std::size_t i = 0; i < container.items.size(); i += 2) {
      const PickleValue& key = pickle_[container.items[i]];
      if (key.kind == Kind::text || (numbered_ && key.kind == Kind::bytes)) visit(key.text, container.items[i + 1]);
      if (key.kind == Kind::integer) visit_number(key.integer, container.items[i + 1]);
    }
  }

  /// Counts for each dictionary the tensors that have names in it or in those within. A dictionary is made before what is in it, or after
  /// it where that stood elsewhere first: a few rounds in turns from the last to the first and back settle all but circles.
  void count_tensors() {
    constexpr int rounds = 4;
    constexpr std::uint32_t most = 1'000'000;
    counts_.resize(pickle_.values().size());
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const PickleValue& value = pickle_[static_cast<std::uint32_t>(i)];
      if (rebuild_.is_tensor(value)) counts_[i] = {1, rebuild_.may_be_parameter(value) ? 1U : 0U};
    }
    bool changed = true;
    for (int round = 0; round < rounds && changed; ++round) {
      changed = false;
      for (std::size_t k = 0; k < counts_.size(); ++k) {
        const std::size_t i = round % 2 == 0 ? counts_.size() - 1 - k : k;
        const PickleValue& value = pickle_[static_cast<std::uint32_t>(i)];
        if (!is_container(value)) continue;
        Count count;
        for_each_entry(value, [&](std::string_view name, std::uint32_t item) {
          const Count& within = counts_[item];
          count.tensors = std::min(most, count.tensors + within.tensors);
          if (!is_optimizer_state(name)) count.parameters = std::min(most, count.parameters + within.parameters);
        });
        changed = changed || count != counts_[i];
        counts_[i] = count;
      }
    }
  }

  /// The entry of that name, the last where there are several, as in Python; `nothing` without.
  std::uint32_t entry(const PickleValue& container, std::string_view name) const {
    std::uint32_t found = nothing;
    for_each_entry(container, [&](std::string_view other, std::uint32_t item) {
      if (other == name) found = item;
    });
    return found;
  }
  /// The inner dictionary that holds the state dict, by its name; `nothing` where other weights stand beside it: in a dictionary, or loose,
  /// several tensors that may be parameters, or one beside one.
  std::uint32_t preferred(const PickleValue& dictionary) const {
    if (dictionary.kind != Kind::dictionary) return nothing;
    for (const char* name : {"state_dict", "model_state_dict", "teacher", "model", "net", "module", "student", "weights", "checkpoint"}) {
      const std::uint32_t found = entry(dictionary, name);
      if (found == nothing || pickle_[found].kind != Kind::dictionary || counts_[found].tensors == 0) continue;
      std::uint32_t loose = 0;
      bool others = false;
      for_each_entry(dictionary, [&](std::string_view key, std::uint32_t other) {
        if (other == found || is_optimizer_state(key)) return;
        const std::uint32_t parameters = counts_[other].parameters;
        const std::uint32_t beside = is_container(pickle_[other]) ? parameters : loose += parameters;
        others = others || beside > 1 || 2 * beside > counts_[found].tensors;
      });
      return others ? nothing : found;
    }
    return nothing;
  }

  void add_all(const PickleValue& container, const std::string& prefix, int depth) {
    constexpr std::size_t most_items = 4'000'000;
    constexpr std::size_t most_tensors = 100'000;
    constexpr std::size_t most_placeholders = 10'000;
    constexpr std::size_t most_letters = 16 << 20;
    VPR_REQUIRE(FormatError, depth <= deepest, "nests dictionaries too deeply");
    items_ += container.items.size();
    VPR_REQUIRE(FormatError, items_ <= most_items, "repeats its dictionaries too often");
    for_each_entry(container, [&](std::string_view key, std::uint32_t item) {
      const PickleValue& value = pickle_[item];
      const bool holds_tensors = counts_[item].tensors > 0;
      const bool placeholder = !holds_tensors && (value.kind == Kind::call || value.kind == Kind::global);
      if (!holds_tensors && !placeholder) return;
      VPR_REQUIRE(FormatError, !holds_tensors || is_utf8(key), "has a tensor whose name is not UTF-8");
      letters_ += prefix.size() + key.size();
      VPR_REQUIRE(FormatError, letters_ <= most_letters && tensors_.size() < most_tensors, "has more than ", most_tensors,
                  " tensors, or names of more than ", most_letters, " letters");
      const std::string name = prefix + std::string(key);
      if (is_container(value)) {
        add_all(value, name + '.', depth + 1);
      } else if (placeholder) {
        if (placeholders_.size() < most_placeholders) placeholders_.emplace(name, pickle_.maker(value));
      } else {
        add(name, value);
      }
    });
  }

  void add(const std::string& name, const PickleValue& value) {
    VPR_REQUIRE(FormatError, names_.insert(name).second, "has two tensors '", name, "'");
    try {
      tensors_.push_back(rebuild_(name, value));
    } catch (const Error& error) {
      fail<FormatError>("tensor '", name, "': ", error.what());
    }
  }

  const Pickle& pickle_;
  TorchRebuild rebuild_;
  bool numbered_ = false;      // whether numbers are names of tensors, too
  std::vector<Count> counts_;  // by value
  std::vector<TorchTensor> tensors_;
  std::map<std::string, std::string> placeholders_;
  std::set<std::string> names_;
  std::size_t items_ = 0;
  std::size_t letters_ = 0;
};

}  // namespace vpr::detail
