// SPDX-License-Identifier: MIT
/// @file
/// Matching by one descriptor of each photo.
#pragma once

#include <vpr/core/rows.hpp>
#include <vpr/matcher/concept.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace vpr {

/// Compares two photos by their only feature each, as a `DescriptorHead` gives it: the score is the negative Euclidean distance, from -2 to 0 for
/// descriptors of unit length. There are no pairs to draw. A photo without features is as far as can be. Golden selavprpp_rerank.
struct DescriptorDistance {
  /// @throws ShapeError  for photos of several features, or of other channels than each other's.
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    const Rows a = query, b = candidate;
    VPR_REQUIRE(ShapeError, a.size() <= 1 && b.size() <= 1 && (a.size() * b.size() == 0 || a.dim() == b.dim()), "descriptor distance: got ",
                a.size(), " features of ", a.dim(), " channels and ", b.size(), " of ", b.dim(), ", want one each, of as many channels");
    if (a.size() * b.size() == 0) return {.score = -2};
    const float squares = detail::sum(a.dim(), [x = a[0], y = b[0]](std::int64_t k) { return (x[k] - y[k]) * (x[k] - y[k]); });
    return {.score = -std::sqrt(squares)};
  }
  std::string_view score_name() const { return "negative distance"; }
};
static_assert(Matcher<DescriptorDistance>);

}  // namespace vpr
