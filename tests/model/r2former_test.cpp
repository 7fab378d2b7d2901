// SPDX-License-Identifier: MIT
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/named.hpp>
#include <vpr/model/r2former.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

TEST_CASE("R2Former's checkpoint loads strictly, with the positions that it never uses, and is identified") {
  test::Memory file;
  make_r2former<Shapes>().visit([&](const std::string& name, auto& parameter) { file.with("module." + name, parameter.shape(), 0); }, "");
  file.with("module.Reranker.decoder_pos_embed", Shape{1, 1001, 32}, 0);
  CHECK(compare(make_r2former<Shapes>(), file).fits());
  CHECK(content_of(file, identify(file)) == "r2former");
  bool has_head = false;
  for (const TensorInfo& tensor : file.infos)
    has_head |= tensor.name == "module.backbone.head_dist.weight" && tensor.shape == Shape{256, 384};
  CHECK(has_head);
}

TEST_CASE("R2Former describes and re-ranks by name, at other sizes too") {
  const TemporaryFolder folder;
  auto seeded = make_r2former();
  initialise(seeded, 1, 0.1F);
  const std::string path = folder.file("r2former.safetensors");
  save_safetensors(path, seeded);
  const LoadedModel model = load_two_stage({.name = "r2former", .weights = path, .size = ImageSize{48, 64}});
  const TwoStageDescription described = model.system.describe_both(random_photo({48, 64}, 1));
  CHECK(described.descriptors.size() == 256);
  CHECK(described.local[0].size() == 12);
  CHECK(described.local[0].channels == 128);
  const LocalMatch match = model.system.matcher(described.local[0], described.local[0]);
  CHECK(match.score > 0);
  CHECK(match.score < 1);
  CHECK(match.pairs.size() == 12);
  CHECK_THROWS_WITH(make_system<Shapes>("r2former@resnet50"), ContainsSubstring("there is no network 'resnet50' for R2Former"));
}
