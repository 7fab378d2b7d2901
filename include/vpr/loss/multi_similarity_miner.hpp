// SPDX-License-Identifier: MIT
/// @file
/// The miner of hard pairs that multi-similarity losses learn from.
#pragma once

#include <vpr/core/parallel.hpp>
#include <vpr/core/setting.hpp>
#include <vpr/loss/pairs.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vpr {

/// By cosine similarity, keeps an anchor's positive if some negative of the anchor comes within `epsilon` of it or nearer, and a
/// negative if it comes within `epsilon` of the farthest positive or nearer (Wang et al., CVPR 2019, section 3.2.1). An anchor
/// without positives or without negatives mines nothing. Pairs are in the order of their photos. Goldens loss_ms_*.
///
/// Descriptors need not be of unit length. Equal for any number of threads.
struct MultiSimilarityMiner {
  float epsilon = 0.1F;

  /// @throws ShapeError  unless there is one place a descriptor; ConfigError unless epsilon is finite and from 0.
  Pairs operator()(RowsArgument descriptors, std::span<const std::int64_t> places) const {
    detail::require_place_each(descriptors.size(), places.size(), "MultiSimilarityMiner");
    detail::require_setting("MultiSimilarityMiner", "epsilon", static_cast<double>(epsilon), 0);
    const auto size = descriptors.size();
    std::vector<float> norms;
    for (std::int64_t i = 0; i < size; ++i) norms.push_back(std::max(std::sqrt(product(descriptors, i, i)), 1e-12F));
    std::vector<Pairs> mined(static_cast<std::size_t>(size));
    parallel_for(size, [&](std::int64_t anchor) {
      const auto a = static_cast<std::size_t>(anchor);
      std::vector<float> cosines(norms.size());
      float farthest = std::numeric_limits<float>::infinity(), nearest = -farthest;  // of the positives, of the negatives
      for (std::size_t b = 0; b < norms.size(); ++b) {
        if (b == a) continue;
        cosines[b] = product(descriptors, anchor, static_cast<std::int64_t>(b)) / (norms[a] * norms[b]);
        if (places[b] == places[a]) {
          farthest = std::min(farthest, cosines[b]);
        } else {
          nearest = std::max(nearest, cosines[b]);
        }
      }
      for (std::size_t b = 0; b < norms.size(); ++b) {
        const bool alike = places[b] == places[a];
        if (b == a || !(alike ? cosines[b] - epsilon < nearest : cosines[b] + epsilon > farthest)) continue;
        (alike ? mined[a].positive : mined[a].negative).push_back({anchor, static_cast<std::int64_t>(b)});
      }
    });
    Pairs pairs;
    for (const Pairs& own : mined) {
      pairs.positive.insert(pairs.positive.end(), own.positive.begin(), own.positive.end());
      pairs.negative.insert(pairs.negative.end(), own.negative.begin(), own.negative.end());
    }
    return pairs;
  }

 private:
  static float product(Rows rows, std::int64_t i, std::int64_t j) {
    const float *a = rows[i], *b = rows[j];
    return detail::sum(rows.dim(), [=](std::int64_t k) { return a[k] * b[k]; });
  }
};
static_assert(Miner<MultiSimilarityMiner>);

}  // namespace vpr
