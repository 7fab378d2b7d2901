// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/cos_place.hpp>
#include <vpr/model/resnet.hpp>

#include <algorithm>
#include <cctype>

namespace {

using namespace vpr::test;

/// The sizes of the ResNet that a file's config names, cut after the layer that its `until` names.
vpr::ResNetConfig resnet_config(const Golden& golden, const char* key) {
  auto name = golden.config<std::string>(key, "");
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  if (!name.starts_with("resne")) throw Skipped{"there is no " + name + " yet"};
  return vpr::find_resnet(name + ':' + golden.config<std::string>("until", "layer4").back());
}

const Register torchvision_case("torchvision", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::ResNet<B> model(resnet_config(golden, "model"));
    load_from(golden, model);
    const auto images = tensor<B>(golden, "in.image");
    if (check.wants("stem")) check("stem", maps(model.before(images, 0)));
    for (std::int64_t stage = 0; stage < model.depth(); ++stage) {
      const std::string name = "layer" + std::to_string(stage + 1);
      if (check.wants(name)) check(name, maps(model(images, vpr::Tap{stage}).patches));
    }
    check("main", maps(model(images).patches));
  });
});

const Register gcl_case("gcl", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    auto model = vpr::make_gcl<B>(resnet_config(golden, "backbone"));
    vpr::load(model, golden.weights());  // strictly, by the names of the authors' checkpoints
    const auto images = tensor<B>(golden, "in.image");
    const auto features = model.backbone(images);
    check("features", maps(features.patches));
    vpr::Tensor<B> p;
    model.aggregator.visit([&](const std::string&, vpr::Tensor<B>& parameter) { p = parameter; }, "");
    check("pooled", gem(features.patches, p, vpr::GemSettings().eps).to_vector());
    check("main", model(images).to_vector());
  });
});

const Register eigen_places_case("eigenplaces", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    auto model = vpr::make_cos_place(vpr::ResNet<B>(resnet_config(golden, "backbone")), golden.config("fc_output_dim", std::int64_t{0}));
    vpr::load(model, golden.weights());
    const auto images = tensor<B>(golden, "in.image");
    const auto features = model.backbone(images);
    check("features", maps(features.patches));
    check("l2", maps(l2_normalize(features.patches)));
    check("pooled", model.aggregator.pooled(features).to_vector());
    check("main", model(images).to_vector());
  });
});

}  // namespace
