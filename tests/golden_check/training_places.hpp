// SPDX-License-Identifier: MIT
/// @file
/// The trainings of batches of places.
#pragma once

#include "tests/golden_check/training.hpp"

#include <vpr/adapter/mul_conv.hpp>
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/aggregator/salad.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/train/schedule.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vpr::test {

inline std::vector<std::int64_t> places_of(const Golden& golden) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(golden.shape("in.noise")[0]));
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i) / golden.config("per_place", std::int64_t{4});
  return places;
}

/// The multi-similarity loss, with how many pairs it mined in each step.
template <class B>
struct MinedLoss {
  std::vector<std::int64_t> places, positive, negative;

  Var<B> operator()(const Var<B>& descriptors) {
    const std::vector<float> values = descriptors.to_vector();
    const Pairs pairs = MultiSimilarityMiner()(Rows(values.data(), descriptors.shape()[0], descriptors.shape()[1]), places);
    positive.push_back(static_cast<std::int64_t>(pairs.positive.size()));
    negative.push_back(static_cast<std::int64_t>(pairs.negative.size()));
    return MultiSimilarityLoss<>()(descriptors, pairs);
  }
};

/// The training of a system by the multi-similarity loss of a batch of places.
///
/// @param describe  the descriptors of photos, as they are compared
template <class B, class System, class Schedule, class Describe>
void check_mined_training(const Golden& golden, Check& check, System& system, std::int64_t tuned_blocks, const Schedule& schedule,
                          const Describe& describe) {
  const Var<B> photos = photos_of<B>(golden);
  MinedLoss<B> loss{places_of(golden), {}, {}};
  check_training<B>(
      golden, check, system, tuned_blocks, [&] { return loss(system(photos)); }, schedule,
      [&](const std::string& when) {
        const std::string name = "out." + when + ".descriptors";
        check(name, describe(photos).to_vector(), share_of_largest(golden, name, "after"));
      });
  check("pairs_positive", loss.positive);
  check("pairs_negative", loss.negative);
}

/// `train_salad`: SALAD's head and the last block of its network
template <class B>
void train_salad(const Golden& golden, Check& check) {
  using R = Recorded<B>;
  const VitConfig config = network_of(golden);
  const auto& sizes = golden.config().at("salad");
  Pipeline salad(DinoV2<VitConfig, NoAdapter, R>(config),
                 SaladAggregator<R>({.channels = config.channels,
                                     .clusters = sizes.at("clusters"),
                                     .cluster_dim = sizes.at("cluster_dim"),
                                     .token_dim = sizes.at("token_dim"),
                                     .hidden = sizes.at("hidden"),
                                     .iterations = sizes.at("iterations")}),
                 NormaliseThenResize<>{{{56, 56}}}, {"backbone.model.", "aggregator."});
  const auto& linear = golden.config().at("schedule");
  const LinearDecay schedule{linear.at("linear").at(0), linear.at("linear").at(1), linear.at("total_iters")};
  check_mined_training<B>(golden, check, salad, 1, schedule, [&](const Var<B>& photos) { return salad(photos); });
}

/// `train_crica`: CricaVPR's adapters and encoder
template <class B>
void train_crica(const Golden& golden, Check& check) {
  using R = Recorded<B>;
  const VitConfig config = network_of(golden);
  const auto &adapter = golden.config().at("adapter"), &encoder = golden.config().at("encoder");
  const MulConvSettings settings{.hidden = adapter.at("in"),
                                 .one = adapter.at("ch1x1"),
                                 .reduced_3 = adapter.at("ch3x3red"),
                                 .three = adapter.at("ch3x3"),
                                 .reduced_5 = adapter.at("ch5x5red"),
                                 .five = adapter.at("ch5x5"),
                                 .scale = golden.config("adapter_scale", 0.2F)};
  Pipeline cricavpr(DinoV2<VitConfig, MulConvAdapter, R>(
                        config, [&](const VitConfig& network, std::int64_t) { return MulConvAdapter<R>(network, settings); }),
                    CrossImageAggregator<Split<1, 2, 3>, R>(
                        {.channels = config.channels, .heads = encoder.at("nhead"), .hidden = encoder.at("dim_feedforward")}),
                    NormaliseThenResize<>{{{224, 224}}}, {"backbone.", ""});
  cricavpr.aggregator.batch_context = BatchContext<Var<B>>::blocks(golden.shape("in.noise")[0]);
  const auto freeze_statistics = [&](bool frozen) {
    for (auto& block : cricavpr.backbone.blocks()) block.adapter.convolution.freeze_statistics(frozen);
  };
  const auto& step = golden.config().at("schedule");
  const StepDecay schedule{step.at("step_size"), step.at("gamma")};
  check_mined_training<B>(golden, check, cricavpr, 0, schedule, [&](const Var<B>& photos) {
    freeze_statistics(true);
    Var<B> descriptors = cricavpr(photos);
    freeze_statistics(false);
    return descriptors;
  });
}

}  // namespace vpr::test
