// SPDX-License-Identifier: MIT
#include <vpr/model/identify.hpp>
#include <vpr/model/megaloc.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace vpr;
using InMemory = vpr::test::Memory;

namespace {

InMemory file_of(std::string_view system) {
  InMemory file;
  make_system<Shapes>(system).visit([&](const std::string& name, auto& values) { file.with(name, values.shape(), 0); }, "");
  return file;
}

}  // namespace

TEST_CASE("MegaLoc has the tensors of its published file, and is told by them") {
  const InMemory file = file_of("megaloc");
  std::int64_t values = 0;
  const auto shape_of = [&file](std::string_view name) {
    const auto found = std::find_if(file.infos.begin(), file.infos.end(), [name](const TensorInfo& tensor) { return tensor.name == name; });
    return found == file.infos.end() ? Shape{0} : found->shape;
  };
  for (const TensorInfo& tensor : file.infos) values += tensor.shape.elements();
  CHECK(file.infos.size() == 189);
  CHECK(values == 228'639'553);
  CHECK(shape_of("backbone.pos_embed") == Shape{1, 1370, 768});
  CHECK(shape_of("backbone.blocks.11.ls2.gamma") == Shape{768});
  CHECK(shape_of("aggregator.agg.dust_bin") == Shape{});
  CHECK(shape_of("aggregator.agg.token_features.2.weight") == Shape{256, 512});
  CHECK(shape_of("aggregator.agg.cluster_features.3.weight") == Shape{256, 512, 1, 1});
  CHECK(shape_of("aggregator.agg.score.3.weight") == Shape{64, 512, 1, 1});
  CHECK(shape_of("aggregator.linear.weight") == Shape{8448, 16640});

  const std::vector<FittingModel> found = identify(file);
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "dinov2-vitb14");
  CHECK(found[1].name == "megaloc");
  CHECK(found[1].report.fits());
  CHECK(content_of(file_of("megaloc@dinov2-vits14"), identify(file_of("megaloc@dinov2-vits14"))) == "megaloc@dinov2-vits14");
}

TEST_CASE("MegaLoc takes photos at their own size, in multiples of 14") {
  const AnySystem<Shapes> megaloc = make_system<Shapes>("megaloc");
  CHECK(megaloc.pipeline.preprocess.size({480, 640}) == ImageSize{476, 644});
  CHECK(megaloc.pipeline.preprocess.size({105, 119}) == ImageSize{112, 112});  // 7.5 and 8.5 patches: halves to even
}
