// SPDX-License-Identifier: MIT
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/named.hpp>
#include <vpr/model/resnet.hpp>

#include "tests/model/made_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/temporary_folder.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

InMemory torchvision_file(std::string_view name) {
  const AnyBackbone<Shapes> network = make_backbone<Shapes>(name);
  return file_of(network).with("fc.weight", Shape{1000, network.channels()}, 0).with("fc.bias", Shape{1000}, 0);
}

/// A file of ResNet-18's stem and first stages.
std::string weights(const TemporaryFolder& folder, std::int64_t stages) {
  AnyBackbone<> network = make_backbone<Cpu<>>("resnet18:" + std::to_string(stages));
  initialise(network, 1, 0.1F);
  const std::string path = folder.file("resnet18.safetensors");
  save_safetensors(path, network);
  return path;
}

Image photo() { return random_photo({60, 80}, 1); }

}  // namespace

TEST_CASE("Each named ResNet has as many parameters as torchvision's without its classifier") {
  const std::map<std::string_view, std::int64_t> published{{"resnet18", 11'176'512},  {"resnet34", 21'284'672},
                                                           {"resnet50", 23'508'032},  {"resnet101", 42'500'160},
                                                           {"resnet152", 58'143'808}, {"resnext101-32x8d", 86'742'336}};
  for (const auto& [name, expected] : published) {
    INFO(name);
    std::int64_t parameters = 0;
    visit_const(make_backbone<Shapes>(name), [&](const std::string& parameter, const auto& values) {
      if (!parameter.ends_with("running_mean") && !parameter.ends_with("running_var")) parameters += values.shape().elements();
    });
    CHECK(parameters == expected);
  }
  CHECK(published.size() == named_resnets().size());
  CHECK_THROWS_WITH(make_backbone<Shapes>("resnet18:5"), ContainsSubstring("got the first 5 stages, it has 4"));
  CHECK_THROWS_WITH(make_backbone<Shapes>("resnet18", "size"), ContainsSubstring("has no position embeddings"));
}

TEST_CASE("A file of torchvision's is told from those of the others, and loads strictly whatever part of the network is taken") {
  for (const auto& named : named_resnets()) CHECK(identified(torchvision_file(named.name)) == std::vector<std::string>{named.name});
  const InMemory file = torchvision_file("resnet50");
  for (const std::string_view name : {"resnet50", "resnet50:3", "resnet50:1"}) CHECK(compare(make_backbone<Shapes>(name), file).fits());
  CHECK_FALSE(compare(make_backbone<Shapes>("resnet101"), file).fits());
}

TEST_CASE("GCL's checkpoint is told by its pooling, with torchvision's names or the numbers of its Sequential") {
  const auto gcl = [](const std::string& network) { return make_system<Shapes>("gcl@" + network); };
  const SequentialNames numbered{"model_state_dict.module."};
  CHECK(identified(file_of(gcl("resnet50"), numbered)) == std::vector<std::string>{"resnet50", "gcl"});
  CHECK(identified(file_of(gcl("resnet34"), numbered)) == std::vector<std::string>{"resnet34", "gcl@resnet34"});
  CHECK(compare(gcl("resnet152"), file_of(gcl("resnet152"))).fits());
}

TEST_CASE("A ResNet is described with by name, whole or cut, at its end or at a tap") {
  const TemporaryFolder folder;
  const std::string path = weights(folder, 2);
  const ImageSize size{64, 96};
  const LoadedModel cut = load_model({.name = "resnet18:1+gem", .weights = path, .size = size});
  CHECK(cut.record.model == "resnet18:1+gem");
  CHECK(cut.record.position_rule == "none");
  CHECK(cut.system.dimensions() == 64);
  const LoadedModel tapped = load_model({.name = "resnet18:2+gem", .weights = path, .size = size, .tap = Tap{0}});
  CHECK(tapped.system.dimensions() == 64);
  CHECK(tapped.system.describe(photo()) == cut.system.describe(photo()));
  CHECK(load_model({.name = "resnet18:2+mean", .weights = path, .size = size}).system.dimensions() == 128);

  const LoadedModel both = load_two_stage({.name = "resnet18:2+gem", .weights = path, .size = size, .local_tap = Tap{0}});
  CHECK(both.system.local_channels() == 64);
  CHECK(both.system.describe_both(photo()).local[0].channels == 64);
}

TEST_CASE("What a ResNet does not have is refused in a sentence") {
  const TemporaryFolder folder;
  const std::string path = weights(folder, 1);
  CHECK_THROWS_WITH(load_model({.name = "resnet18:1+cls", .weights = path}),
                    ContainsSubstring("model 'resnet18:1+cls': Pipeline: the aggregator reads the class token, and the backbone has none"));
  CHECK_THROWS_WITH(load_model({.name = "resnet50+salad", .weights = "seed:1"}),
                    ContainsSubstring("model 'resnet50+salad' at 224x224: SALAD: got 49 patches"));
  CHECK_THROWS_WITH(load_model({.name = "resnet18:1+gem", .weights = path, .tap = Tap{0, Facet::key}}).system.describe(photo()),
                    ContainsSubstring("got the facet key, which is of a transformer's attention"));
  CHECK_THROWS_WITH(load_model({.name = "resnet18:1+gem", .weights = path, .tap = Tap{1}}), ContainsSubstring("got block 1"));
  CHECK_THROWS_WITH(load_model({.name = "resnet18:1+gem", .weights = path, .positions = PositionRule::size}),
                    ContainsSubstring("got position rule size, the network's own is none"));
  for (const Precision precision : {Precision::bf16, Precision::int8}) {
    CHECK_THROWS_WITH(load_model({.name = "resnet18:1+gem", .weights = path, .precision = precision}),
                      ContainsSubstring("this model has none: take f32"));
  }
}
