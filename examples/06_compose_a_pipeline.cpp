// SPDX-License-Identifier: MIT
// Teaches: a system of your own is a type. Here a small DINOv2 with Convpass adapters in its blocks, and SALAD on top: no paper has it.
// Runs on an untrained network: it shows what can be trained, its results mean nothing.
//
//     06_compose_a_pipeline PHOTO PHOTO
#include <vpr/vpr.hpp>

#include <cstdio>
#include <numeric>

using Network = vpr::DinoV2<vpr::ViTS14, vpr::ConvpassAdapter>;
using Mine = vpr::Pipeline<Network, vpr::SaladAggregator<>>;

int main(int count, char** arguments) try {
  if (count != 3) return std::fprintf(stderr, "usage: %s PHOTO PHOTO\n", arguments[0]), 2;

  const vpr::SaladSettings salad{.channels = 384, .clusters = 16, .cluster_dim = 32, .token_dim = 32};
  Mine model(Network(), vpr::SaladAggregator<>(salad), vpr::ResizeThenNormalise<>{{{224, 224}}});
  vpr::initialise(model, 1);

  // Every parameter has a name. Freezing, counting, loading and saving go by names.
  std::int64_t frozen = 0, adapters = 0, head = 0;
  model.visit(
      [&](const std::string& name, auto& parameter) {
        std::int64_t& part = name.starts_with("aggregator.") ? head : name.find(".adapter_") != std::string::npos ? adapters : frozen;
        part += parameter.shape().elements();
      },
      "");
  std::printf("%lld parameters of DINOv2, %lld of its adapters, %lld of SALAD\n", static_cast<long long>(frozen),
              static_cast<long long>(adapters), static_cast<long long>(head));

  const std::vector<float> a = model.describe(vpr::read_image(arguments[1]));
  const std::vector<float> b = model.describe(vpr::read_image(arguments[2]));
  std::printf("%zu values each, cosine %.4f\n", a.size(), std::inner_product(a.begin(), a.end(), b.begin(), 0.0));
} catch (const vpr::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
