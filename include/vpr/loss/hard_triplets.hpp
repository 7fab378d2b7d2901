// SPDX-License-Identifier: MIT
/// @file
/// The triplets of a batch that are worth learning from.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/loss/pairs.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// Triplets of photos by their positions in a batch: anchor i, positive i and negative i belong together.
struct Triplets {
  std::vector<std::int64_t> anchor, positive, negative;
};

/// For each photo of a batch, its most similar positive and its `negatives` most similar negatives, by inner product: what SelaVPR and
/// NetVLAD mine from a cached database, within a batch of places. Of equal ones the first. A photo without a positive or a negative
/// makes no triplet.
struct HardTriplets {
  std::int64_t negatives = 2;

  /// @throws ShapeError  unless there is one place a descriptor; ConfigError for less than one negative.
  Triplets operator()(RowsArgument descriptors, std::span<const std::int64_t> places) const {
    detail::require_place_each(descriptors.size(), places.size(), "HardTriplets");
    detail::require_setting("HardTriplets", "negatives", static_cast<double>(negatives), 1);
    Triplets mined;
    for (std::int64_t a = 0; a < descriptors.size(); ++a) {
      std::vector<std::pair<float, std::int64_t>> near, far;  // the least first: similarities are negated
      for (std::int64_t b = 0; b < descriptors.size(); ++b) {
        if (b == a) continue;
        float product = 0;
        for (std::int64_t c = 0; c < descriptors.dim(); ++c) product += descriptors[a][c] * descriptors[b][c];
        (places[static_cast<std::size_t>(a)] == places[static_cast<std::size_t>(b)] ? near : far).emplace_back(-product, b);
      }
      if (near.empty()) continue;
      const std::int64_t positive = std::min_element(near.begin(), near.end())->second;
      const auto count = std::min(far.size(), static_cast<std::size_t>(negatives));
      std::partial_sort(far.begin(), far.begin() + static_cast<std::ptrdiff_t>(count), far.end());
      for (std::size_t i = 0; i < count; ++i) {
        mined.anchor.push_back(a);
        mined.positive.push_back(positive);
        mined.negative.push_back(far[i].second);
      }
    }
    return mined;
  }
};

}  // namespace vpr
