// SPDX-License-Identifier: MIT
#include <vpr/io/name_map.hpp>

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using vpr::HuggingFaceDinoV2;
using vpr::Shape;
using vpr::TensorInfo;
using Names = std::vector<std::string>;

static std::vector<TensorInfo> tensors(const Names& names) {
  std::vector<TensorInfo> out;
  for (const std::string& name : names) out.push_back({name, vpr::DType::float32, Shape{1}});
  return out;
}

TEST_CASE("name map: Hugging Face's older and newer names of DINOv2") {
  const HuggingFaceDinoV2 older(tensors({"embeddings.cls_token"}));
  CHECK(older("cls_token") == Names{"embeddings.cls_token"});
  CHECK(older("pos_embed") == Names{"embeddings.position_embeddings"});
  CHECK(older("patch_embed.proj.bias") == Names{"embeddings.patch_embeddings.projection.bias"});
  CHECK(older("norm.weight") == Names{"layernorm.weight"});
  CHECK(older("blocks.11.norm1.bias") == Names{"encoder.layer.11.norm1.bias"});
  CHECK(older("blocks.3.attn.qkv.bias") == Names{"encoder.layer.3.attention.attention.query.bias",
                                                 "encoder.layer.3.attention.attention.key.bias",
                                                 "encoder.layer.3.attention.attention.value.bias"});
  CHECK(older("blocks.3.attn.proj.weight") == Names{"encoder.layer.3.attention.output.dense.weight"});
  CHECK(older("blocks.3.ls2.gamma") == Names{"encoder.layer.3.layer_scale2.lambda1"});
  CHECK(older("blocks.3.mlp.fc1.weight") == Names{"encoder.layer.3.mlp.fc1.weight"});
  CHECK(older("blocks.3.mlp.w12.weight") == Names{"encoder.layer.3.mlp.weights_in.weight"});
  CHECK(older("blocks.3.mlp.w3.bias") == Names{"encoder.layer.3.mlp.weights_out.bias"});

  const HuggingFaceDinoV2 newer(tensors({"dinov2.embeddings.cls_token", "dinov2.encoder.layer.0.attention.q_proj.weight"}));
  CHECK(newer("blocks.0.attn.qkv.weight") == Names{"dinov2.encoder.layer.0.attention.q_proj.weight",
                                                   "dinov2.encoder.layer.0.attention.k_proj.weight",
                                                   "dinov2.encoder.layer.0.attention.v_proj.weight"});
  CHECK(newer("blocks.0.attn.proj.bias") == Names{"dinov2.encoder.layer.0.attention.o_proj.bias"});
  CHECK(newer("blocks.0.mlp.w12.bias") == Names{"dinov2.encoder.layer.0.mlp.gate_proj.bias", "dinov2.encoder.layer.0.mlp.up_proj.bias"});
  CHECK(newer("blocks.0.mlp.w3.weight") == Names{"dinov2.encoder.layer.0.mlp.down_proj.weight"});
  CHECK(newer.covers("dinov2.layernorm.bias"));
  CHECK(!newer.covers("classifier.weight"));
}

TEST_CASE("name map: the two halves of an exported position embedding are joined") {
  std::vector<TensorInfo> split = tensors({"backbone.embeddings.cls_token"});
  split.push_back({"onnx::Concat_1", vpr::DType::float32, Shape{1, 1, 8}});
  split.push_back({"onnx::Reshape_2", vpr::DType::float32, Shape{1, 9, 8}});
  const HuggingFaceDinoV2 joined(split);
  CHECK(joined("pos_embed") == Names{"onnx::Concat_1", "onnx::Reshape_2"});
  CHECK(joined.covers("onnx::Reshape_2"));
  split.push_back({"backbone.embeddings.position_embeddings", vpr::DType::float32, Shape{1, 10, 8}});
  CHECK(HuggingFaceDinoV2(split)("pos_embed") == Names{"backbone.embeddings.position_embeddings"});
}

TEST_CASE("name map: timm's names of registers and of SwiGLU") {
  const vpr::TimmDinoV2 map{"trunk."};
  CHECK(map("register_tokens") == Names{"trunk.reg_token"});
  CHECK(map("blocks.3.mlp.w12.bias") == Names{"trunk.blocks.3.mlp.fc1.bias"});
  CHECK(map("blocks.3.mlp.w3.weight") == Names{"trunk.blocks.3.mlp.fc2.weight"});
  CHECK(map("blocks.3.mlp.fc1.weight") == Names{"trunk.blocks.3.mlp.fc1.weight"});
  CHECK(map("cls_token") == Names{"trunk.cls_token"});
  CHECK(map.covers("trunk.head.weight"));
  CHECK(!map.covers("head.weight"));
}

TEST_CASE("name map: the numbers that a Sequential gives a convolutional network's children") {
  const vpr::SequentialNames map{"module."};
  CHECK(map("conv1.weight") == Names{"module.0.weight"});
  CHECK(map("bn1.running_var") == Names{"module.1.running_var"});
  CHECK(map("layer1.0.conv1.weight") == Names{"module.4.0.conv1.weight"});
  CHECK(map("backbone.layer4.2.downsample.0.weight") == Names{"module.backbone.7.2.downsample.0.weight"});
  CHECK(map("backbone.conv1.weight") == Names{"module.backbone.0.weight"});
  CHECK(map("pool.p") == Names{"module.pool.p"});
  CHECK(map("backbone.features.28.weight") == Names{"module.backbone.28.weight"});
  CHECK(map("token_features.0.weight") == Names{"module.token_features.0.weight"});
  CHECK(map.covers("module.fc.weight"));
  CHECK(!map.covers("fc.weight"));
}
