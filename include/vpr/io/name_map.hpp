// SPDX-License-Identifier: MIT
/// @file
/// What the tensors of a model are called in a file.
#pragma once

#include <vpr/io/vit_names.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Gives, for a tensor's official name, the names of the file's tensors that hold it: one, or several that are stacked in that order.
/// A lambda will do. A map may also have `bool covers(std::string_view)`: whether a tensor of the file belongs to the model at all;
/// in strict mode a tensor that does and that the model lacks is an error. Without it every tensor does.
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
static_assert(NameMap<NamesOfVit>);

/// The names that the library timm gives DINOv2 and CLIP: other ones for the register tokens, SwiGLU's two layers and the projection.
struct TimmDinoV2 {
  std::string prefix;

  std::vector<std::string> operator()(const std::string& official) const {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> changed{
        {{"register_tokens", "reg_token"}, {".mlp.w12.", ".mlp.fc1."}, {".mlp.w3.", ".mlp.fc2."}}};
    if (official == "proj") return {prefix + "head.weight"};
    std::string name = official;
    for (const auto& [from, to] : changed) {
      if (const std::size_t at = name.find(from); at != name.npos) name.replace(at, from.size(), to);
    }
    return {prefix + name};
  }
  bool covers(std::string_view name) const { return name.starts_with(prefix); }
};
static_assert(NameMap<TimmDinoV2>);

/// The names of a convolutional network whose children a `torch.nn.Sequential` numbers, as CosPlace's, GCL's, Patch-NetVLAD's and other checkpoints
/// have them: a ResNet's first convolution and normalisation are 0 and 1, its stages 4 to 7; what torchvision keeps under `features` stands alone.
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

/// The names that Hugging Face's `transformers` gives DINOv2, with or without registers, of version 5 (`attention.q_proj`) or before
/// (`attention.attention.query`). Query, key and value are stacked to `attn.qkv`. An ONNX export for one image size splits the position embedding
/// into two nameless tensors, the class token's row and the grid: they are joined.
class HuggingFaceDinoV2 {
 public:
  /// Of that version, behind that prefix.
  HuggingFaceDinoV2(std::string prefix, bool newer) : names_{std::move(prefix), VitNames::hugging_face_dinov2(newer)} {}
  /// Finds out which of the namings the file has, and behind which prefix.
  explicit HuggingFaceDinoV2(const std::vector<TensorInfo>& tensors) {
    constexpr std::string_view first = "embeddings.cls_token";
    bool newer = false;
    for (const TensorInfo& tensor : tensors) {
      const std::string_view name = tensor.name;
      if (name.ends_with(first)) names_.prefix = name.substr(0, name.size() - first.size());
      if (name.find(".attention.q_proj.") != name.npos) newer = true;
    }
    names_.names = VitNames::hugging_face_dinov2(newer);
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
    return official == "pos_embed" && !position_.empty() ? position_ : names_(official);
  }
  bool covers(std::string_view name) const {
    return std::find(position_.begin(), position_.end(), name) != position_.end() || names_.covers(name);
  }

 private:
  NamesOfVit names_;
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
