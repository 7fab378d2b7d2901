// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"
#include "tests/golden_check/networks.hpp"

#include <vpr/model/convnext.hpp>
#include <vpr/model/mobile_net.hpp>
#include <vpr/model/resnet.hpp>
#include <vpr/model/vgg.hpp>

#include <algorithm>

namespace {

using namespace vpr::test;

template <class B>
void check_resnet(const Golden& golden, Check& check, const std::string& name) {
  vpr::ResNet<B> model(vpr::find_resnet(name + ':' + golden.config<std::string>("until", "layer4").back()));
  load_from(golden, model);
  const auto images = tensor<B>(golden, "in.image");
  if (check.wants("stem")) check("stem", maps(model.before(images, 0)));
  for (std::int64_t stage = 0; stage < model.depth(); ++stage) {
    const std::string layer = "layer" + std::to_string(stage + 1);
    if (check.wants(layer)) check(layer, maps(model(images, vpr::Tap{stage}).patches));
  }
  check("main", maps(model(images).patches));
}

/// Up to conv5_3, its ReLU or its pooling, or to the pooling of an earlier stage; outputs are named by torchvision's layer.
template <class B>
void check_vgg16(const Golden& golden, Check& check) {
  const auto until = golden.config<std::int64_t>("until", 31);
  const std::vector<std::int64_t> poolings{4, 9, 16, 23, 30};
  const std::int64_t stages =
      until == 29 || until == 30 ? 5 : 1 + (std::find(poolings.begin(), poolings.end(), until - 1) - poolings.begin());
  if (stages > 5) throw Skipped{"VGG-16 is not cut within a stage"};
  vpr::VggConfig config = vpr::VggConfig().first(stages);
  config.last_pooled = until == 31;
  vpr::Vgg<B> model(config);
  load_from(golden, model);
  const auto images = tensor<B>(golden, "in.image");
  for (std::int64_t stage = 0; stage < stages; ++stage) {
    const std::string layer = "features" + std::to_string(poolings[static_cast<std::size_t>(stage)]);
    if (check.wants(layer)) check(layer, maps(model(images, vpr::Tap{stage}).patches));
  }
  const auto end = model(images).patches;
  check("main", maps(until == 30 ? vpr::relu(end) : end));
}

/// Up to the blocks of a stage; outputs are named by torchvision's layer, of which every second one halves the map.
template <class B>
void check_convnext(const Golden& golden, Check& check, const std::string& name) {
  const auto until = golden.config<std::int64_t>("until", 8);
  if (until % 2 != 0) throw Skipped{"ConvNeXt is not cut where the map is halved"};
  vpr::ConvNext<B> model(vpr::find_convnext(name + ':' + std::to_string(until / 2)));
  load_from(golden, model);
  const auto images = tensor<B>(golden, "in.image");
  if (check.wants("features0")) check("features0", maps(model.before(images, 0)));
  for (std::int64_t stage = 0; stage < model.depth(); ++stage) {
    const std::string layer = "features" + std::to_string(2 * stage + 1);
    if (check.wants(layer)) check(layer, maps(model(images, vpr::Tap{stage}).patches));
  }
  check("main", maps(model(images).patches));
}

/// Outputs are named by torchvision's layer.
template <class B>
void check_mobile_net(const Golden& golden, Check& check) {
  vpr::MobileNetV2<B> model;
  load_from(golden, model);
  const auto images = tensor<B>(golden, "in.image");
  check("stem", maps(model.before(images, 0)));
  std::int64_t layer = 0;
  for (std::int64_t stage = 0; stage + 1 < model.depth(); ++stage) {
    layer += model.config().blocks[static_cast<std::size_t>(stage)];
    check("features" + std::to_string(layer), maps(model(images, vpr::Tap{stage}).patches));
  }
  check("main", maps(model(images).patches));
}

const Register torchvision_case("torchvision", [](const Golden& golden, const Options& options, Check& check) {
  const std::string name = network_of(golden, "model");
  on_backend(options.backend, [&]<class B>() {
    if (name == "vgg16") {
      check_vgg16<B>(golden, check);
    } else if (name.starts_with("convnext-")) {
      check_convnext<B>(golden, check, name);
    } else if (name == "mobilenet-v2") {
      check_mobile_net<B>(golden, check);
    } else {
      check_resnet<B>(golden, check, name);
    }
  });
});

}  // namespace
