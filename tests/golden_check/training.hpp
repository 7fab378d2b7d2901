// SPDX-License-Identifier: MIT
/// @file
/// The training of a system over any backend, compared with a golden file: training_places.hpp trains by places, training_triplets.hpp by
/// triplets. Each is compiled for a backend in a source of its own.
#pragma once

#include "tests/golden_check/registry.hpp"

#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/freeze_backbone.hpp>
#include <vpr/model/pipeline.hpp>
#include <vpr/train/adam.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
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

}  // namespace vpr::test
