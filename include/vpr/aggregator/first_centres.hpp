// SPDX-License-Identifier: MIT
/// @file
/// Where k-means begins.
#pragma once

#include <vpr/core/parallel.hpp>
#include <vpr/core/random.hpp>
#include <vpr/core/rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace vpr {

/// What clustering calls near.
enum class ClusterDistance {
  euclidean,  ///< the squared distance
  cosine,     ///< 1 - the cosine, which is 0 for a zero vector
};

/// Which points are the first centres.
enum class FirstCentres {
  plus_plus,  ///< drawn one by one, each with a chance in proportion to its distance from those drawn (Arthur and Vassilvitskii 2007)
  random,     ///< any different ones
};

namespace detail {

inline float dot(const float* a, const float* b, std::int64_t dim) {
  return sum(dim, [a, b](std::int64_t k) { return a[k] * b[k]; });
}

inline float cluster_distance(const float* a, const float* b, std::int64_t dim, ClusterDistance distance) {
  if (distance == ClusterDistance::euclidean) return sum(dim, [a, b](std::int64_t k) { return (a[k] - b[k]) * (a[k] - b[k]); });
  const float norms = std::sqrt(dot(a, a, dim)) * std::sqrt(dot(b, b, dim));
  return norms > 0 ? std::max(0.0F, 1 - dot(a, b, dim) / norms) : 1;
}

inline std::vector<std::int64_t> draw_plus_plus(Rows points, std::int64_t count, ClusterDistance distance, Random& random) {
  std::vector<std::int64_t> drawn;
  std::vector<float> nearest(static_cast<std::size_t>(points.size()), std::numeric_limits<float>::infinity());
  std::int64_t next = random.below(points.size());
  while (true) {
    drawn.push_back(next);
    if (static_cast<std::int64_t>(drawn.size()) == count) return drawn;
    constexpr std::int64_t block = 1024;
    parallel_for((points.size() + block - 1) / block, [&](std::int64_t b) {
      for (std::int64_t i = b * block; i < std::min(points.size(), (b + 1) * block); ++i) {
        float& least = nearest[static_cast<std::size_t>(i)];
        least = std::min(least, cluster_distance(points[i], points[next], points.dim(), distance));
      }
    });
    double left = random.uniform() * std::accumulate(nearest.begin(), nearest.end(), 0.0);
    for (std::size_t i = 0; i < nearest.size(); ++i) {
      if (nearest[i] > 0) next = static_cast<std::int64_t>(i);  // stays as it was where all points equal one that was drawn
      left -= static_cast<double>(nearest[i]);
      if (left < 0) break;
    }
  }
}

inline std::vector<std::int64_t> draw_different(std::int64_t count, std::int64_t bound, Random& random) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(bound));
  std::iota(numbers.begin(), numbers.end(), 0);
  for (std::int64_t i = 0; i < count; ++i) {
    std::swap(numbers[static_cast<std::size_t>(i)], numbers[static_cast<std::size_t>(i + random.below(bound - i))]);
  }
  numbers.resize(static_cast<std::size_t>(count));
  return numbers;
}

}  // namespace detail

/// `count` of the N×D points, K×D row-major, drawn by `seed`; the same for any number of threads.
/// @throws ConfigError unless 1 <= count <= N.
inline std::vector<float> first_centres(Rows points, std::int64_t count, FirstCentres rule, ClusterDistance distance, std::uint64_t seed) {
  VPR_REQUIRE(ConfigError, count >= 1 && count <= points.size(), "k-means: got ", points.size(), " points for ", count,
              " clusters, expected at least as many points, and one cluster");
  Random random(seed);
  const std::vector<std::int64_t> drawn = rule == FirstCentres::random ? detail::draw_different(count, points.size(), random)
                                                                       : detail::draw_plus_plus(points, count, distance, random);
  std::vector<float> centres;
  for (const std::int64_t i : drawn) centres.insert(centres.end(), points[i], points[i] + points.dim());
  return centres;
}

}  // namespace vpr
