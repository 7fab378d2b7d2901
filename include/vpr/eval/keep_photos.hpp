// SPDX-License-Identifier: MIT
/// @file
/// A data set without some of its photos, such as those that cannot be read.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/dataset.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// Keeps the items of those indices, which ascend.
template <class T>
void keep_items(std::vector<T>& items, std::span<const std::size_t> kept) {
  std::vector<T> left;
  left.reserve(kept.size());
  for (const std::size_t i : kept) {
    VPR_REQUIRE(ShapeError, i < items.size(), "keep photos: got photo ", i, " of ", items.size());
    left.push_back(std::move(items[i]));
  }
  items = std::move(left);
}

}  // namespace detail

/// Leaves all queries but those of the indices `kept`, which ascend, out of a set, with their right answers.
/// @throws ShapeError  for an index that is no query's
inline void keep_queries(Dataset& set, std::span<const std::size_t> kept) {
  detail::keep_items(set.queries, kept);
  if (set.positives) detail::keep_items(*set.positives, kept);
}

/// Leaves all database photos but those of the indices `kept`, which ascend, out of a set. Right answers point to the photos' new places; a
/// query may lose its last one.
/// @throws ShapeError  for an index that is no database photo's
inline void keep_database(Dataset& set, std::span<const std::size_t> kept) {
  std::vector<std::int64_t> place(set.database.size(), -1);
  detail::keep_items(set.database, kept);
  for (std::size_t i = 0; i < kept.size(); ++i) place[kept[i]] = static_cast<std::int64_t>(i);
  if (!set.positives) return;
  for (std::vector<std::int64_t>& answers : *set.positives) {
    std::vector<std::int64_t> left;
    for (const std::int64_t answer : answers) {
      if (place[static_cast<std::size_t>(answer)] >= 0) left.push_back(place[static_cast<std::size_t>(answer)]);
    }
    answers = std::move(left);
  }
}

}  // namespace vpr
