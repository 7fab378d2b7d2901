// SPDX-License-Identifier: MIT
// CricaVPR's encoder over fourteen regions across the photos of a batch: milliseconds a batch.
#include "benchmarks/support/module.hpp"
#include "tests/support/random.hpp"

#include <vpr/aggregator/cross_image.hpp>
#include <vpr/layer/initialise.hpp>

namespace {

/// The encoder's parameters under the names of `torch.nn.TransformerEncoder`.
struct Encoder {
  vpr::CrossImageAggregator<> aggregator;

  void visit(const auto& visitor, const std::string& prefix) {
    const std::string encoder = "encoder.";
    const auto of_encoder = [&](const std::string& name, auto& parameter) {
      if (name.starts_with(encoder)) visitor(prefix + name.substr(encoder.size()), parameter);
    };
    aggregator.visit(of_encoder, "");
  }
};

void cross_image_encoder(benchmark::State& state) {
  const std::int64_t photos = state.range(0);
  Encoder encoder;
  vpr::initialise(encoder, 1);
  const auto regions = vpr::Tensor<vpr::Cpu<>>::from({photos, 14, 768}, random_floats(photos * 14 * 768, 2));
  vpr::bench::time_module(state, "cross_image_encoder", encoder, regions, [&](const auto& x) { return encoder.aggregator.encode(x); });
}

BENCHMARK(cross_image_encoder)->Apply(vpr::bench::photos_and_threads);

}  // namespace
