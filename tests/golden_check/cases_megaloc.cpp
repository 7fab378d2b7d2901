// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/image/resize.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/megaloc.hpp>

#include <algorithm>

namespace {

using namespace vpr::test;
using vpr::Shape;

vpr::SaladSettings salad_settings(const Golden& golden) {
  return {.clusters = golden.config("num_clusters", std::int64_t{64}),
          .cluster_dim = golden.config("cluster_dim", std::int64_t{256}),
          .token_dim = golden.config("token_dim", std::int64_t{256}),
          .hidden = golden.config("mlp_dim", std::int64_t{512})};
}

const Register head_case("megaloc_head", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::VitConfig config{.channels = golden.config("num_channels", std::int64_t{768}), .depth = 1, .heads = 1};
    auto head = vpr::make_megaloc<B>(config, salad_settings(golden), golden.config("feat_dim", std::int64_t{8448})).aggregator;
    load_from(golden, head, "aggregator.");
    auto features = map_features<B>(golden, "in.features");
    features.cls = tensor<B>(golden, "in.token");
    check("score", maps(head.inner.scores(features)));
    check("assignment", maps(head.inner.assignment(features)));
    check("cluster_sum", maps(head.inner.cluster_sums(features)));
    check("salad", head.inner(features).to_vector());
    check("main", head(features).to_vector());
  });
});

/// Images as the system's preprocessing leaves them: in multiples of 14.
std::vector<float> resized(const std::vector<float>& images, const Shape& shape, vpr::ImageSize size) {
  std::vector<float> all;
  const auto image = static_cast<std::ptrdiff_t>(shape.elements() / shape[0]);
  for (auto at = images.begin(); at != images.end(); at += image) {
    vpr::Planes planes(vpr::ImageSize{shape[2], shape[3]});
    std::copy_n(at, image, planes.values.begin());
    const vpr::Planes out = vpr::resize_as_torchvision(planes, size);
    all.insert(all.end(), out.values.begin(), out.values.end());
  }
  return all;
}

const Register megaloc_case("megaloc", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    auto model = vpr::make_megaloc<B>(vit_config(golden), salad_settings(golden), golden.config("feat_dim", std::int64_t{8448}));
    vpr::load(model, golden.weights());  // strictly, by the authors' names
    const Shape shape = golden.shape("in.image");
    const vpr::ImageSize size = model.preprocess.size({shape[2], shape[3]});
    const std::vector<float> values = resized(golden.values("in.image"), shape, size);
    check("resized", values);
    const auto images = vpr::Tensor<B>::from(Shape{shape[0], 3, size.height, size.width}, std::span<const float>(values));
    check("backbone_norm", model.backbone.tokens(images).to_vector());
    check("salad", model.aggregator.inner(model.backbone(images)).to_vector());
    check("main", model(images).to_vector());
  });
});

}  // namespace
