// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/matcher/concept.hpp>

#include <algorithm>

/// Compares features at equal places: for cameras that always look the same way.
struct SamePlace {
  vpr::LocalMatch operator()(const vpr::LocalFeatures& query, const vpr::LocalFeatures& candidate) const {
    const vpr::Rows a = query, b = candidate;
    vpr::LocalMatch match;
    for (std::int32_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      float similarity = 0;
      for (std::int64_t k = 0; k < a.dim(); ++k) similarity += a[i][k] * b[i][k];
      if (similarity > 0.7F) match.pairs.push_back({i, i, similarity});
    }
    match.score = static_cast<float>(match.pairs.size());
    return match;
  }
};

static_assert(vpr::Matcher<SamePlace>);
