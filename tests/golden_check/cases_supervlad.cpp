// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/supervlad.hpp>

namespace {

using namespace vpr::test;
using vpr::BatchContext;
using vpr::Features;
using vpr::Tensor;

vpr::SuperVladSettings settings_of(const Golden& golden, const char* channels) {
  return {.channels = golden.config(channels, std::int64_t{768}),
          .clusters = golden.config("clusters", std::int64_t{4}),
          .ghosts = golden.config("ghosts", std::int64_t{1}),
          .unit_tokens = golden.config("normalize_input", true)};
}

vpr::CrossImageSettings encoder_of(const Golden& golden) {
  return {.channels = golden.config("embed_dim", std::int64_t{768}),
          .heads = golden.config("nhead", std::int64_t{16}),
          .hidden = golden.config("dim_feedforward", std::int64_t{2048}),
          .layers = golden.config("layers", std::int64_t{2})};
}

/// The golden's batch as a whole, and its first image alone.
template <class B>
void check_across_photos(Check& check, vpr::AcrossPhotos<vpr::SuperVlad<B>>& aggregator, const Tensor<B>& regions) {
  aggregator.batch_context = BatchContext<Tensor<B>>::blocks(regions.shape()[0]);
  check("main", aggregator.mix(regions).to_vector());
  aggregator.batch_context = BatchContext<Tensor<B>>::alone();
  if (check.wants("single0")) check("single0", aggregator.mix(slice(regions, 0, 0, 1)).to_vector());
}

const Register layer_case("supervlad_layer", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::SuperVlad<B> aggregator(settings_of(golden, "dim"));
    // Over tokens the authors' convolution has one axis: K + G by C by 1.
    const std::vector<float> weights = vpr::read_tensor(golden.weights(), "aggregation.conv.weight");
    aggregator.visit([&](const std::string&, auto& parameter) { parameter.assign(std::span<const float>(weights)); }, "");
    Features<Tensor<B>> features;
    if (golden.config("work_with_tokens", false)) {
      features.patches = tensor<B>(golden, "in.features");
      features.grid = {1, features.patches.shape()[1]};
    } else {
      features = map_features<B>(golden, "in.features");
    }
    check_intermediate(check, "assignment", maps(aggregator.assignment(features)));
    check("main", aggregator(features).to_vector());
  });
});

const Register encoder_case("supervlad_encoder", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const vpr::CrossImageSettings settings = encoder_of(golden);
    vpr::AcrossPhotos<vpr::SuperVlad<B>> aggregator(vpr::SuperVlad<B>({.channels = settings.channels}), settings, "aggregation.");
    const GoldenWeights weights = golden.weights();
    vpr::load(aggregator, weights, {.optional = {"aggregation.conv.weight"}});
    check_across_photos(check, aggregator, tensor<B>(golden, "in.vlad"));
    vpr::CrossImageSettings first = settings;
    first.layers = 1;
    vpr::AcrossPhotos<vpr::SuperVlad<B>> one_layer(vpr::SuperVlad<B>({.channels = settings.channels}), first, "aggregation.");
    vpr::load(one_layer, weights, {.strict = false, .optional = {"aggregation.conv.weight"}});
    check_intermediate(check, "layer0", one_layer.encode(tensor<B>(golden, "in.vlad")).to_vector());
  });
});

const Register supervlad_case("supervlad", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const vpr::VitConfig config = vit_config(golden);
    vpr::SuperVlad<B> super_vlad(settings_of(golden, "embed_dim"));
    vpr::DinoV2<vpr::VitConfig, vpr::NoAdapter, B> backbone(config);
    load_from(golden, backbone, "backbone.");
    load_from(golden, super_vlad, "aggregation.");
    const Tensor<B> images = tensor<B>(golden, "in.image");
    check_intermediate(check, "backbone_norm", backbone.tokens(images).to_vector());
    const Features<Tensor<B>> features = backbone(images);
    check_intermediate(check, "logits", maps(super_vlad.scores(features)));
    check_intermediate(check, "vlad", super_vlad(features).to_vector());
    if (!golden.config("encoder", false)) return check("main", super_vlad(features).to_vector());
    vpr::AcrossPhotos<vpr::SuperVlad<B>> aggregator(super_vlad, encoder_of(golden), "aggregation.");
    load_from(golden, aggregator);
    check_intermediate(check, "encoded", aggregator.encode(aggregator.regions(features)).to_vector());
    check_across_photos(check, aggregator, aggregator.regions(features));
  });
});

/// The weights that k-means starts clusters or tokens with.
void check_start(const Golden& golden, const Options&, Check& check) {
  const auto rows = [&](const char* name, const std::vector<float>& values) {
    return vpr::Rows(values.data(), golden.shape(name)[0], golden.shape(name)[1]);
  };
  const std::vector<float> centroids = golden.values("in.centroids"), descriptors = golden.values("in.descriptors");
  const vpr::SoftAssignment start = vpr::soft_assignment(rows("in.centroids", centroids), rows("in.descriptors", descriptors));
  check_intermediate(check, "alpha", std::vector<float>{static_cast<float>(start.alpha)});
  check("main", start.weights);
}

const Register supervlad_start("supervlad_init", check_start);
const Register image_start("image4vpr_init", check_start);

}  // namespace
