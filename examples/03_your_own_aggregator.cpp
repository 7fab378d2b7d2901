// SPDX-License-Identifier: MIT
// Teaches: an aggregator of your own is a class with three members. No base class, no registration, no gradient by hand.
// Runs on an untrained network: it shows the shape of the code, its results mean nothing.
#include <vpr/vpr.hpp>

#include <cstdio>

/// The class token and the mean of the patches side by side, after a learned projection of both. D = 2 · projected.
template <class B = vpr::Cpu<>>
struct ClassAndMean {
  using backend = B;
  using X = typename B::tensor;

  vpr::Linear<B> project;

  ClassAndMean(std::int64_t channels, std::int64_t projected) : project(channels, projected) {}

  std::int64_t dimensions(std::int64_t) const { return 2 * project.weight.shape()[0]; }

  X operator()(const vpr::Features<X>& features) const {
    return l2_normalize(concat(project(features.cls), project(mean(features.patches)), 1));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    project.visit(visitor, prefix + "project.");
  }
};

int main() {
  vpr::Pipeline model(vpr::DinoV2<>(vpr::ViTS14()), ClassAndMean<>(384, 64));
  vpr::initialise(model, 1);
  const std::vector<float> descriptor = model.describe(vpr::Image({480, 640}));
  std::printf("%lld dimensions, the first is %.4f\n", static_cast<long long>(model.dimensions()), descriptor[0]);
}
