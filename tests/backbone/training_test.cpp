// SPDX-License-Identifier: MIT
// A whole network over `Recorded`: its gradients, on any number of threads, frozen in part, checkpointed.
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/layer/initialise.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/central_difference.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <map>
#include <string>

using namespace vpr;

namespace {

template <class B>
using Network = DinoV2<VitConfig, NoAdapter, Recorded<B>>;

/// DINOv3's with heads of 8 channels, and CLIP's, with patches of 14 pixels.
VitConfig rotary() {
  VitConfig config{.channels = 24, .depth = 2, .heads = 3, .trained_side = 42};
  return config.dinov3();
}
VitConfig clip() {
  VitConfig config{.channels = 24, .depth = 2, .heads = 3, .mask_token = false, .trained_side = 42, .layer_scale = false};
  return config.clip(24);
}

VitConfig tiny(FeedForwardKind feed_forward = FeedForwardKind::gelu) {
  VitConfig config;
  config.channels = 24;
  config.depth = 3;
  config.heads = 3;
  config.registers = 2;
  config.trained_side = 42;
  config.feed_forward = feed_forward;
  return config;
}

template <class B>
Network<B> network(const VitConfig& config = tiny()) {
  Network<B> model(config);
  initialise(model, 1, 0.2F);
  return model;
}

template <class B>
Tensor<B> images() {
  return Tensor<B>::from(Shape{2, 3, 28, 56}, std::span<const float>(random_floats(2 * 3 * 28 * 56, 5)));
}

/// The model's result for the images, as one tensor.
template <class B>
Var<B> result(const Network<B>& model) {
  const Features<Var<B>> features = model(Var<B>(images<B>()));
  return concat(reshape(features.cls, Shape{2, 1, 24}), features.patches, 1);
}

template <class B>
std::map<std::string, std::vector<float>> gradients(Network<B>& model) {
  model.visit([](const std::string&, auto& parameter) { parameter.clear_gradient(); }, "");
  const Var<B> y = result(model);
  y.backward(Tensor<B>::from(y.shape(), std::span<const float>(random_floats(y.shape().elements(), 6))));
  std::map<std::string, std::vector<float>> all;
  model.visit([&](const std::string& name, auto& parameter) { all[name] = parameter.gradient().to_vector(); }, "");
  return all;
}

}  // namespace

TEST_CASE("Gradients of a whole network agree with central differences") {
  using B = Cpu<f64>;
  for (const VitConfig& config : {tiny(), tiny(FeedForwardKind::swiglu), rotary(), clip()}) {
    Network<B> model = network<B>(config);
    const Shape shape = result(model).shape();
    const Tensor<B> cotangent = Tensor<B>::from(shape, std::span<const float>(random_floats(shape.elements(), 6)));
    result(model).backward(cotangent);
    const auto objective = [&] {
      const NotRecording scope;
      const Var<B> y = result(model);
      double sum = 0;
      for (std::int64_t i = 0; i < shape.elements(); ++i) sum += cotangent.data()[i] * y.value().data()[i];
      return sum;
    };
    model.visit(
        [&](const std::string& name, Var<B>& parameter) {
          INFO(name);
          if (name == "mask_token") return;  // no image is masked
          REQUIRE(parameter.gradient().shape() == parameter.shape());
          const std::int64_t i = parameter.shape().elements() / 2;
          const double gradient = parameter.gradient().data()[i];
          double wanted = 0;
          parameter.update([&](Tensor<B>& value, Tensor<B>&) { wanted = central_difference(value.data()[i], 1e-5, objective); });
          CHECK(gradient == Approx(wanted).epsilon(1e-5).margin(1e-7));
        },
        "");
  }
}

TEST_CASE("Gradients have the same bits on any number of threads, and with every block checkpointed") {
  using B = Cpu<f32>;
  Network<B> model = network<B>();
  const auto with_threads = [&](int count) {
    const Threads threads(count);
    return gradients(model);
  };
  const auto expected = with_threads(1);
  CHECK(with_threads(2) == expected);
  CHECK(with_threads(5) == expected);
  model.set_checkpointing(true);
  CHECK(with_threads(2) == expected);
}

TEST_CASE("Only what is not frozen gets a gradient, the same as when nothing is") {
  using B = Cpu<f32>;
  Network<B> model = network<B>();
  auto expected = gradients(model);
  const auto trained = [](const std::string& name) { return name.starts_with("blocks.2.mlp.") || name == "norm.weight"; };
  model.visit([&](const std::string& name, Var<B>& parameter) { parameter.set_needs_gradient(trained(name)); }, "");
  for (auto& [name, values] : expected) {
    if (!trained(name)) values.clear();
  }
  CHECK(gradients(model) == expected);
  model.set_checkpointing(true);
  CHECK(gradients(model) == expected);
}

TEST_CASE("A recorded network gives the bits of inference") {
  DinoV2<VitConfig> plain(tiny());
  initialise(plain, 1, 0.2F);
  const Network<Cpu<f32>> model = network<Cpu<f32>>();
  const auto expected = plain(images<Cpu<f32>>());
  CHECK(model(Var<Cpu<f32>>(images<Cpu<f32>>())).patches.to_vector() == expected.patches.to_vector());
}
