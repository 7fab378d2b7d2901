// SPDX-License-Identifier: MIT
#include <vpr/io/plain_names.hpp>

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using vpr::plain_name;
using vpr::PlainNames;

TEST_CASE("plain names: wrappers fall away wherever they stand, as whole parts only") {
  CHECK(plain_name("module.cls_token") == "cls_token");
  CHECK(plain_name("module._orig_mod.blocks.0._checkpoint_wrapped_module.attn.qkv.weight") == "blocks.0.attn.qkv.weight");
  CHECK(plain_name("teacher.backbone._fsdp_wrapped_module.norm._fsdp_wrapped_module.bias") == "teacher.backbone.norm.bias");
  CHECK(plain_name("my_module.a") == "my_module.a");
  CHECK(plain_name("module_list.0.a") == "module_list.0.a");
  CHECK(plain_name("a.module") == "a.module");  // a parameter of that name
  for (const std::string odd : {"", ".", "a..b", "module", "blocks", "blocks.1"}) CHECK(plain_name(odd) == odd);
}

TEST_CASE("plain names: blocks in chunks are numbered through") {
  CHECK(plain_name("blocks.3.11.norm1.bias") == "blocks.11.norm1.bias");
  CHECK(plain_name("student.backbone.blocks.0._fsdp_wrapped_module.2.ls1.gamma") == "student.backbone.blocks.2.ls1.gamma");
  CHECK(plain_name("blocks.3.norm1.bias") == "blocks.3.norm1.bias");
  CHECK(plain_name("my_blocks.3.4.bias") == "my_blocks.3.4.bias");
}

TEST_CASE("plain names: where two tensors would share one, all keep their own") {
  const auto of = [](const std::vector<std::string>& names) {
    std::vector<vpr::TensorInfo> tensors;
    for (const std::string& name : names) tensors.push_back({name, vpr::DType::float32, vpr::Shape{1}});
    return PlainNames(tensors);
  };
  const PlainNames apart = of({"module.a", "b"});
  CHECK(apart[0] == "a");
  CHECK(apart.find("a") == 0);
  CHECK(apart.of("module.c") == "c");
  CHECK(!apart.find("module.a"));
  const PlainNames alike = of({"module.a", "a", "module.b"});
  CHECK(alike.find("module.a") == 0);
  CHECK(alike.find("a") == 1);
  CHECK(alike.of("module.c") == "module.c");
  const PlainNames stages = of({"blocks.0.0.a", "blocks.1.0.a"});  // blocks counted anew in each chunk
  CHECK(stages.find("blocks.1.0.a") == 1);
}
