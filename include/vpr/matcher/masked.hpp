// SPDX-License-Identifier: MIT
/// @file
/// Local features that do not count.
#pragma once

#include <vpr/matcher/concept.hpp>
#include <vpr/matcher/mutual_nearest.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace vpr {

/// Another matcher, before which features with a score of at most `threshold` are set to zero, as TransVPR filters tokens: their inner
/// products are 0 (Wang et al., CVPR 2022, section 3.3). So, as in the authors' code, one may still be the nearest where all others are
/// less than that.
template <Matcher M = MutualNearest<>>
struct Masked {
  M matcher{};
  float threshold = 0.02F;

  struct Prepared {
    std::shared_ptr<const LocalFeatures> features;  // that `query` borrows
    decltype(std::declval<const M&>().prepare(std::declval<const LocalFeatures&>())) query;
  };
  Prepared prepare(const LocalFeatures& query) const {
    auto features = std::make_shared<const LocalFeatures>(masked(query));
    auto prepared = matcher.prepare(*features);
    return {std::move(features), std::move(prepared)};
  }

  LocalMatch operator()(const Prepared& query, const LocalFeatures& candidate) const { return matcher(query.query, masked(candidate)); }
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const { return (*this)(prepare(query), candidate); }
  std::string_view score_name() const { return score_name_of(matcher); }

 private:
  LocalFeatures masked(LocalFeatures features) const {
    for (std::size_t i = 0; i < features.keypoints.size(); ++i) {
      if (features.keypoints[i].score > threshold) continue;
      const auto row = features.values.begin() + static_cast<std::ptrdiff_t>(i) * features.channels;
      std::fill(row, row + features.channels, 0.0F);
    }
    return features;
  }
};

static_assert(Matcher<Masked<>>);

}  // namespace vpr
