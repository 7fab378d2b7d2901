// SPDX-License-Identifier: MIT
/// @file
/// What the tensors of a model are called in a file.
#pragma once

#include <vpr/io/weight_source.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Gives, for a tensor's official name, the names of the file's tensors that hold it: one, or several that are stacked in that order.
/// A lambda will do. A map may also have `bool covers(std::string_view)`: whether a tensor of the file belongs to the model at all;
/// one that does and that the model has no use for is an error when loading strictly. Without it every tensor does.
template <class M>
concept NameMap = requires(const M& map, const std::string& official) {
  { map(official) } -> std::convertible_to<std::vector<std::string>>;
};

/// The official names, with the same text before each: `module.` of DataParallel, `backbone.model.` of a whole system's checkpoint.
struct PrefixedNames {
  std::string prefix;

  std::vector<std::string> operator()(const std::string& official) const { return {prefix + official}; }
  bool covers(std::string_view name) const { return name.starts_with(prefix); }
};
static_assert(NameMap<PrefixedNames>);

/// The names that Hugging Face's `transformers` gives DINOv2, of version 5 (`attention.q_proj`) or before (`attention.attention.query`).
/// Query, key and value are stacked to `attn.qkv`. An ONNX export for one image size splits the position embedding into two nameless
/// tensors, the class token's row and the grid: they are joined.
class HuggingFaceDinoV2 {
 public:
  /// Finds out which of the namings the file has, and behind which prefix.
  explicit HuggingFaceDinoV2(const std::vector<TensorInfo>& tensors) {
    constexpr std::string_view first = "embeddings.cls_token";
    std::string row;
    std::string grid;
    bool whole = false;
    for (const TensorInfo& tensor : tensors) {
      const std::string_view name = tensor.name;
      if (name.ends_with(first)) prefix_ = name.substr(0, name.size() - first.size());
      if (name.find(".attention.q_proj.") != name.npos) newer_ = true;
      if (name.ends_with("embeddings.position_embeddings")) whole = true;
      const bool nameless = name.starts_with("onnx::") && tensor.shape.rank() == 3 && tensor.shape[0] == 1;
      if (nameless && tensor.shape[1] == 1) row = name;
      if (nameless && tensor.shape[1] > 1) grid = name;
    }
    if (!whole && !row.empty() && !grid.empty()) position_ = {row, grid};
  }

  std::vector<std::string> operator()(const std::string& official) const {
    constexpr std::string_view blocks = "blocks.";
    std::vector<std::string> names;
    if (official.starts_with(blocks)) {
      const std::size_t dot = official.find('.', blocks.size());
      if (dot == official.npos) return {};
      const std::string layer = prefix_ + "encoder.layer." + official.substr(blocks.size(), dot - blocks.size()) + '.';
      for (const std::string& inner : in_block(official.substr(dot + 1))) names.push_back(layer + inner);
    } else {
      if (official == "pos_embed" && !position_.empty()) return position_;
      names.push_back(prefix_ + translated(official, outside));
    }
    return names;
  }
  bool covers(std::string_view name) const {
    for (const std::string& part : position_) {
      if (name == part) return true;
    }
    return name.starts_with(prefix_);
  }

 private:
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Pair, 6> outside{{{"cls_token", "embeddings.cls_token"},
                                                {"mask_token", "embeddings.mask_token"},
                                                {"register_tokens", "embeddings.register_tokens"},
                                                {"pos_embed", "embeddings.position_embeddings"},
                                                {"patch_embed.proj", "embeddings.patch_embeddings.projection"},
                                                {"norm", "layernorm"}}};
  static constexpr std::array<Pair, 5> inside{{{"attn.proj", "attention.output.dense"},
                                               {"ls1.gamma", "layer_scale1.lambda1"},
                                               {"ls2.gamma", "layer_scale2.lambda1"},
                                               {"mlp.w12", "mlp.weights_in"},
                                               {"mlp.w3", "mlp.weights_out"}}};
  static constexpr std::array<Pair, 4> inside_newer{{{"attn.proj", "attention.o_proj"},
                                                     {"ls1.gamma", "layer_scale1.lambda1"},
                                                     {"ls2.gamma", "layer_scale2.lambda1"},
                                                     {"mlp.w3", "mlp.down_proj"}}};

  /// The first of the pairs that the name begins with, replaced.
  static std::string translated(const std::string& official, std::span<const Pair> pairs) {
    for (const auto& [from, to] : pairs) {
      if (official.starts_with(from)) return std::string(to) + official.substr(from.size());
    }
    return official;
  }

  std::vector<std::string> in_block(const std::string& name) const {
    const auto stacked = [&name](std::string_view from, std::initializer_list<std::string_view> parts) {
      std::vector<std::string> names;
      for (const std::string_view part : parts) names.push_back(std::string(part) + name.substr(from.size()));
      return names;
    };
    constexpr std::string_view qkv = "attn.qkv";
    constexpr std::string_view w12 = "mlp.w12";
    if (name.starts_with(qkv)) {
      return newer_ ? stacked(qkv, {"attention.q_proj", "attention.k_proj", "attention.v_proj"})
                    : stacked(qkv, {"attention.attention.query", "attention.attention.key", "attention.attention.value"});
    }
    if (newer_ && name.starts_with(w12)) return stacked(w12, {"mlp.gate_proj", "mlp.up_proj"});
    return {newer_ ? translated(name, inside_newer) : translated(name, inside)};
  }

  std::string prefix_;
  bool newer_ = false;
  std::vector<std::string> position_;
};
static_assert(NameMap<HuggingFaceDinoV2>);

/// Any map, chosen at run time.
struct AnyNameMap {
  std::function<std::vector<std::string>(const std::string&)> names;
  std::function<bool(std::string_view)> covered;

  template <NameMap M>
  AnyNameMap(M map) : names(map) {  // NOLINT: converts from any map
    if constexpr (requires { map.covers(std::string_view()); }) covered = [map](std::string_view name) { return map.covers(name); };
  }
  std::vector<std::string> operator()(const std::string& official) const { return names(official); }
  bool covers(std::string_view name) const { return !covered || covered(name); }
};

/// The map under which a file has most of a model's tensors: the official names, with whatever prefix stands before them in the file, or
/// Hugging Face's. `official` are the names of all the model's tensors.
inline AnyNameMap find_name_map(const std::vector<TensorInfo>& tensors, const std::vector<std::string>& official) {
  std::set<std::string_view> present;
  for (const TensorInfo& tensor : tensors) present.insert(tensor.name);
  const auto matches = [&](const auto& map) {
    std::size_t count = 0;
    for (const std::string& name : official) {
      bool all = true;
      for (const std::string& part : map(name)) all = all && present.contains(part);
      count += all ? 1 : 0;
    }
    return count;
  };

  std::set<std::string> prefixes;  // before the model's first name that the file has in some form
  for (const std::string& name : official) {
    for (const TensorInfo& tensor : tensors) {
      const std::size_t before = tensor.name.size() - std::min(tensor.name.size(), name.size());
      const bool fits = tensor.name.ends_with(name) && (before == 0 || tensor.name[before - 1] == '.');
      if (fits && prefixes.size() < 64) prefixes.insert(tensor.name.substr(0, before));
    }
    if (!prefixes.empty()) break;
  }
  AnyNameMap best = PrefixedNames{};
  std::size_t most = matches(PrefixedNames{});
  for (const std::string& prefix : prefixes) {
    const PrefixedNames map{prefix};
    if (const std::size_t count = matches(map); count > most) {
      best = map;
      most = count;
    }
  }
  const HuggingFaceDinoV2 hugging_face(tensors);
  return matches(hugging_face) > most ? AnyNameMap(hugging_face) : best;
}

}  // namespace vpr
