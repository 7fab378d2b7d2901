// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/adapter.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/edtformer.hpp>

namespace {

using namespace vpr::test;
using vpr::Features;
using vpr::Shape;
using vpr::Tensor;

vpr::EdtFormerSettings settings_of(const Golden& golden) {
  return {.channels = golden.config("embed_dim", std::int64_t{768}),
          .heads = golden.config("nhead", std::int64_t{16}),
          .queries = golden.config("queries", std::int64_t{64}),
          .layers = golden.config("layers", std::int64_t{2}),
          .outputs = golden.config("channels", std::int64_t{256}),
          .rows = golden.config("rows", std::int64_t{16})};
}

std::int64_t hidden_of(const Golden& golden) { return golden.config("hidden", std::int64_t{4}); }

template <class B>
Tensor<B> weight(const Golden& golden, const std::string& name) {
  const std::vector<float> values = vpr::read_tensor(golden.weights(), name);
  return Tensor<B>::from(Shape{static_cast<std::int64_t>(values.size())}, std::span<const float>(values));
}

template <class B>
void check_decoder(const Golden& golden, Check& check, const vpr::EdtFormer<B>& head, const Features<Tensor<B>>& features) {
  const vpr::EdtFormerSettings settings = settings_of(golden);
  const Tensor<B> memory = head.memory(features);
  check_intermediate(check, "memory", memory.to_vector());
  vpr::QueryDecoderLayer<B> layer(settings.channels, settings.heads);
  load_from(golden, layer, "decoder.layers.0.");
  const std::vector<float> queries = vpr::read_tensor(golden.weights(), "queries");
  const Tensor<B> start = Tensor<B>::from(Shape{1, settings.queries, settings.channels}, std::span<const float>(queries));
  const Tensor<B> mixed = repeated(layer.mixed(start), memory.shape()[0]);
  check_intermediate(check, "layer0_norm1", mixed.to_vector());
  check_intermediate(check, "layer0", layer.read(mixed, memory).to_vector());
  const Tensor<B> decoded = head.decoded(memory);
  check_intermediate(check, "decoded", decoded.to_vector());
  vpr::Linear<B> channel_proj(settings.channels, settings.outputs);
  load_from(golden, channel_proj, "channel_proj.");
  check_intermediate(check, "channels", channel_proj(decoded).to_vector());
  check("main", head(features).to_vector());
}

const Register adapter_case("edtformer_adapter", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::adapter::Bottleneck<B> adapter(golden.config("dim", std::int64_t{0}), hidden_of(golden), vpr::Activation::gelu);
    load_from(golden, adapter);
    const Tensor<B> x = tensor<B>(golden, "in.tokens");
    const auto scale = static_cast<typename B::value>(golden.config("alpha", 0.5));
    check("main", (golden.config("skip_connect", true) ? adapter(x, {.scale = scale, .residual = x}) : adapter(x)).to_vector());
  });
});

const Register side_case("edtformer_side", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::VitConfig config;
    config.channels = golden.config("embed_dim", config.channels);
    Tensor<B> y = tensor<B>(golden, "in.tokens");
    const Tensor<B> states = tensor<B>(golden, "in.states");
    for (std::int64_t i = 0; i < states.shape()[0]; ++i) {
      vpr::adapter::LowRankSide<B> adapter(config, hidden_of(golden));
      load_from(golden, adapter, "backbone.adapters." + std::to_string(i) + ".");
      y = adapter(y, reshape(slice(states, 0, i, i + 1), y.shape()), {});
    }
    check_intermediate(check, "prenorm", y.to_vector());
    const auto norm = [&](const char* part) { return weight<B>(golden, std::string("backbone.norm.") + part); };
    check("main", layer_norm(y, norm("weight"), norm("bias"), typename B::value(1e-6)).to_vector());
  });
});

const Register decoder_case("edtformer_decoder", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::EdtFormer<B> head(settings_of(golden));
    load_from(golden, head);
    const Tensor<B> tokens = tensor<B>(golden, "in.tokens");
    const Shape& shape = tokens.shape();
    const Features<Tensor<B>> features{
        reshape(slice(tokens, 1, 0, 1), Shape{shape[0], shape[2]}), slice(tokens, 1, 1, shape[1]), {1, shape[1] - 1}};
    check_decoder(golden, check, head, features);
  });
});

const Register edtformer_case("edtformer", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const vpr::VitConfig config = vit_config(golden);
    const auto make = [&](const vpr::VitConfig& sizes) { return vpr::adapter::LowRankSide<B>(sizes, hidden_of(golden)); };
    vpr::Pipeline model(vpr::SideNetwork<vpr::adapter::LowRankSide, vpr::VitConfig, B>(config, {}, make),
                        vpr::EdtFormer<B>(settings_of(golden)), vpr::NormaliseThenResize<>{{{56, 56}}},
                        vpr::make_edtformer<vpr::Shapes>().names);
    vpr::load(model, golden.weights());
    const Tensor<B> images = tensor<B>(golden, "in.image");
    const Tensor<B> embedded = model.backbone.before(images, 0), first = model.backbone.network.before(images, 1);
    check_intermediate(check, "block0", first.to_vector());
    check_intermediate(check, "side0.input", add(embedded, first).to_vector());
    const vpr::TokenLayout layout = model.backbone.layout(model.backbone.grid(images.shape()[2], images.shape()[3]));
    check_intermediate(check, "side0", model.backbone.adapters(0)[0](embedded, first, layout).to_vector());
    const Tensor<B> both = model.backbone.before(images, config.depth);
    check_intermediate(check, "norm_input", slice(both, 2, config.channels, 2 * config.channels).to_vector());
    check_decoder(golden, check, model.aggregator, model.backbone(images));
    check("main", model(images).to_vector());
  });
});

}  // namespace
