// SPDX-License-Identifier: MIT
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/named.hpp>
#include <vpr/model/super_glue.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

namespace {

/// The parameters of a part, as its authors' file has them.
template <class Part>
test::Memory file_of(Part part) {
  test::Memory file;
  part.visit([&](const std::string& name, auto& parameter) { file.with(name, parameter.shape(), 0); }, "");
  return file;
}

test::Memory both() {
  auto system = make_super_glue<Shapes>();
  test::Memory file = file_of(system.pipeline.backbone);
  for (const test::Memory& other : {file_of(system.head), file_of(system.matcher)}) {
    file.infos.insert(file.infos.end(), other.infos.begin(), other.infos.end());
    file.firsts.insert(file.firsts.end(), other.firsts.begin(), other.firsts.end());
  }
  return file.with("kenc.encoder.1.num_batches_tracked", Shape(), 0, DType::int64);
}

}  // namespace

TEST_CASE("SuperPoint's and SuperGlue's files load strictly into their parts, and together into the system, by which they are identified") {
  const auto system = make_super_glue<Shapes>();
  CHECK(compare(system.matcher, file_of(SuperGlue<Shapes>())).fits());
  CHECK(compare(system, both()).fits());
  test::Memory super_point = file_of(SuperPointEncoder<Shapes>());
  const test::Memory decoders = file_of(SuperPoint<Shapes>());
  super_point.infos.insert(super_point.infos.end(), decoders.infos.begin(), decoders.infos.end());
  super_point.firsts.insert(super_point.firsts.end(), decoders.firsts.begin(), decoders.firsts.end());
  CHECK(compare(make_backbone<Shapes>("superpoint"), super_point).fits());
  CHECK(content_of(super_point, identify(super_point)) == "superpoint");
  CHECK(content_of(both(), identify(both())) == "superglue");
}

TEST_CASE("SuperGlue re-ranks by name: keypoints of photos, and the pairs between them") {
  const TemporaryFolder folder;
  auto seeded = make_super_glue();
  initialise(seeded, 1, 0.1F);
  const std::string path = folder.file("superglue.safetensors");
  save_safetensors(path, seeded);
  const LoadedModel model = load_two_stage({.name = "superglue", .weights = path, .size = ImageSize{48, 64}});
  const TwoStageDescription described = model.system.describe_both(random_photo({48, 64}, 1));
  CHECK(described.descriptors.size() == 128);
  const LocalFeatures& local = described.local[0];
  CHECK(local.grid == Grid{48, 64});
  CHECK(std::ssize(local.keypoints) * 256 == std::ssize(local.values));
  const LocalMatch match = model.system.matcher(local, local);
  CHECK(match.score <= static_cast<float>(local.size()));
  CHECK_THROWS_WITH(make_system<Shapes>("superglue@resnet50"), ContainsSubstring("there is no network 'resnet50' for SuperGlue"));
}
