// SPDX-License-Identifier: MIT
#include <vpr/model/precision.hpp>

#include <vpr/adapter/bottleneck.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/layer/normed_convolution.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <cmath>
#include <map>

using namespace vpr;

namespace {

const VitConfig config{.channels = 64, .depth = 2, .heads = 2, .trained_side = 56};

/// With weights as trained networks have them: each output of unit size.
template <class Network>
void randomise(Network& network) {
  std::uint64_t seed = 1;
  network.visit(
      [&](const std::string&, auto& parameter) {
        const Shape& shape = parameter.shape();
        std::vector<float> values = random_floats(shape.elements(), seed++);
        for (float& value : values) value *= shape.rank() < 2 ? 1 : 1 / std::sqrt(static_cast<float>(shape.elements() / shape[0]));
        parameter.assign(std::span<const float>(values));
      },
      "");
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return ab / std::sqrt(aa * bb);
}

/// A network, and a matcher with blocks of its own.
struct TwoParts {
  DinoV2<VitConfig> backbone{config}, matcher{config};

  void visit(auto&& visitor, const std::string& prefix) {
    matcher.visit(visitor, prefix + "Reranker.");
    backbone.visit(visitor, prefix + "backbone.");
  }
};

}  // namespace

TEST_CASE("A model's blocks are held in a precision, and nothing else of it") {
  DinoV2<VitConfig, SelaAdapters> network(config);
  hold_blocks_in(network, Precision::bf16);
  int halves = 0;
  network.visit(
      [&](const std::string& name, auto& parameter) {
        if constexpr (requires { parameter.precision(); }) {
          const bool of_block = name.find(".attn.") != std::string::npos || name.find(".mlp.") != std::string::npos;
          CHECK(parameter.precision() == (of_block ? Precision::bf16 : Precision::f32));
          halves += of_block;
        }
      },
      "backbone.");
  CHECK(halves == 2 * 4);
}

TEST_CASE("Blocks of a system's other parts, such as a matcher's, stay in float32") {
  TwoParts system;
  hold_blocks_in(system, Precision::int8);
  CHECK(system.backbone.blocks()[0].attn.qkv.weight.precision() == Precision::int8);
  CHECK(system.matcher.blocks()[0].attn.qkv.weight.precision() == Precision::f32);
}

TEST_CASE("A model without transformer blocks is held in float32 alone") {
  NormedConvolution<Cpu<>> layer(4, 4, {3, 1, 1}, 1e-5F);
  hold_blocks_in(layer, Precision::f32);
  CHECK_THROWS_WITH(hold_blocks_in(layer, Precision::bf16), ContainsSubstring("this model has none: take f32"));
}

TEST_CASE("Weights may be assigned before or after the precision is chosen") {
  DinoV2<VitConfig> before(config), after(config);
  randomise(before);
  hold_blocks_in(before, Precision::int8);
  hold_blocks_in(after, Precision::int8);
  randomise(after);
  const auto images = Tensor<Cpu<>>::from(Shape{1, 3, 56, 56}, random_floats(3 * 56 * 56, 9));
  CHECK(before(images).patches.to_vector() == after(images).patches.to_vector());
}

TEST_CASE("Features in bf16 and int8 are near those in f32, the same alone and in a batch") {
  DinoV2<VitConfig> exact(config);
  randomise(exact);
  const std::int64_t size = 3 * 56 * 56;
  const auto images = Tensor<Cpu<>>::from(Shape{2, 3, 56, 56}, random_floats(2 * size, 9));
  const std::vector<float> expected = exact(images).patches.to_vector();
  for (const auto& [precision, least] : {std::pair{Precision::bf16, 0.9999}, {Precision::int8, 0.999}}) {
    DinoV2<VitConfig> network = exact;
    hold_blocks_in(network, precision);
    const std::vector<float> found = network(images).patches.to_vector();
    CHECK(cosine(found, expected) > least);
    CHECK(found != expected);
    const auto second = Tensor<Cpu<>>::from(Shape{1, 3, 56, 56}, std::span<const float>(images.data() + size, size));
    const std::vector<float> alone = network(second).patches.to_vector();
    CHECK(std::equal(alone.begin(), alone.end(), found.end() - static_cast<std::ptrdiff_t>(alone.size())));
  }
}

TEST_CASE("Mixed holds the first and the last block in bf16, those between in int8") {
  VitConfig deeper = config;
  deeper.depth = 3;
  DinoV2<VitConfig> network(deeper);
  hold_blocks_in(network, find_precision("mixed"));
  CHECK(network.blocks()[0].attn.qkv.weight.precision() == Precision::bf16);
  CHECK(network.blocks()[1].mlp.out.weight.precision() == Precision::int8);
  CHECK(network.blocks()[2].attn.proj.weight.precision() == Precision::bf16);
}

TEST_CASE("Training multiplies the matrices of blocks in bf16, and what it trains stays float32") {
  using B = Recorded<Cpu<>>;
  DinoV2<VitConfig, SelaAdapters, B> exact(config), rounded(config);
  randomise(exact);
  randomise(rounded);
  train_blocks_in(rounded, Precision::bf16);
  const auto images = Tensor<Cpu<>>::from(Shape{2, 3, 56, 56}, random_floats(2 * 3 * 56 * 56, 9));
  const auto patches = [&](auto& network) {
    const Var<Cpu<>> all = network(Var<Cpu<>>(images)).patches;
    all.backward(Tensor<Cpu<>>::from(all.shape(), random_floats(all.shape().elements(), 4)));
    return all.to_vector();
  };
  const std::vector<float> expected = patches(exact), found = patches(rounded);
  CHECK(found != expected);
  CHECK(cosine(found, expected) > 0.9999);
  std::map<std::string, std::vector<float>> gradients;
  exact.visit([&](const std::string& name, auto& parameter) { gradients[name] = parameter.gradient().to_vector(); }, "");
  rounded.visit(
      [&](const std::string& name, auto& parameter) {
        INFO(name);
        if constexpr (requires { parameter.precision(); })
          CHECK(parameter.precision() == (detail::is_of_a_block(name) ? Precision::bf16 : Precision::f32));
        const std::vector<float> gradient = parameter.gradient().to_vector(), &wanted = gradients.at(name);
        REQUIRE(gradient.size() == wanted.size());
        if (!wanted.empty()) CHECK(cosine(gradient, wanted) > 0.999);
      },
      "");
  CHECK_THROWS_WITH(train_blocks_in(rounded, Precision::int8), ContainsSubstring("training multiplies in f32 or bf16, not in int8"));
  NormedConvolution<B> layer(4, 4, {3, 1, 1}, 1e-5F);
  CHECK_THROWS_WITH(train_blocks_in(layer, Precision::bf16), ContainsSubstring("this model has none: take f32"));
}

TEST_CASE("A precision is found by its name") {
  CHECK(find_precision("bf16") == Precision::bf16);
  CHECK_THROWS_WITH(find_precision("fp8"), "precision 'fp8': want f32, bf16, int8 or mixed");
}
