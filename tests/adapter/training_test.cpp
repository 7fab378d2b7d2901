// SPDX-License-Identifier: MIT
// Every adapter over `Recorded`: the gradients of its parameters in a block, whose own are frozen.
#include <vpr/adapter.hpp>

#include "tests/autograd/component_gradients.hpp"

#include <functional>

using namespace vpr;
using namespace vpr::test;

namespace {

/// Only the adapter of a block.
template <class AdaptedBlock>
struct AdapterOf {
  AdaptedBlock& block;

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    block.adapter.visit(visitor, prefix);
  }
};

template <template <class> class Adapter>
void check(const std::function<Adapter<Training>(const VitConfig&)>& make = [](const VitConfig& config) {
  return Adapter<Training>(config);
}) {
  const VitConfig config{.channels = 32, .depth = 1, .heads = 4};
  Block<Training, Adapter> block(config, make(config));
  std::uint64_t seed = 50;
  block.visit(
      [&](const std::string& name, V& parameter) {
        if (name.ends_with("running_var")) return;
        std::vector<float> values = random_floats(parameter.shape().elements(), ++seed);
        for (float& value : values) value *= 0.3F;
        parameter.assign(std::span<const float>(values));
        parameter.set_needs_gradient(name.find("adapter") != std::string::npos && !name.ends_with("running_mean"));
      },
      "");
  const V tokens = constant(Shape{2, 3 + 6, 32}, 2);
  AdapterOf<Block<Training, Adapter>> adapter{block};
  check_parameter_gradients(adapter, [&](const auto&) { return block(tokens, {3, {3, 2}}); });
  block.visit(
      [&](const std::string& name, const V& parameter) {
        if (name.find("adapter") == std::string::npos) CHECK(parameter.gradient().empty());
      },
      "");
}

}  // namespace

TEST_CASE("Gradients of SelaVPR's adapters agree with central differences") { check<SelaAdapters>(); }

TEST_CASE("Gradients of MulConv agree with central differences, by the batch's statistics and by frozen ones") {
  check<MulConvAdapter>();
  check<MulConvAdapter>([](const VitConfig& config) {
    MulConvAdapter<Training> adapter(config, {.skip = true});
    adapter.convolution.freeze_statistics();
    return adapter;
  });
}

TEST_CASE("Gradients of Convpass agree with central differences") { check<ConvpassAdapter>(); }
