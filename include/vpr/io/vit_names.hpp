// SPDX-License-Identifier: MIT
/// @file
/// What libraries other than timm call the parameters of vision transformers, and which transformer such names are of.
#pragma once

#include <vpr/io/plain_names.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// A library's names of a vision transformer's parameters.
struct VitNames {
  /// How an official name begins, and what stands there in the file: one name, or several tensors that are stacked.
  struct Beginning {
    std::string_view official;
    std::vector<std::string_view> file;
  };
  std::string_view blocks;                       ///< what precedes a block's number, officially `blocks.`
  std::vector<Beginning> outside, inside;        ///< of names outside the blocks, and of those inside a block; the first that fits counts
  std::vector<std::string_view> covered = {""};  ///< how the names begin of tensors that are the network's

  /// Hugging Face's of DINOv2, with or without registers, of version 5 or before.
  static VitNames hugging_face_dinov2(bool newer) {
    std::vector<Beginning> inside{{"ls1.gamma", {"layer_scale1.lambda1"}}, {"ls2.gamma", {"layer_scale2.lambda1"}}};
    const auto add = [&](std::string_view official, std::vector<std::string_view> file) { inside.push_back({official, std::move(file)}); };
    if (newer) {
      add("attn.qkv", {"attention.q_proj", "attention.k_proj", "attention.v_proj"});
      add("attn.proj", {"attention.o_proj"});
      add("mlp.w12", {"mlp.gate_proj", "mlp.up_proj"});
      add("mlp.w3", {"mlp.down_proj"});
    } else {
      add("attn.qkv", {"attention.attention.query", "attention.attention.key", "attention.attention.value"});
      add("attn.proj", {"attention.output.dense"});
      add("mlp.w12", {"mlp.weights_in"});
      add("mlp.w3", {"mlp.weights_out"});
    }
    return {"encoder.layer.",
            {{"cls_token", {"embeddings.cls_token"}},
             {"mask_token", {"embeddings.mask_token"}},
             {"register_tokens", {"embeddings.register_tokens"}},
             {"pos_embed", {"embeddings.position_embeddings"}},
             {"patch_embed.proj", {"embeddings.patch_embeddings.projection"}},
             {"norm", {"layernorm"}}},
            std::move(inside)};
  }
  /// DINOv3's, which are DINOv2's but for the registers.
  static VitNames dinov3() { return {"blocks.", {{"register_tokens", {"storage_tokens"}}}, {}}; }
  /// Hugging Face's of DINOv3, in which keys have no bias.
  static VitNames hugging_face_dinov3() {
    return {"layer.",
            {{"cls_token", {"embeddings.cls_token"}},
             {"mask_token", {"embeddings.mask_token"}},
             {"register_tokens", {"embeddings.register_tokens"}},
             {"patch_embed.proj", {"embeddings.patch_embeddings"}}},
            {{"attn.qkv.weight", {"attention.q_proj.weight", "attention.k_proj.weight", "attention.v_proj.weight"}},
             {"attn.qkv.bias", {"attention.q_proj.bias", "attention.v_proj.bias"}},
             {"attn.proj", {"attention.o_proj"}},
             {"ls1.gamma", {"layer_scale1.lambda1"}},
             {"ls2.gamma", {"layer_scale2.lambda1"}},
             {"mlp.fc1", {"mlp.up_proj"}},
             {"mlp.fc2", {"mlp.down_proj"}}}};
  }
  /// OpenAI's of CLIP's visual tower, in open_clip, too; it lies behind `visual.`.
  static VitNames clip() {
    return {"transformer.resblocks.",
            {{"cls_token", {"class_embedding"}},
             {"pos_embed", {"positional_embedding"}},
             {"patch_embed.proj.weight", {"conv1.weight"}},
             {"norm_pre", {"ln_pre"}},
             {"norm", {"ln_post"}}},
            {{"norm1", {"ln_1"}},
             {"norm2", {"ln_2"}},
             {"attn.qkv.", {"attn.in_proj_"}},
             {"attn.proj", {"attn.out_proj"}},
             {"mlp.fc1", {"mlp.c_fc"}},
             {"mlp.fc2", {"mlp.c_proj"}}}};
  }
  /// Hugging Face's of CLIP, beside whose visual tower lies the one for texts.
  static VitNames hugging_face_clip() {
    return {"vision_model.encoder.layers.",
            {{"cls_token", {"vision_model.embeddings.class_embedding"}},
             {"pos_embed", {"vision_model.embeddings.position_embedding.weight"}},
             {"patch_embed.proj", {"vision_model.embeddings.patch_embedding"}},
             {"norm_pre", {"vision_model.pre_layrnorm"}},
             {"norm", {"vision_model.post_layernorm"}},
             {"proj", {"visual_projection.weight"}}},
            {{"norm1", {"layer_norm1"}},
             {"norm2", {"layer_norm2"}},
             {"attn.qkv", {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"}},
             {"attn.proj", {"self_attn.out_proj"}}},
            {"vision_model.", "visual_projection."}};
  }
};

/// The names of a vision transformer's parameters behind a prefix, as a library has them.
struct NamesOfVit {
  std::string prefix;
  VitNames names;

  std::vector<std::string> operator()(const std::string& official) const {
    constexpr std::string_view blocks = "blocks.";
    const std::size_t dot = official.starts_with(blocks) ? official.find('.', blocks.size()) : official.npos;
    if (dot == official.npos) return begun(prefix, names.outside, official);
    const std::string block = official.substr(blocks.size(), dot + 1 - blocks.size());
    return begun(prefix + std::string(names.blocks) + block, names.inside, official.substr(dot + 1));
  }
  bool covers(std::string_view name) const {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    return std::any_of(names.covered.begin(), names.covered.end(), [name](std::string_view begin) { return name.starts_with(begin); });
  }

 private:
  static std::vector<std::string> begun(const std::string& before, const std::vector<VitNames::Beginning>& beginnings,
                                        const std::string& official) {
    for (const VitNames::Beginning& beginning : beginnings) {
      if (!official.starts_with(beginning.official)) continue;
      std::vector<std::string> all;
      for (const std::string_view file : beginning.file)
        all.push_back((before + std::string(file)).append(official, beginning.official.size()));
      return all;
    }
    return {before + official};
  }
};

namespace detail {

/// The sizes of the vision transformer in a file, in words: one of official or Hugging Face's names. Empty where there is none.
inline std::string described_vit(const std::vector<TensorInfo>& tensors) {
  Shape patches;
  std::int64_t blocks = 0;
  bool registers = false, layer_scale = false;
  for (const TensorInfo& tensor : tensors) {
    const std::string name = plain_name(tensor.name);
    const auto has = [&name](std::string_view part) { return name.find(part) != name.npos; };
    if (has("patch_embed") && has("proj") && tensor.shape.rank() == 4) patches = tensor.shape;
    registers = registers || has("register_tokens") || has("reg_token");
    layer_scale = layer_scale || has("ls1.gamma") || has("layer_scale1");
    for (const std::string_view list : {"blocks.", "layer."}) {
      const std::size_t at = name.find(list);
      std::int64_t index = -1;
      if (at != name.npos) std::from_chars(name.data() + at + list.size(), name.data() + name.size(), index);
      if (index >= blocks && index < 1000) blocks = index + 1;
    }
  }
  if (patches.rank() == 0 || blocks == 0) return {};
  return "a vision transformer of " + std::to_string(patches[0]) + " channels and " + std::to_string(blocks) + " blocks, with patches of " +
         std::to_string(patches[2]) + " pixels, " + (registers ? "with" : "without") + " registers, " + (layer_scale ? "with" : "without") +
         " layer scale";
}

}  // namespace detail
}  // namespace vpr
