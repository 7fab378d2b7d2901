// SPDX-License-Identifier: MIT
/// @file
/// What one process and several must do alike, over any communicator.
#pragma once

#include <vpr/aggregator/gem.hpp>
#include <vpr/autograd.hpp>
#include <vpr/dist/gathered.hpp>
#include <vpr/dist/sharded_index.hpp>
#include <vpr/dist/training.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/train/sgd.hpp>
#include <vpr/train/trainer.hpp>

#include "tests/support/random.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Rows with some that are equal, in one process or far apart.
inline std::vector<float> rows_with_ties(std::int64_t count, std::int64_t dim) {
  std::vector<float> rows = random_floats(count * dim, 7);
  for (std::int64_t i = 0; i + 5 < count; i += 5)
    std::copy_n(&rows[static_cast<std::size_t>(i * dim)], dim, &rows[static_cast<std::size_t>((count - 1 - i) * dim)]);
  return rows;
}

template <class Metric, class C>
std::vector<vpr::Matches> searched(const C& communicator, std::int64_t count, std::int64_t k) {
  constexpr std::int64_t dim = 33;
  const std::vector<float> rows = rows_with_ties(count, dim), queries = random_floats(5 * dim, 8);
  vpr::ShardedIndex index(vpr::FlatIndex<Metric>(dim), communicator);
  for (const auto& [begin, end] : {std::pair<std::int64_t, std::int64_t>{0, count / 3}, {count / 3, count}}) {
    const vpr::Share share = vpr::share_of(communicator, end - begin);
    index.add(vpr::Rows(rows.data() + (begin + share.begin) * dim, share.size(), dim));
  }
  return index.search(vpr::Rows(queries.data(), 5, dim), k);
}

/// A layer's weights after some steps on batches that the processes share.
template <class C>
std::vector<float> trained(const C& communicator, std::int64_t steps) {
  using B = vpr::Recorded<vpr::Cpu<vpr::f32>>;
  constexpr std::int64_t photos = 16, channels = 12;
  vpr::Linear<B> model(channels, 8);
  vpr::initialise_heads(model, 3, [](const std::string&) { return true; });
  const vpr::MultiSimilarityLoss<> loss;
  const vpr::Sgd<vpr::Cpu<vpr::f32>> optimizer(model, {.rate = 0.05});
  vpr::TrainerSettings settings{.steps = steps};
  settings.before_step = [&communicator, parameters = optimizer.parameters()] { vpr::sum_gradients(parameters, communicator); };
  vpr::Trainer trainer(model, optimizer, vpr::ConstantRate(), settings);
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < photos; ++i) places.push_back(i / 4);
  const vpr::Share share = vpr::share_of(communicator, photos);
  trainer.run(
      [&](std::int64_t batch) {
        const std::vector<float> all = random_floats(photos * channels, static_cast<std::uint64_t>(100 + batch));
        const auto own = std::span<const float>(all).subspan(static_cast<std::size_t>(share.begin * channels),
                                                             static_cast<std::size_t>(share.size() * channels));
        const auto x = B::tensor::from(vpr::Shape{share.size(), channels}, own);
        return loss(vpr::gathered(vpr::l2_normalize(model(x)), communicator), places);
      },
      [](const vpr::TrainingStep&) { return true; });
  return model.weight.to_vector();
}
