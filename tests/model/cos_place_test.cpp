// SPDX-License-Identifier: MIT
// CosPlace, EigenPlaces, MixVPR and Conv-AP by name: files of their authors' names are identified and load strictly.
#include <vpr/model/convnext.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/systems.hpp>

#include "tests/model/made_files.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A checkpoint of CosPlace or EigenPlaces has a Sequential's numbers, and tells its dimensions and its network") {
  const InMemory file = made_file("cosplace-512@resnet18", SequentialNames());
  CHECK(has(file, "backbone.4.0.conv1.weight", Shape{64, 64, 3, 3}));
  CHECK(has(file, "aggregation.1.p", Shape{1}));
  CHECK(has(file, "aggregation.3.weight", Shape{512, 512}));
  CHECK(identified(file) == std::vector<std::string>{"resnet18", "cosplace-512@resnet18", "eigenplaces-512@resnet18"});
  CHECK(identified(made_file("eigenplaces", SequentialNames())) == std::vector<std::string>{"resnet50", "cosplace", "eigenplaces"});
  CHECK(identified(made_file("cosplace-32", SequentialNames())) == std::vector<std::string>{"resnet50", "cosplace-32"});
}

TEST_CASE("VGG-16's files are told by torchvision's names or a Sequential's numbers, and so are the systems on it") {
  const InMemory whole = file_of(make_backbone<Shapes>("vgg16")).with("classifier.6.weight", Shape{1000, 4096}, 0);
  CHECK(identified(whole) == std::vector<std::string>{"vgg16"});
  CHECK(compare(make_backbone<Shapes>("vgg16:3"), whole).fits());
  const InMemory placed = made_file("cosplace-512@vgg16", SequentialNames());
  CHECK(has(placed, "backbone.28.weight", Shape{512, 512, 3, 3}));
  CHECK(identified(placed) == std::vector<std::string>{"vgg16", "cosplace-512@vgg16", "eigenplaces-512@vgg16"});
  CHECK(identified(made_file("gcl@vgg16", SequentialNames())) == std::vector<std::string>{"vgg16", "gcl@vgg16"});
  CHECK(make_system<Shapes>("gcl@vgg16").dimensions() == 512);
  CHECK(make_system<Shapes>("gcl@vgg16").pipeline.backbone.grid(480, 640) == Grid{15, 20});  // pooled
  CHECK(make_system<Shapes>("cosplace@vgg16").pipeline.backbone.grid(480, 640) == Grid{30, 40});
  CHECK_THROWS_WITH(make_system<Shapes>("gcl@vgg19"), ContainsSubstring("there is no backbone 'vgg19'; the nearest: vgg16"));
}

TEST_CASE("A checkpoint of MixVPR has no layer4 and is told by its mixers, one of Conv-AP by its 1x1 convolution") {
  const InMemory mixed = made_file("mixvpr");
  CHECK(has(mixed, "backbone.model.layer3.5.conv3.weight", Shape{1024, 256, 1, 1}));
  CHECK(has(mixed, "aggregator.mix.3.mix.1.weight", Shape{400, 400}));
  CHECK(has(mixed, "aggregator.channel_proj.weight", Shape{1024, 1024}));
  CHECK(has(mixed, "aggregator.row_proj.weight", Shape{4, 400}));
  CHECK_FALSE(has(mixed, "backbone.model.layer4.0.conv1.weight", Shape{512, 1024, 1, 1}));
  CHECK(identified(mixed) == std::vector<std::string>{"mixvpr"});
  CHECK(identified(made_file("mixvpr-128")) == std::vector<std::string>{"mixvpr-128"});

  const InMemory pooled = made_file("convap-4096");
  CHECK(has(pooled, "aggregator.channel_pool.weight", Shape{1024, 2048, 1, 1}));
  CHECK(identified(pooled) == std::vector<std::string>{"resnet50", "convap-4096"});
}

TEST_CASE("MixVPR's photos come to a grid that its mixers have, on any network") {
  const AnySystem<Shapes> mixed = make_system<Shapes>("mixvpr@resnet18:2");
  CHECK(mixed.pipeline.input_size({1000, 700}) == ImageSize{320, 320});
  CHECK(mixed.pipeline.aggregator.dimensions(128) == 4096);
  const AnySystem<Shapes> composed = make_system<Shapes>("resnet50+mixvpr");
  CHECK(composed.pipeline.input_size({1000, 700}) == ImageSize{224, 224});
  CHECK_THROWS_WITH(composed.pipeline.aggregator.require_grid({8, 8}), ContainsSubstring("its mixers are for 7x7"));
}

TEST_CASE("Each named ConvNeXt has as many parameters as torchvision's without its classifier, and is told by its file") {
  const std::map<std::string, std::int64_t> published{
      {"convnext-tiny", 27'818'592}, {"convnext-small", 49'453'152}, {"convnext-base", 87'564'416}, {"convnext-large", 196'227'264}};
  CHECK(published.size() == named_convnexts().size());
  for (const auto& [name, expected] : published) {
    INFO(name);
    std::int64_t elements = 0;
    visit_const(make_backbone<Shapes>(name), [&](const std::string&, const auto& parameter) { elements += parameter.shape().elements(); });
    CHECK(elements == expected);
    InMemory file = file_of(make_backbone<Shapes>(name));
    file.with("classifier.0.weight", Shape{make_backbone<Shapes>(name).channels()}, 0);
    CHECK(identified(file) == std::vector<std::string>{name});
  }
}

TEST_CASE("SALAD on a network without a class token has its clusters alone") {
  CHECK(make_system<Shapes>("resnet50+salad").dimensions() == 8192);
  CHECK(make_system<Shapes>("convnext-base+salad").dimensions() == 8192);
  CHECK(make_system<Shapes>("resnet50+netvlad").dimensions() == 32 * 2048);
  CHECK(make_system<Shapes>("dinov2-vits14+salad").dimensions() == 8448);
}
