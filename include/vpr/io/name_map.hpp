// SPDX-License-Identifier: MIT
/// @file
/// What the tensors of a model are called in a file.
#pragma once

#include <vpr/io/weight_source.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
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

/// The names that the library timm gives DINOv2: other ones for the register tokens and for SwiGLU's two layers.
struct TimmDinoV2 {
  std::string prefix;

  std::vector<std::string> operator()(const std::string& official) const {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> changed{
        {{"register_tokens", "reg_token"}, {".mlp.w12.", ".mlp.fc1."}, {".mlp.w3.", ".mlp.fc2."}}};
    std::string name = official;
    for (const auto& [from, to] : changed) {
      if (const std::size_t at = name.find(from); at != name.npos) name.replace(at, from.size(), to);
    }
    return {prefix + name};
  }
  bool covers(std::string_view name) const { return name.starts_with(prefix); }
};
static_assert(NameMap<TimmDinoV2>);

/// The names of a convolutional network whose children a `torch.nn.Sequential` numbers, as CosPlace's, GCL's, Patch-NetVLAD's and other checkpoints have
/// them: a ResNet's first convolution and normalisation are 0 and 1, its stages 4 to 7; what torchvision keeps under `features` stands alone.
struct SequentialNames {
  std::string prefix;

  std::vector<std::string> operator()(const std::string& official) const {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> numbers{
        {{"conv1.", "0."}, {"bn1.", "1."}, {"layer1.", "4."}, {"layer2.", "5."}, {"layer3.", "6."}, {"layer4.", "7."}, {"features.", ""}}};
    for (std::size_t at = 0, next = 0; (next = official.find('.', at)) != official.npos; at = next) {
      ++next;
      for (const auto& [child, number] : numbers) {
        if (std::string_view(official).substr(at, next - at) == child)
          return {prefix + official.substr(0, at).append(number) + official.substr(next)};
      }
    }
    return {prefix + official};
  }
  bool covers(std::string_view name) const { return name.starts_with(prefix); }
};
static_assert(NameMap<SequentialNames>);

/// The names that Hugging Face's `transformers` gives DINOv2, with or without registers, of version 5 (`attention.q_proj`) or before (`attention.attention.query`).
/// Query, key and value are stacked to `attn.qkv`. An ONNX export for one image size splits the position embedding into two nameless
/// tensors, the class token's row and the grid: they are joined.
class HuggingFaceDinoV2 {
 public:
  /// Of that version, behind that prefix.
  HuggingFaceDinoV2(std::string prefix, bool newer) : prefix_(std::move(prefix)), newer_(newer) {}
  /// Finds out which of the namings the file has, and behind which prefix.
  explicit HuggingFaceDinoV2(const std::vector<TensorInfo>& tensors) {
    constexpr std::string_view first = "embeddings.cls_token";
    for (const TensorInfo& tensor : tensors) {
      const std::string_view name = tensor.name;
      if (name.ends_with(first)) prefix_ = name.substr(0, name.size() - first.size());
      if (name.find(".attention.q_proj.") != name.npos) newer_ = true;
    }
    find_split_position(tensors);
  }

  /// Takes the two nameless halves of the position embedding, where there is no whole one.
  void find_split_position(const std::vector<TensorInfo>& tensors) {
    std::string row;
    std::string grid;
    for (const TensorInfo& tensor : tensors) {
      if (tensor.name.ends_with("embeddings.position_embeddings")) return;
      const bool nameless = tensor.name.starts_with("onnx::") && tensor.shape.rank() == 3 && tensor.shape[0] == 1;
      if (nameless && tensor.shape[1] == 1) row = tensor.name;
      if (nameless && tensor.shape[1] > 1) grid = tensor.name;
    }
    if (!row.empty() && !grid.empty()) position_ = {row, grid};
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

}  // namespace vpr
