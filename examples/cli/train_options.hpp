// SPDX-License-Identifier: MIT
/// @file
/// What the command line asks of a training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

struct TrainOptions {
  std::string recipe, weights, data, out, backbone, cache, log, report, database, queries, positives, mining, augment;
  std::string by = "automatic", size = "224x224";
  std::vector<std::string> leave_out;
  std::int64_t steps = 1000, places = 0, photos = 0, triplets = 0, negatives = 0, round = 0, pool = 0, frames = 5, tuned_blocks = -1,
               every = 0, patience = 0, threads = 0;
  double rate = 0, radius = 25;
  std::uint64_t seed = 0;
  bool resume = false, checkpointing = false;
};

}  // namespace cli
