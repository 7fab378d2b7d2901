// SPDX-License-Identifier: MIT
// refused: the second argument of Pipeline must be an Aggregator: aggregate(features) giving a tensor, dimensions(channels),
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

struct Endless {
  using backend = vpr::Cpu<>;
  vpr::Tensor<backend> operator()(const vpr::Features<vpr::Tensor<backend>>& features) const { return features.cls; }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

vpr::Pipeline<vpr::DinoV2<>, Endless> model;
