// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/adapter.hpp>

#include <array>
#include <cmath>

namespace {

using namespace vpr::test;
using vpr::Tensor;
using vpr::TokenLayout;

const Register mul_conv_case("cricavpr_adapter", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const auto sizes = golden.config().at("channels").get<std::array<std::int64_t, 7>>();
    vpr::adapter::MultiScaleConvolution<B> adapter(sizes[0], {.hidden = sizes[1],
                                                              .one = sizes[2],
                                                              .reduced_3 = sizes[3],
                                                              .three = sizes[4],
                                                              .reduced_5 = sizes[5],
                                                              .five = sizes[6],
                                                              .skip = golden.config("skip_connect", false)});
    load_from(golden, adapter);
    const Tensor<B> tokens = tensor<B>(golden, "in.tokens");
    const std::int64_t side = std::llround(std::sqrt(static_cast<double>(tokens.shape()[1] - 1)));
    const TokenLayout layout{1, {side, side}};
    const Tensor<B> patches = vpr::adapter::patches_of(adapter.down(tokens, {.activation = vpr::Activation::relu}), layout);
    check("branch1", maps(adapter.one(patches, layout.grid, true)));
    check("branch2", maps(adapter.three(adapter.reduce_3(patches, layout.grid, true), layout.grid, true)));
    check("branch3", maps(adapter.five(adapter.reduce_5(patches, layout.grid, true), layout.grid, true)));
    check("main", adapter(tokens, layout).to_vector());
  });
});

const Register convpass_case("convpass", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::adapter::ConvolutionalBypass<B> adapter(golden.config("dim", std::int64_t{0}), golden.config("hidden", std::int64_t{8}));
    load_from(golden, adapter);
    const auto grid = golden.config().at("grid").get<std::array<std::int64_t, 2>>();
    const Tensor<B> tokens = tensor<B>(golden, "in.tokens");
    check("down", adapter.down(tokens).to_vector());
    check("main", adapter(tokens, {tokens.shape()[1] - grid[0] * grid[1], {grid[0], grid[1]}}).to_vector());
  });
});

const Register convpass_vit_case("convpass_vit", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const vpr::ConvpassSettings settings{.hidden = golden.config("hidden", std::int64_t{8}), .scale = golden.config("s", 1.0F)};
    vpr::DinoV2<vpr::VitConfig, vpr::ConvpassAdapter, B> model(
        vit_config(golden), [&](const vpr::VitConfig& config, std::int64_t) { return vpr::ConvpassAdapter<B>(config, settings); });
    load_from(golden, model);
    const Tensor<B> images = tensor<B>(golden, "in.image");
    for (std::int64_t block = 0; block < model.config().depth; ++block) {
      const std::string name = "block" + std::to_string(block);
      if (check.wants(name)) check(name, model.tokens(images, {block, vpr::Facet::token}).to_vector());
    }
    const auto features = model(images);
    check("norm_patch", features.patches.to_vector());
    check("main", features.cls.to_vector());
  });
});

}  // namespace
