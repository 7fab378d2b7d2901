// SPDX-License-Identifier: MIT
/// @file
/// The training of triplets.
#pragma once

#include "tests/golden_check/training.hpp"

#include <vpr/adapter/bottleneck.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/local/up_conv.hpp>
#include <vpr/loss/selavpr.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/model/two_stage.hpp>
#include <vpr/train/schedule.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace vpr::test {

/// `train_sela`: SelaVPR's adapters and local head
template <class B>
void train_sela(const Golden& golden, Check& check) {
  using R = Recorded<B>;
  const VitConfig config = network_of(golden);
  const auto widths = golden.config().at("local_adapt").get<std::array<std::int64_t, 3>>();
  Pipeline pipeline(DinoV2<VitConfig, SelaAdapters, R>(config), L2Tokens{GeM<R>()}, NormaliseThenResize<>{{{56, 56}}},
                    {"backbone.", "aggregation.1.", "LocalAdapt."});
  TwoStage selavpr(std::move(pipeline), UpConvHead<R>({.channels = widths[0], .hidden = widths[1], .outputs = widths[2]}),
                   MutualNearest<SelaVprScore>());
  Triplets triplets;
  for (const auto& of_negative : golden.config().at("triplets")) {
    for (const auto& triplet : of_negative) {
      triplets.anchor.push_back(triplet.at(0));
      triplets.positive.push_back(triplet.at(1));
      triplets.negative.push_back(triplet.at(2));
    }
  }
  const Var<B> photos = photos_of<B>(golden);
  const auto loss_of = [&] {
    const auto [descriptors, local] = selavpr(photos);
    return SelaVprLoss(0.1)(descriptors, local.tokens, triplets);
  };
  check_training<B>(golden, check, selavpr, 0, loss_of, ConstantRate(), [&](const std::string& when) {
    const auto [descriptors, local] = selavpr(photos);
    check("out." + when + ".global", descriptors.to_vector(), share_of_largest(golden, "out." + when + ".global", "after"));
    check("out." + when + ".local", local.tokens.to_vector(), share_of_largest(golden, "out." + when + ".local", "after"));
  });
}

}  // namespace vpr::test
