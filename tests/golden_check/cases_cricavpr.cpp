// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/adapter.hpp>
#include <vpr/aggregator.hpp>

namespace {

using namespace vpr::test;
using vpr::Tensor;

vpr::CrossImageSettings cross_image_settings(const Golden& golden) {
  return {.channels = golden.config("embed_dim", std::int64_t{768}),
          .heads = golden.config("nhead", std::int64_t{16}),
          .hidden = golden.config("dim_feedforward", std::int64_t{2048})};
}

/// Only the encoder of a cross-image aggregator.
template <class A>
struct EncoderOf {
  A& aggregator;

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    aggregator.visit(
        [&](const std::string& name, auto& parameter) {
          if (name.find("encoder.") != std::string::npos) visitor(name, parameter);
        },
        prefix);
  }
};

/// The golden's batch as a whole, each photo with all the others; and, where it has them, photos by themselves.
template <class B>
void check_in_batch_context(Check& check, vpr::CrossImageAggregator<vpr::Split<1, 2, 3>, B>& aggregator, const Tensor<B>& regions) {
  aggregator.batch_context = vpr::BatchContext<Tensor<B>>::blocks(regions.shape()[0]);
  check("main", aggregator.mix(regions).to_vector());
  aggregator.batch_context = vpr::BatchContext<Tensor<B>>::alone();
  for (std::int64_t i = 0; i < regions.shape()[0]; ++i) {
    const std::string name = "single" + std::to_string(i);
    if (check.wants(name)) check(name, aggregator.mix(slice(regions, 0, i, i + 1)).to_vector());
  }
}

const Register encoder_case("cricavpr_encoder", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::CrossImageAggregator<vpr::Split<1, 2, 3>, B> aggregator(cross_image_settings(golden));
    EncoderOf<decltype(aggregator)> encoder{aggregator};
    load_from(golden, encoder);
    check_in_batch_context(check, aggregator, tensor<B>(golden, "in.regions"));
  });
});

const Register cricavpr_case("cricavpr", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::DinoV2<vpr::VitConfig, vpr::MulConvAdapter, B> backbone(vit_config(golden));
    vpr::CrossImageAggregator<vpr::Split<1, 2, 3>, B> aggregator(cross_image_settings(golden));
    load_from(golden, backbone, "backbone.");
    load_from(golden, aggregator);
    const Tensor<B> images = tensor<B>(golden, "in.image");
    if (check.wants("block0")) check("block0", backbone.tokens(images, {0, vpr::Facet::token}).to_vector());
    if (check.wants("backbone_norm")) check("backbone_norm", backbone.tokens(images).to_vector());
    const Tensor<B> regions = aggregator.regions(backbone(images));
    check("pooled", regions.to_vector());
    check("encoded", aggregator.encode(regions).to_vector());
    check_in_batch_context(check, aggregator, regions);
  });
});

}  // namespace
