// SPDX-License-Identifier: MIT
// refused: the first argument of Pipeline must be a Backbone: network(images) giving Features, channels(), multiple()
#include <vpr/aggregator/simple.hpp>
#include <vpr/model/pipeline.hpp>

struct Unmeasured {
  using backend = vpr::Cpu<>;
  std::int64_t channels() const { return 3; }
  vpr::Features<vpr::Tensor<backend>> operator()(const vpr::Tensor<backend>&) const { return {}; }
};

vpr::Pipeline<Unmeasured, vpr::Mean<>> model;
