// SPDX-License-Identifier: MIT
/// @file
/// Tensors' names without what training programs put into them.
#pragma once

#include <vpr/io/apart.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vpr {

/// `name` without the parts that wrappers of modules add, wherever they stand: `module` (DataParallel and its kin), `_orig_mod`
/// (torch.compile), `_checkpoint_wrapped_module` and `_fsdp_wrapped_module` (activation checkpointing, FSDP). DINOv2's training also
/// groups blocks in chunks, without counting anew in each: `blocks.1.7.` is `blocks.7.`.
VPR_IO_FUNCTION std::string plain_name(std::string_view name);

#if VPR_IO_BODIES
VPR_IO_FUNCTION std::string plain_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> wrappers{"module", "_orig_mod", "_checkpoint_wrapped_module", "_fsdp_wrapped_module"};
  const auto is_number = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  std::string plain;
  std::string_view before, last;  // the last two parts of it
  while (true) {
    const std::size_t dot = name.find('.');
    const std::string_view part = name.substr(0, dot);
    const bool wraps = dot != name.npos && std::find(wrappers.begin(), wrappers.end(), part) != wrappers.end();
    const bool in_chunk = before == "blocks" && is_number(last) && is_number(part);
    if (in_chunk) plain.resize(plain.size() - last.size() - 1);
    if (in_chunk || !wraps) {
      plain.append(part).append(1, '.');
      if (!in_chunk) before = last;
      last = part;
    }
    if (dot == name.npos) break;
    name.remove_prefix(dot + 1);
  }
  plain.pop_back();
  return plain;
}
#endif

namespace detail {

/// Where the part of a name begins that follows the one at `at`; npos after the last.
inline std::size_t next_part(std::string_view name, std::size_t at) {
  const std::size_t dot = name.find('.', at);
  return dot == name.npos ? dot : dot + 1;
}

/// Whether a tensor is the state of an optimiser, which has a value for each of a parameter's and may carry the parameter's name.
inline bool is_optimizer_state(std::string_view plain) {
  constexpr std::array<std::string_view, 8> states{"optim",           "exp_avg",    "exp_inf",   "max_exp_avg",
                                                   "momentum_buffer", "square_avg", "acc_delta", "grad_avg"};
  for (std::size_t at = 0; at != plain.npos; at = next_part(plain, at)) {
    for (const std::string_view state : states) {
      if (plain.substr(at).starts_with(state)) return true;
    }
  }
  return false;
}

}  // namespace detail

/// The tensors of a file by their plain names; by their names as they are where two would share a plain one.
class PlainNames {
 public:
  explicit PlainNames(const std::vector<TensorInfo>& tensors) {
    if (fill(tensors)) return;
    plain_ = false;
    fill(tensors);
  }

  /// The plain name of tensor `index`.
  const std::string& operator[](std::size_t index) const& { return names_[index]; }
  void operator[](std::size_t) const&& = delete;
  std::size_t size() const { return names_.size(); }
  /// What this file makes of a name: `plain_name`, unless that would take two tensors for one.
  std::string of(std::string_view name) const { return plain_ ? plain_name(name) : std::string(name); }
  /// The tensor of that plain name.
  std::optional<std::size_t> find(const std::string& plain) const {
    const auto found = places_.find(plain);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  /// Whether all plain names are different.
  bool fill(const std::vector<TensorInfo>& tensors) {
    names_.clear();
    places_.clear();
    for (const TensorInfo& tensor : tensors) {
      names_.push_back(of(tensor.name));
      const bool added = places_.emplace(names_.back(), names_.size() - 1).second;
      if (!added && plain_) return false;
    }
    return true;
  }

  bool plain_ = true;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace vpr
