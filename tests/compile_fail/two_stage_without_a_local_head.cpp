// SPDX-License-Identifier: MIT
// refused: the second argument of TwoStage must be a LocalHead: head(features) giving LocalTokens, channels(channels), visit(visitor, prefix)
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/model/two_stage.hpp>

struct Headless {
  using backend = vpr::Cpu<>;
};

vpr::TwoStage<vpr::Pipeline<vpr::DinoV2<>, vpr::Mean<>>, Headless, vpr::MutualNearest<>> system_without_head;
