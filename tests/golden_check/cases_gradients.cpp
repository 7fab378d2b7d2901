// SPDX-License-Identifier: MIT
// The gradients of adapters, aggregators and their layers. None has a backward pass of its own: these are compositions of ops.
#include "tests/golden_check/gradients.hpp"

#include <vpr/adapter.hpp>
#include <vpr/aggregator.hpp>
#include <vpr/layer/batch_norm.hpp>
#include <vpr/layer/convolution.hpp>

#include <array>
#include <string>

namespace {

using namespace vpr::test;
using vpr::Features;
using vpr::Grid;
using vpr::Recorded;
using vpr::TokenLayout;
using vpr::Var;
using vpr::Window;

std::int64_t number(const Golden& golden, const char* key, std::int64_t otherwise = 0) { return golden.config(key, otherwise); }
bool trains(const Golden& golden) { return golden.config<std::string>("mode", "eval") == "train"; }

Window window_of(const Golden& golden) { return {number(golden, "kernel_size"), number(golden, "stride", 1), number(golden, "padding")}; }

const Register convolution_case = gradients("conv2d", []<class B>(const Golden& golden, Check& check) {
  vpr::Convolution<Recorded<B>> layer(number(golden, "in"), number(golden, "out"), window_of(golden), golden.config("bias", true));
  load_from(golden, layer);
  check_map_component<B>(golden, check, layer, layer);
});

const Register transposed_case = gradients("conv_transpose2d", []<class B>(const Golden& golden, Check& check) {
  vpr::TransposedConvolution<Recorded<B>> layer(number(golden, "in"), number(golden, "out"), window_of(golden),
                                                number(golden, "output_padding"));
  load_from(golden, layer);
  check_map_component<B>(golden, check, layer, layer);
});

const Register batch_norm_case = gradients("batchnorm2d", []<class B>(const Golden& golden, Check& check) {
  vpr::BatchNorm<Recorded<B>> layer(number(golden, "channels"), golden.config("eps", 1e-5F));
  load_from(golden, layer);
  layer.freeze_statistics(!trains(golden));
  check_map_component<B>(golden, check, layer, [&](const Var<B>& x, Grid) { return layer(x); });
});

const Register max_pool_case = gradients("maxpool2d", []<class B>(const Golden& golden, Check& check) {
  NoParameters none;
  check_map_component<B>(golden, check, none, [&](const Var<B>& x, Grid map) { return max_pool(x, map, window_of(golden)); });
});

const Register bottleneck_case = gradients("sela_adapter", []<class B>(const Golden& golden, Check& check) {
  const std::int64_t channels = number(golden, "dim");
  vpr::adapter::Bottleneck<Recorded<B>> adapter(channels, channels / 2);
  load_from(golden, adapter);
  const bool skip = golden.config("skip_connect", false);
  check_component<B>(golden, check, adapter, [&](const Var<B>& x) { return skip ? adapter(x, {.residual = x}) : adapter(x); });
});

const Register convpass_case = gradients("convpass", []<class B>(const Golden& golden, Check& check) {
  vpr::adapter::ConvolutionalBypass<Recorded<B>> adapter(number(golden, "dim"), number(golden, "bottleneck"));
  load_from(golden, adapter);
  const auto grid = golden.config().at("grid").get<std::array<std::int64_t, 2>>();
  check_component<B>(golden, check, adapter, [&](const Var<B>& x) { return adapter(x, {1, {grid[0], grid[1]}}); });
});

vpr::MulConvSettings mul_conv_settings(const Golden& golden) {
  return {.hidden = number(golden, "in"),
          .one = number(golden, "ch1x1"),
          .reduced_3 = number(golden, "ch3x3red"),
          .three = number(golden, "ch3x3"),
          .reduced_5 = number(golden, "ch5x5red"),
          .five = number(golden, "ch5x5"),
          .scale = golden.config("adapter_scale", 0.2F)};
}

const Register mul_conv_case = gradients("crica_adapter", []<class B>(const Golden& golden, Check& check) {
  vpr::adapter::MultiScaleConvolution<Recorded<B>> adapter(number(golden, "fc_in"), mul_conv_settings(golden));
  load_from(golden, adapter);
  adapter.freeze_statistics(!trains(golden));
  const std::int64_t side = number(golden, "grid");
  check_component<B>(golden, check, adapter, [&](const Var<B>& x) { return adapter(x, {1, {side, side}}); });
});

vpr::VitConfig block_config(const Golden& golden, const char* channels) {
  vpr::VitConfig config = vit_config(golden);
  config.channels = number(golden, channels);
  return config;
}

/// The gradients of a block with its adapter.
template <class B, template <class> class Adapter>
void check_block(const Golden& golden, Check& check, const vpr::VitConfig& config, Adapter<Recorded<B>> adapter, Grid grid) {
  vpr::Block<Recorded<B>, Adapter> block(config, std::move(adapter));
  load_from(golden, block);
  check_component<B>(golden, check, block, [&](const Var<B>& x) { return block(x, TokenLayout{1, grid}); });
}

const Register sela_block_case = gradients("sela_block", []<class B>(const Golden& golden, Check& check) {
  const vpr::VitConfig config = block_config(golden, "dim");
  check_block<B, vpr::SelaAdapters>(golden, check, config, vpr::SelaAdapters<Recorded<B>>(config), {1, golden.shape("in.x")[1] - 1});
});

const Register mul_conv_block_case = gradients("crica_block", []<class B>(const Golden& golden, Check& check) {
  const vpr::VitConfig config = block_config(golden, "fc_in");
  const std::int64_t side = number(golden, "grid");
  check_block<B, vpr::MulConvAdapter>(golden, check, config, vpr::MulConvAdapter<Recorded<B>>(config, mul_conv_settings(golden)),
                                      {side, side});
});

const Register transport_case = gradients("sinkhorn", []<class B>(const Golden& golden, Check& check) {
  const Var<B> scores = parameter<B>(golden, "in.scores"), dustbin = parameter<B>(golden, "in.alpha");
  check_result(check, transpose(optimal_transport(transpose(scores, 1), dustbin, number(golden, "iterations")), 1),
               tensor<B>(golden, "in.cotangent"));
  check("grad.scores", scores.gradient().to_vector());
  check("grad.alpha", dustbin.gradient().to_vector());
});

const Register salad_case = gradients("salad", []<class B>(const Golden& golden, Check& check) {
  vpr::SaladAggregator<Recorded<B>> aggregator({.channels = number(golden, "num_channels"),
                                                .clusters = number(golden, "num_clusters"),
                                                .cluster_dim = number(golden, "cluster_dim"),
                                                .token_dim = number(golden, "token_dim"),
                                                .hidden = number(golden, "hidden"),
                                                .iterations = number(golden, "sinkhorn_iterations")});
  load_from(golden, aggregator);
  const Var<B> token = parameter<B>(golden, "in.t");
  check_map_component<B>(golden, check, aggregator, [&](const Var<B>& x, Grid grid) {
    return aggregator(Features<Var<B>>{token, x, grid});
  });
  check("grad.t", token.gradient().to_vector());
});

const Register net_vlad_case = gradients("netvlad", []<class B>(const Golden& golden, Check& check) {
  vpr::NetVlad<Recorded<B>> aggregator({.channels = number(golden, "dim"),
                                        .clusters = number(golden, "clusters"),
                                        .with_bias = golden.config("score_bias", false),
                                        .intra_normalize = golden.config("intranorm", true),
                                        .layout = vpr::NetVladLayout::channel_major});
  load_from(golden, aggregator);
  check_map_component<B>(golden, check, aggregator, [&](const Var<B>& x, Grid grid) { return aggregator(Features<Var<B>>{{}, x, grid}); });
});

const Register mix_vpr_case = gradients("mixvpr", []<class B>(const Golden& golden, Check& check) {
  vpr::MixVpr<Recorded<B>> aggregator({.channels = number(golden, "in_channels"),
                                       .grid = {number(golden, "in_h"), number(golden, "in_w")},
                                       .depth = number(golden, "mix_depth"),
                                       .ratio = golden.config("mlp_ratio", 1.0F),
                                       .out_channels = number(golden, "out_channels"),
                                       .rows = number(golden, "out_rows")});
  load_from(golden, aggregator);
  check_map_component<B>(golden, check, aggregator, [&](const Var<B>& x, Grid grid) { return aggregator(Features<Var<B>>{{}, x, grid}); });
});

/// The encoder of a cross-image aggregator, under the names that a `torch.nn.TransformerEncoder` has by itself.
template <class B>
struct Encoder {
  vpr::CrossImageAggregator<vpr::Split<1, 2, 3>, B> aggregator;

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string&) {
    const std::string prefix = "encoder.";
    aggregator.visit(
        [&](const std::string& name, auto& part) {
          if (name.starts_with(prefix)) visitor(name.substr(prefix.size()), part);
        },
        "");
  }
};

const Register encoder_case = gradients("crica_encoder", []<class B>(const Golden& golden, Check& check) {
  Encoder<Recorded<B>> encoder{vpr::CrossImageAggregator<vpr::Split<1, 2, 3>, Recorded<B>>({.channels = number(golden, "d_model"),
                                                                                            .heads = number(golden, "nhead"),
                                                                                            .hidden = number(golden, "dim_feedforward"),
                                                                                            .layers = number(golden, "layers")})};
  load_from(golden, encoder);
  check_component<B>(golden, check, encoder, [&](const Var<B>& x) { return encoder.aggregator.encode(x); });
});

/// SelaVPR's up-convolutions, which its local head normalises.
template <class B>
struct UpConvolutions {
  vpr::TransposedConvolution<B> first, second;

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string&) {
    first.visit(visitor, "upconv1.");
    second.visit(visitor, "upconv2.");
  }
};

const Register up_convolutions_case = gradients("sela_local_adapt", []<class B>(const Golden& golden, Check& check) {
  const auto widths = golden.config().at("widths").get<std::array<std::int64_t, 3>>();
  const Window window{number(golden, "kernel"), number(golden, "stride"), number(golden, "padding")};
  UpConvolutions<Recorded<B>> layers{{widths[0], widths[1], window}, {widths[1], widths[2], window}};
  load_from(golden, layers);
  check_map_component<B>(golden, check, layers,
                         [&](const Var<B>& x, Grid grid) { return layers.second(relu(layers.first(x, grid)), layers.first.result(grid)); });
});

const Register cosplace_case = gradients("cosplace", []<class B>(const Golden& golden, Check& check) {
  vpr::CosPlace<Recorded<B>> head({.channels = number(golden, "in_dim"), .outputs = number(golden, "out_dim")});
  load_from(golden, head);
  check_map_component<B>(golden, check, head, [&](const Var<B>& x, Grid grid) { return head(Features<Var<B>>{{}, x, grid}); });
});

}  // namespace
