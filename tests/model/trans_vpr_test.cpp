// SPDX-License-Identifier: MIT
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/named.hpp>
#include <vpr/model/trans_vpr.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

namespace {
/// A checkpoint as the authors save it: the network's and the pooling's parameters in one state dict.
test::Memory checkpoint() {
  test::Memory file;
  make_trans_vpr<Shapes>().visit([&](const std::string& name, auto& parameter) { file.with(name, parameter.shape(), 0); }, "");
  return file.with("conv1.1.num_batches_tracked", Shape(), 0, DType::int64);
}

Image photo(std::uint64_t seed) { return random_photo({48, 64}, seed); }
}  // namespace

TEST_CASE("TransVPR's checkpoint loads strictly and is identified, bare and from several processes") {
  const test::Memory file = checkpoint();
  CHECK(compare(make_trans_vpr<Shapes>(), file).fits());
  test::Memory wrapped = file;
  for (TensorInfo& tensor : wrapped.infos) tensor.name = "module." + tensor.name;
  for (const test::Memory& one : {file, wrapped}) {
    std::vector<std::string> names;
    for (const FittingModel& model : identify(one)) names.push_back(model.name + (model.report.fits() ? "" : " leniently"));
    CHECK(names == std::vector<std::string>{"transvpr-extractor leniently", "transvpr"});
    CHECK(content_of(one, identify(one)) == "transvpr");
  }
}

TEST_CASE("TransVPR is described with by name, with local features that its matcher compares") {
  const TemporaryFolder folder;
  auto seeded = make_trans_vpr();
  initialise(seeded, 1, 0.1F);
  const std::string path = folder.file("transvpr.safetensors");
  save_safetensors(path, seeded);
  const LoadedModel model = load_two_stage({.name = "transvpr", .weights = path, .size = ImageSize{48, 64}});
  CHECK(model.local == "head");
  const TwoStageDescription both = model.system.describe_both(photo(1));
  CHECK(both.descriptors.size() == 256);
  REQUIRE(both.local.size() == 1);
  CHECK(both.local[0].grid == Grid{3, 4});
  CHECK(both.local[0].keypoints.size() == 12);
  CHECK(model.system.local_channels() == 256);
  const LocalMatch same = model.system.matcher(both.local[0], both.local[0]);
  CHECK(same.score >= 4);
  CHECK_THROWS_WITH(load_two_stage({.name = "transvpr", .weights = path, .size = ImageSize{50, 64}}), ContainsSubstring("multiples of 16"));
  CHECK_THROWS_WITH(make_system<Shapes>("transvpr@resnet50"), ContainsSubstring("there is no network 'resnet50' for TransVPR"));
  CHECK_THROWS_AS(make_backbone<Shapes>("transvpr-extractor:2"), ConfigError);
}
