// SPDX-License-Identifier: MIT
// refused: the third argument of TwoStage must be a Matcher: matcher(query, candidate) giving a LocalMatch
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/local/patches.hpp>
#include <vpr/model/two_stage.hpp>

struct Scoreless {
  float operator()(const vpr::LocalFeatures&, const vpr::LocalFeatures&) const { return 0; }
};

vpr::TwoStage<vpr::Pipeline<vpr::DinoV2<>, vpr::Mean<>>, vpr::Patches<>, Scoreless> system_without_matcher;
