// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/adapter.hpp>
#include <vpr/aggregator.hpp>
#include <vpr/local/up_conv.hpp>

#include <array>

namespace {

using namespace vpr::test;
using vpr::Tensor;

const Register selavpr_case("selavpr", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::VitConfig config = vit_config(golden);
    if (golden.config("registers", false)) config.registers = 4;  // the authors keep the position rule of the networks without
    const auto up = golden.config().at("up").get<std::array<std::int64_t, 2>>();
    vpr::DinoV2<vpr::VitConfig, vpr::SelaAdapters, B> backbone(config);
    vpr::L2Tokens aggregator{vpr::GeM<B>()};
    vpr::UpConvHead<B> head({.channels = config.channels, .hidden = up[0], .outputs = up[1]});
    load_from(golden, backbone, "backbone.");
    load_from(golden, aggregator, "aggregation.1.");
    load_from(golden, head, "LocalAdapt.");

    const Tensor<B> images = tensor<B>(golden, "in.image");
    check("block0", backbone.tokens(images, {0, vpr::Facet::token}).to_vector());
    check("backbone_norm", backbone.tokens(images).to_vector());
    const auto features = backbone(images);
    check("main", aggregator(features).to_vector());
    check("upconv1", maps(head.half(features)));
    check("local", head(features).tokens.to_vector());
  });
});

}  // namespace
