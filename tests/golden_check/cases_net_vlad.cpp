// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator/region_vlad.hpp>
#include <vpr/backbone/vgg.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/net_vlad.hpp>

#include <algorithm>

namespace {

using namespace vpr::test;

/// VGG-16 with its widths divided.
vpr::VggConfig divided_vgg16(const Golden& golden) { return {.width = 64 / golden.config("vgg_divisor", std::int64_t{1})}; }

/// The maximum of each channel.
template <class B>
std::vector<float> maxima(const vpr::Tensor<B>& tokens) {
  const std::vector<float> values = tokens.to_vector();
  const auto channels = static_cast<std::size_t>(tokens.shape()[2]), image = channels * static_cast<std::size_t>(tokens.shape()[1]);
  std::vector<float> found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at = i / image * channels + i % channels;
    if (at == found.size()) {
      found.push_back(values[i]);
    } else {
      found[at] = std::max(found[at], values[i]);
    }
  }
  return found;
}

const Register sfrs_case("sfrs", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    auto model = vpr::make_net_vlad(vpr::Vgg<B>(divided_vgg16(golden)), vpr::NetVladSource::open_ibl(),
                                    golden.config("dim", std::int64_t{4096}), golden.config("num_clusters", std::int64_t{64}));
    vpr::load(model, golden.weights());
    const auto images = tensor<B>(golden, "in.image");
    const auto features = model.backbone(images);
    check("conv5", maps(features.patches));
    check("pool", maxima(features.patches));
    check("vlad_raw", model.aggregator.inner.sums(features).to_vector());
    check("vlad", model.aggregator.inner(features).to_vector());
    check("main", model(images).to_vector());
  });
});

const Register sfrs_regions_case("sfrs_regions", [](const Golden& golden, const Options& options, Check& check) {
  if (golden.config("tuple_size", std::int64_t{1}) != 1) throw Skipped{"one anchor a batch"};
  on_backend(options.backend, [&]<class B>() {
    auto model = vpr::make_full_net_vlad(vpr::Vgg<B>(divided_vgg16(golden)), vpr::NetVladSource::open_ibl(),
                                         golden.config("num_clusters", std::int64_t{64}));
    vpr::load(model, golden.weights());
    const auto vlads = region_vlads(model.aggregator, model.backbone(tensor<B>(golden, "in.image")));
    const std::int64_t images = vlads.shape()[0];
    const auto anchor = slice(vlads, 0, 0, 1), pairs = slice(vlads, 0, 1, images);
    check("vlad_anchor", anchor.to_vector());
    check("vlad_pairs", pairs.to_vector());
    std::vector<float> similarities;
    for (std::int64_t i = 1; i < images; ++i) {
      const std::vector<float> of_pair = matmul(anchor, slice(vlads, 0, i, i + 1), vpr::Product::abt).to_vector();
      similarities.insert(similarities.end(), of_pair.begin(), of_pair.end());
    }
    check("main", similarities);
  });
});

}  // namespace
