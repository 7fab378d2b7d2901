// SPDX-License-Identifier: MIT
#include <vpr/aggregator.hpp>
#include <vpr/backbone.hpp>
#include <vpr/local/patches.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/model/any_system.hpp>

#include "tests/archetypes/backbone.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <vector>

using vpr::Image;
using vpr::ImageSize;
using vpr::ImageView;
using vpr::LocalFeatures;
using vpr::Tap;

namespace {

const vpr::VitConfig tiny{.channels = 48, .depth = 3, .heads = 3, .trained_side = 84};

auto tiny_system(std::optional<Tap> local_tap = std::nullopt) {
  vpr::TwoStage system(vpr::Pipeline(vpr::DinoV2<>(tiny), vpr::GeM<>(), vpr::NormaliseThenResize<>{{{70, 84}}}), vpr::Patches<>(),
                       vpr::MutualNearest<>(), local_tap);
  std::uint64_t seed = 1;
  system.visit(
      [&](const std::string& name, auto& parameter) {
        std::vector<float> values = random_floats(parameter.shape().elements(), seed++);
        for (float& value : values) value *= 0.3F;
        if (name != "aggregator.p") parameter.assign(std::span<const float>(values));
      },
      "");
  return system;
}

/// The patches at a tap, at unit length.
std::vector<float> patches_of(const vpr::DinoV2<>& network, const vpr::Tensor<vpr::Cpu<>>& images, Tap tap) {
  return vpr::l2_normalize(network(images, tap).patches).to_vector();
}

}  // namespace

TEST_CASE("A two-stage system gives the pipeline's descriptor and the head's local features of the same pass") {
  const auto system = tiny_system();
  const Image one = random_photo({100, 120}, 3);
  const ImageView view = one;
  const vpr::TwoStageDescription both = system.describe_both(std::span(&view, 1));
  CHECK(both.descriptors == system.pipeline.describe(one));
  CHECK(both.descriptors == system.describe(one));
  REQUIRE(both.local.size() == 1);
  CHECK(both.local[0].grid == vpr::Grid{5, 6});
  CHECK(both.local[0].channels == system.local_channels());
  CHECK(both.local[0].values == patches_of(system.pipeline.backbone, system.pipeline.prepared(std::span(&view, 1)), {}));
}

TEST_CASE("Local features may come from another tap than the descriptor") {
  const auto system = tiny_system(Tap{1, vpr::Facet::key});
  const Image one = random_photo({100, 120}, 3);
  const ImageView view = one;
  const vpr::TwoStageDescription both = system.describe_both(std::span(&view, 1));
  CHECK(both.descriptors == system.pipeline.describe(one));
  CHECK(both.local[0].values == patches_of(system.pipeline.backbone, system.pipeline.prepared(std::span(&view, 1)), {1, vpr::Facet::key}));
}

TEST_CASE("A backbone without other places refuses a local tap, and works without one") {
  vpr::TwoStage system(vpr::Pipeline(Pixels<>(), vpr::Mean<>(), vpr::NormaliseThenResize<>{{{16, 24}}}), vpr::Patches<>(),
                       vpr::MutualNearest<>());
  const Image one = random_photo({20, 20}, 4);
  const ImageView view = one;
  CHECK(system.describe_both(std::span(&view, 1)).local[0].grid == vpr::Grid{2, 3});
  system.local_tap = Tap{1};
  CHECK_THROWS_WITH(system.describe_both(std::span(&view, 1)), ContainsSubstring("gives features at its end only"));
}

TEST_CASE("Photos are described alike alone, together, in any size and on any number of threads") {
  auto system = tiny_system(Tap{0});
  system.pipeline.preprocess = vpr::find_preprocess("normalise-then-resize-tensor+shorter-side+multiple-of-14", {56, 56});
  std::vector<Image> photos;
  for (std::uint64_t i = 0; i < 5; ++i) photos.push_back(random_photo(i % 3 == 0 ? ImageSize{60, 80} : ImageSize{90, 60}, i));
  const std::vector<ImageView> views(photos.begin(), photos.end());
  for (const int count : {1, 2, 3}) {
    const Threads several(count);
    const vpr::TwoStageDescription together = system.describe_both(views);
    REQUIRE(together.local.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
      const vpr::TwoStageDescription alone = system.describe_both(std::span(&views[i], 1));
      CHECK(together.local[i] == alone.local[0]);
      CHECK(std::equal(alone.descriptors.begin(), alone.descriptors.end(),
                       together.descriptors.begin() + static_cast<std::ptrdiff_t>(48 * i)));
    }
  }
}

TEST_CASE("A two-stage system chosen at run time answers as the one it holds, and re-ranks") {
  const auto system = tiny_system();
  const vpr::AnySystem<> any = system;
  std::vector<Image> photos;
  for (std::uint64_t i = 0; i < 4; ++i) photos.push_back(random_photo({70, 84}, i));
  const std::vector<ImageView> views(photos.begin(), photos.end());
  const vpr::TwoStageDescription ours = any.describe_both(views), wanted = system.describe_both(views);
  CHECK(any.dimensions() == 48);
  CHECK(ours.descriptors == wanted.descriptors);
  CHECK(ours.local == wanted.local);
  CHECK(any.describe(views) == wanted.descriptors);

  vpr::MemoryLocalStore store;
  for (const LocalFeatures& features : ours.local) store.add(features);
  const vpr::Matches found{{0, 0.9F}, {1, 0.8F}, {2, 0.7F}, {3, 0.6F}};
  const vpr::Reranked result = vpr::rerank(found, 4, ours.local[2], store, any.matcher);
  CHECK(result.matches[0].id == 2);
  CHECK(result.local[0].score == 30);  // each patch finds itself
  CHECK(result.matches == vpr::rerank(found, 4, ours.local[2], store, system.matcher).matches);
}
