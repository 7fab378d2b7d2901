// SPDX-License-Identifier: MIT
/// @file
/// The trainings of the three systems, over any backend: each is compiled for a backend in a source of its own, training_BACKEND.cpp.
#pragma once

#include "tests/golden_check/models.hpp"

#include <vpr/adapter.hpp>
#include <vpr/aggregator.hpp>
#include <vpr/autograd.hpp>
#include <vpr/io/load.hpp>
#include <vpr/local.hpp>
#include <vpr/loss.hpp>
#include <vpr/model/freeze_backbone.hpp>
#include <vpr/model/pipeline.hpp>
#include <vpr/model/two_stage.hpp>
#include <vpr/train/adam.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace vpr::test {

/// The training's photos: each its place's, with noise of its own.
template <class B>
Var<B> photos_of(const Golden& golden) {
  const std::vector<float> places = golden.values("in.places");
  std::vector<float> values = golden.values("in.noise");
  const Shape shape = golden.shape("in.noise");
  const auto each = static_cast<std::size_t>(shape.elements() / shape[0]);
  const auto place_of = golden.config<std::vector<std::int64_t>>("place_of", {});
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto photo = static_cast<std::int64_t>(i / each);
    const std::int64_t place =
        place_of.empty() ? photo / golden.config("per_place", std::int64_t{4}) : place_of[static_cast<std::size_t>(photo)];
    values[i] += places[static_cast<std::size_t>(place) * each + i % each];
  }
  return Var<B>(Tensor<B>::from(shape, std::span<const float>(values)));
}

inline VitConfig network_of(const Golden& golden) {
  const auto& vit = golden.config().at("vit");
  return {.channels = vit.at("embed_dim"), .depth = vit.at("depth"), .heads = vit.at("num_heads"), .trained_side = vit.at("img_size")};
}

inline std::vector<std::int64_t> places_of(const Golden& golden) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(golden.shape("in.noise")[0]));
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i) / golden.config("per_place", std::int64_t{4});
  return places;
}

/// What a tensor may be off by where the file gives trainings a tolerance of their own: a share of its largest magnitude.
inline double share_of_largest(const Golden& golden, const std::string& name, const char* tolerance) {
  double largest = 0;
  const auto look = [&](const std::string& stored, std::size_t from) {
    if (!golden.has(stored)) return;
    const std::vector<double> values = golden.values<double>(stored);
    for (std::size_t i = from; i < values.size(); ++i) largest = std::max(largest, std::abs(values[i]));
  };
  look(name, 0);
  look(name + ".stats", 2);
  return golden.atol() + golden.config().at("tolerances").at(tolerance).get<double>() * largest;
}

/// Trains as the file says and compares the losses, what has become of the parameters, and what `describe(when)` shows before and after.
///
/// @param loss_of   the loss of one step
/// @param schedule  the rates
template <class B, class System, class LossOf, class Schedule, class Describe>
void check_training(const Golden& golden, Check& check, System& system, std::int64_t tuned_blocks, const LossOf& loss_of,
                    const Schedule& schedule, const Describe& describe) {
  load(system, golden.weights(), PrefixedNames{});
  freeze_backbone(system, tuned_blocks);
  std::set<std::string> not_comparable;
  for (const auto& entry : nlohmann::json::parse(golden.file().metadata().at("not_comparable")))
    not_comparable.insert(entry.at(0).get<std::string>());
  std::map<std::string, std::vector<float>> start;
  system.visit([&](const std::string& name, auto& parameter) { start[name] = parameter.to_vector(); }, "");

  describe("before");
  const auto& settings = golden.config().at("optimizer");
  AdamW<B> optimizer(system, {.rate = settings.at("lr"), .weight_decay = settings.value("weight_decay", 0.0)});
  std::vector<double> losses, rates;
  for (std::int64_t step = 0; step < golden.config("steps", std::int64_t{0}); ++step) {
    const Var<B> loss = loss_of();
    losses.push_back(static_cast<double>(loss.to_vector()[0]));
    rates.push_back(schedule(settings.at("lr").get<double>(), step));
    loss.backward(Tensor<B>::full(loss.shape(), 1));
    optimizer.step(schedule, step);
  }
  check("losses", losses);
  check("lrs", rates);
  describe("after");
  system.visit(
      [&](const std::string& name, auto& parameter) {
        std::vector<float> change = parameter.to_vector();
        if (check.wants("buffer." + name)) check("buffer." + name, change);
        for (std::size_t i = 0; i < change.size(); ++i) change[i] -= start[name][i];
        const std::string delta = "out.delta." + name;
        if (check.wants(delta) && !not_comparable.contains(name)) check(delta, change, share_of_largest(golden, delta, "delta"));
      },
      "");
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
