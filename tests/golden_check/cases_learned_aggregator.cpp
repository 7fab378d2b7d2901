// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator.hpp>

namespace {

using namespace vpr::test;
using vpr::Features;
using vpr::Shape;
using vpr::Tensor;

vpr::SaladSettings salad_settings(const Golden& golden, const char* channels) {
  return {.channels = golden.config(channels, std::int64_t{0}),
          .clusters = golden.config("num_clusters", std::int64_t{64}),
          .cluster_dim = golden.config("cluster_dim", std::int64_t{128}),
          .token_dim = golden.config("token_dim", std::int64_t{256}),
          .hidden = golden.config("hidden", std::int64_t{512})};
}

template <class B>
void check_salad(Check& check, const vpr::SaladAggregator<B>& aggregator, const Features<Tensor<B>>& features) {
  check("score", maps(aggregator.scores(features)));
  check("assignment", maps(aggregator.assignment(features)));
  check("cluster_sum", maps(aggregator.cluster_sums(features)));
  const std::vector<float> descriptors = aggregator(features).to_vector();
  check("main", descriptors);
}

const Register salad_case("salad", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::SaladAggregator<B> aggregator(salad_settings(golden, "num_channels"));
    load_from(golden, aggregator);
    Features<Tensor<B>> features = map_features<B>(golden, "in.features");
    features.cls = tensor<B>(golden, "in.token");
    check_salad(check, aggregator, features);
  });
});

const Register salad_full_case("salad_full", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::DinoV2<vpr::VitConfig, vpr::NoAdapter, B> backbone(vit_config(golden));
    vpr::SaladAggregator<B> aggregator(salad_settings(golden, "embed_dim"));
    load_from(golden, backbone, "backbone.model.");
    load_from(golden, aggregator, "aggregator.");
    const Features<Tensor<B>> features = backbone(tensor<B>(golden, "in.image"));
    check("cls", features.cls.to_vector());
    check("features", maps(features.patches));
    check_salad(check, aggregator, features);
  });
});

const Register transport_case("salad_ot", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const Tensor<B> scores = transpose(tensor<B>(golden, "in.scores"), 1);
    const Tensor<B> dustbin = Tensor<B>::full(Shape{1}, golden.config("dustbin", 1.0F));
    const Tensor<B> plan = optimal_transport(scores, dustbin, golden.config("iters", std::int64_t{3}));
    check("main", maps(plan));
    check("assignment", maps(vpr::exp(plan)));
  });
});

template <class B>
void check_net_vlad(const Golden& golden, Check& check, vpr::NetVladLayout layout, const char* outputs, const char* projected,
                    vpr::ProjectionNames names) {
  const Features<Tensor<B>> features = map_features<B>(golden, "in.features");
  const std::int64_t channels = features.patches.shape()[2];
  vpr::NetVlad<B> aggregator({.channels = channels,
                              .clusters = golden.config("num_clusters", std::int64_t{64}),
                              .with_bias = golden.config("vladv2", false),
                              .layout = layout});
  load_from(golden, aggregator, names.inner);
  if (check.wants("assignment")) check("assignment", maps(aggregator.assignment(l2_normalize(features.patches))));
  check("main", aggregator(features).to_vector());
  if (const auto reduced = golden.config(outputs, std::int64_t{0}); reduced > 0) {
    vpr::Projected whitened(vpr::NetVlad<B>(aggregator), channels, reduced, std::move(names));
    load_from(golden, whitened);
    check(projected, whitened(features).to_vector());
  }
}

const Register net_vlad_case("netvlad", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() { check_net_vlad<B>(golden, check, vpr::NetVladLayout::word_major, "num_pcs", "pca", {}); });
});

const Register net_vlad_hloc_case("netvlad_hloc", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    check_net_vlad<B>(golden, check, vpr::NetVladLayout::channel_major, "whiten", "whitened", {"netvlad.", "whiten.", false});
  });
});

const Register mix_vpr_case("mixvpr", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const Features<Tensor<B>> features = map_features<B>(golden, "in.features");
    vpr::MixVpr<B> aggregator({.channels = features.patches.shape()[2],
                               .grid = features.grid,
                               .depth = golden.config("mix_depth", std::int64_t{1}),
                               .ratio = golden.config("mlp_ratio", 1.0F),
                               .out_channels = golden.config("out_channels", std::int64_t{512}),
                               .rows = golden.config("out_rows", std::int64_t{4})});
    load_from(golden, aggregator);
    check("mix", aggregator.mixed(features).to_vector());
    check("main", aggregator(features).to_vector());
  });
});

/// CosPlace's head, whose names are OpenVPRLab's, or the authors'.
template <class B>
void check_cos_place(const Golden& golden, Check& check, const char* outputs, vpr::CosPlaceNames names, const std::string& prefix) {
  const Features<Tensor<B>> features = map_features<B>(golden, "in.features");
  vpr::CosPlace<B> head({.channels = features.patches.shape()[2], .outputs = golden.config(outputs, std::int64_t{0})}, std::move(names));
  load_from(golden, head, prefix);
  if (check.wants("pooled")) check("pooled", head.pooled(features).to_vector());
  check("main", head(features).to_vector());
}

const Register cos_place_case("cosplace", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() { check_cos_place<B>(golden, check, "out_dim", {}, ""); });
});

const Register eigen_places_head_case("eigenplaces_head", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend,
             [&]<class B>() { check_cos_place<B>(golden, check, "fc_output_dim", vpr::CosPlaceNames::numbered(), "aggregation."); });
});

const Register conv_ap_case("convap", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const Features<Tensor<B>> features = map_features<B>(golden, "in.features");
    vpr::ConvAp<B> aggregator({.channels = features.patches.shape()[2],
                               .out_channels = golden.config("out_channels", std::int64_t{512}),
                               .rows = golden.config("s1", std::int64_t{2}),
                               .columns = golden.config("s2", std::int64_t{2})});
    load_from(golden, aggregator);
    check("main", aggregator(features).to_vector());
  });
});

}  // namespace
