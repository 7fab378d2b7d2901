// SPDX-License-Identifier: MIT
// Teaches: an adapter of your own is a class template over the backend that implements the places of a block that it changes;
// a loss of your own is a class that computes one value from ops. Both train without a gradient of their own.
// Trains on an untrained network and on noise: it shows the shape of the code, its results mean nothing.
#include <vpr/aggregator/gem.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/core/random.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/pipeline.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/parameters.hpp>

#include <cstdio>
#include <span>
#include <vector>

/// A gain and an offset for each channel of the feed-forward network's result (Lian et al., NeurIPS 2022). The identity before training.
template <class B>
struct GainAndOffset : vpr::NoAdapter<B> {
  using X = typename B::tensor;

  X gain, offset;

  explicit GainAndOffset(const vpr::VitConfig& config)
      : vpr::NoAdapter<B>(config), gain(X::zeros({config.channels})), offset(X::zeros({config.channels})) {}

  X after_mlp(X fed, const X&, const vpr::TokenLayout&) const { return add(add_gated(fed, fed, gain), offset); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "adapter.gain", gain);
    visitor(prefix + "adapter.offset", offset);
  }
};

/// The mean squared error of the cosine of every two photos; the target is 1 for the same place, 0 for different ones.
struct CosineRegression {
  template <vpr::TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const auto count = static_cast<std::int64_t>(places.size());
    std::vector<float> wanted;
    for (const std::int64_t a : places) {
      for (const std::int64_t b : places) wanted.push_back(a == b ? -1.0F : 0.0F);
    }
    const X cosines = matmul(descriptors, descriptors, vpr::Product::abt);
    const X difference = add(cosines, X::from(vpr::Shape{count, count}, std::span<const float>(wanted)));
    return mean(reshape(multiply(difference, difference), vpr::Shape{1, count * count, 1}));
  }
};

/// Pixels of one photo for each entry of `places`: a pattern that depends on the place, plus noise that depends on the photo.
std::vector<float> photos_of(std::span<const std::int64_t> places, vpr::Shape photo) {
  std::vector<float> values;
  for (std::size_t i = 0; i < places.size(); ++i) {
    vpr::Random pattern = vpr::Random::of({1, places[i]}), noise = vpr::Random::of({2, static_cast<std::int64_t>(i)});
    for (std::int64_t k = 0; k < photo.elements(); ++k) values.push_back(static_cast<float>(pattern.uniform() + noise.uniform() - 1));
  }
  return values;
}

int main() {
  using Plain = vpr::Cpu<>;
  using B = vpr::Recorded<Plain>;
  const vpr::VitConfig tiny{.channels = 96, .depth = 4, .heads = 3};
  vpr::Pipeline<vpr::DinoV2<vpr::VitConfig, GainAndOffset, B>, vpr::GeM<B>> model{vpr::DinoV2<vpr::VitConfig, GainAndOffset, B>(tiny)};
  vpr::initialise(model, 1);
  vpr::freeze(model, "");
  vpr::unfreeze(model, [](const std::string& name) { return name.find(".adapter.") != std::string::npos; });

  const std::vector<std::int64_t> places{0, 0, 1, 1, 2, 2, 3, 3};
  const std::vector<float> pixels = photos_of(places, {3, 56, 56});
  const vpr::Var<Plain> images(vpr::Tensor<Plain>::from({8, 3, 56, 56}, std::span<const float>(pixels)));
  vpr::Adam<Plain> optimizer(model, {.rate = 0.05});
  float first = 0, last = 0;
  for (std::int64_t step = 0; step < 10; ++step) {
    const vpr::Var<Plain> loss = CosineRegression()(model(images), places);
    loss.backward();
    optimizer.step(vpr::ConstantRate(), step);
    last = loss.to_vector()[0];
    if (step == 0) first = last;
  }
  std::printf("%zu parameter tensors are trained; the loss %s from %.4f to %.4f\n", optimizer.parameters().size(),
              last < first ? "fell" : "did not fall", first, last);
}
