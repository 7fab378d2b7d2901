// SPDX-License-Identifier: MIT
/// @file
/// Pairs of a batch's photos that a loss compares, and what chooses them.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/rows.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

namespace vpr {

/// Two photos by their positions in a batch.
struct Pair {
  std::int64_t anchor = 0;
  std::int64_t other = 0;

  friend bool operator==(const Pair&, const Pair&) = default;
};

/// Pairs that ought to be alike, and pairs that ought not.
struct Pairs {
  std::vector<Pair> positive;
  std::vector<Pair> negative;
};

/// A miner: chooses, of a batch's pairs, those worth learning from, by the descriptors' values: `miner(descriptors, places)` for N
/// descriptors and the place of each. Its choice is a constant of the loss: no gradient flows through it.
template <class M>
concept Miner = requires(const M& miner, Rows descriptors, std::span<const std::int64_t> places) {
  { miner(descriptors, places) } -> std::same_as<Pairs>;
};

namespace detail {

inline void require_place_each(std::int64_t descriptors, std::size_t places, const char* what) {
  VPR_REQUIRE(ShapeError, descriptors == static_cast<std::int64_t>(places), what, ": got ", descriptors, " descriptors and ", places,
              " places, want one place a descriptor");
}

}  // namespace detail

/// Every two different photos, in both orders: positive where they show one place.
struct AllPairs {
  static Pairs of(std::span<const std::int64_t> places) {
    Pairs pairs;
    const auto size = static_cast<std::int64_t>(places.size());
    for (std::int64_t a = 0; a < size; ++a) {
      for (std::int64_t b = 0; b < size; ++b) {
        const bool alike = places[static_cast<std::size_t>(a)] == places[static_cast<std::size_t>(b)];
        if (a != b) (alike ? pairs.positive : pairs.negative).push_back({a, b});
      }
    }
    return pairs;
  }
  /// @throws ShapeError  unless there is one place a descriptor.
  Pairs operator()(RowsArgument descriptors, std::span<const std::int64_t> places) const {
    detail::require_place_each(descriptors.size(), places.size(), "AllPairs");
    return of(places);
  }
};
static_assert(Miner<AllPairs>);

/// The share of a batch's photos that are in no positive pair as anchors: what SALAD and CricaVPR log as a batch's accuracy.
inline double share_without_positive(const Pairs& pairs, std::int64_t photos) {
  std::unordered_set<std::int64_t> anchors;
  for (const Pair& pair : pairs.positive) anchors.insert(pair.anchor);
  return photos == 0 ? 1 : 1 - static_cast<double>(anchors.size()) / static_cast<double>(photos);
}

}  // namespace vpr
