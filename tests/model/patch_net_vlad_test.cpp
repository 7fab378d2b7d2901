// SPDX-License-Identifier: MIT
// Patch-NetVLAD by name and on any network.
#include <vpr/layer/initialise.hpp>
#include <vpr/model/patch_net_vlad.hpp>
#include <vpr/model/resnet.hpp>

#include "tests/model/made_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"

#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Patch-NetVLAD reads NetVLAD's files, which are both") {
  const InMemory performance = made_file("patchnetvlad-p", SequentialNames()), speed = made_file("patchnetvlad-s", SequentialNames());
  CHECK(has(performance, "encoder.28.weight", Shape{512, 512, 3, 3}));
  CHECK(has(performance, "WPCA.0.weight", Shape{4096, 32768, 1, 1}));
  CHECK(has(speed, "WPCA.0.weight", Shape{512, 32768, 1, 1}));
  CHECK(performance.infos.size() == made_file("netvlad", SequentialNames()).infos.size());
  CHECK(identified(performance) == std::vector<std::string>{"vgg16", "netvlad", "patchnetvlad-p"});
  CHECK(identified(speed) == std::vector<std::string>{"vgg16", "netvlad-512", "patchnetvlad-s"});
  CHECK(make_system<Shapes>("patchnetvlad-p").local_channels() == 4096);
  CHECK(make_system<Shapes>("patchnetvlad-s@resnet18:3").dimensions() == 512);
}

TEST_CASE("Patch-NetVLAD describes a photo and its patches in one pass, and tells the place again from another view") {
  PatchMatcherSettings matching{{{2, 1}, {3, 1}}, {0.5F, 0.5F}};
  auto system = make_patch_net_vlad(ResNet<>(find_resnet("resnet18:1")), 8, matching, 2);
  initialise(system, 1, 0.1F);
  system.pipeline.preprocess = ResizeThenNormalise<>{{{32, 40}}};
  const auto photo = [](std::uint64_t seed) { return random_photo({32, 40}, seed); };
  const TwoStageDescription first = system.describe_both(photo(1)), second = system.describe_both(photo(2));
  CHECK(first.descriptors.size() == 8);
  CHECK(first.local[0].grid == Grid{8, 10});
  CHECK(first.local[0].size() == 7 * 9 + 6 * 8);
  CHECK(first.descriptors == system.describe(photo(1)));
  CHECK(system.matcher(first.local[0], first.local[0]).score > system.matcher(first.local[0], second.local[0]).score);
}
