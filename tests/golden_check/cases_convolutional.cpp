// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"
#include "tests/golden_check/networks.hpp"

#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/cos_place.hpp>
#include <vpr/model/resnet.hpp>
#include <vpr/model/vgg.hpp>

namespace {

using namespace vpr::test;

/// Calls `run(network)` with the network of that name.
template <class B, class Run>
void with_network(const std::string& name, vpr::VggConfig vgg, const Run& run) {
  if (name == "vgg16") {
    run(vpr::Vgg<B>(vgg));
  } else {
    run(vpr::ResNet<B>(vpr::find_resnet(name)));
  }
}

const Register gcl_case("gcl", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    with_network<B>(network_of(golden, "backbone"), {.last_pooled = true}, [&](auto network) {
      auto model = vpr::make_gcl<B>(std::move(network));
      const auto images = tensor<B>(golden, "in.image");
      if (golden.config<std::string>("pool", "GeM") == "avg") {
        vpr::Pipeline averaged(std::move(model.backbone), vpr::Mean<B>(), {}, model.names);
        vpr::load(averaged, golden.weights());  // strictly, by the names of the authors' checkpoints
        const auto features = averaged.backbone(images);
        check("features", maps(features.patches));
        check("pooled", mean(features.patches).to_vector());
        check("main", averaged(images).to_vector());
        return;
      }
      vpr::load(model, golden.weights());
      const auto features = model.backbone(images);
      check("features", maps(features.patches));
      vpr::Tensor<B> p;
      model.aggregator.visit([&](const std::string&, vpr::Tensor<B>& parameter) { p = parameter; }, "");
      check("pooled", gem(features.patches, p, vpr::GemSettings().eps).to_vector());
      check("main", model(images).to_vector());
    });
  });
});

const Register eigen_places_case("eigenplaces", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    with_network<B>(network_of(golden, "backbone"), {}, [&](auto network) {
      auto model = vpr::make_cos_place(std::move(network), golden.config("fc_output_dim", std::int64_t{0}));
      vpr::load(model, golden.weights());
      const auto images = tensor<B>(golden, "in.image");
      const auto features = model.backbone(images);
      check("features", maps(features.patches));
      check("l2", maps(l2_normalize(features.patches)));
      check("pooled", model.aggregator.pooled(features).to_vector());
      check("main", model(images).to_vector());
    });
  });
});

}  // namespace
