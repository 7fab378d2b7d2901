// SPDX-License-Identifier: MIT
/// @file
/// What the library asks of an index of descriptors.
#pragma once

#include <vpr/core/rows.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vpr {

/// A descriptor that was found, and how good a match it is in the index's own measure.
struct Match {
  std::int64_t id = 0;
  float score = 0;

  friend bool operator==(const Match&, const Match&) = default;
};

/// What one query found, best first.
using Matches = std::vector<Match>;

/// A set of descriptors, all of `dim()` numbers, that finds those nearest to a query. `add(rows)` appends descriptors; the first one
/// ever added has id 0, the next one 1, and so on. `search(queries, k)` gives `Matches` for each query: best first, equal scores by
/// lower id, so that the order is fully determined; k, or `size()` where k exceeds it (an approximate index may find fewer). The
/// answer to a query depends neither on the queries beside it nor on the number of threads. Rows of another length than `dim()` are
/// a `ShapeError`; NaN and infinity, in descriptors or queries, are a `FormatError` and change nothing; a negative k is a
/// `ConfigError`. Searching is const and may be done from several threads.
template <class I>
concept Index = requires(I index, const I constant, Rows rows, std::int64_t k) {
  index.add(rows);
  { constant.search(rows, k) } -> std::same_as<std::vector<Matches>>;
  { constant.size() } -> std::same_as<std::int64_t>;
  { constant.dim() } -> std::same_as<std::int64_t>;
};

/// The ids alone, as measures of retrieval take them: Q×k row-major, -1 where a query found fewer than k.
/// @throws ConfigError  for a negative k, or more than 2^32 ids.
inline std::vector<std::int64_t> ids_of(const std::vector<Matches>& found, std::int64_t k) {
  constexpr std::int64_t most = std::int64_t{1} << 32;
  VPR_REQUIRE(ConfigError, k >= 0 && k <= most / std::max<std::int64_t>(static_cast<std::int64_t>(found.size()), 1), "ids_of: got k = ", k,
              " for ", found.size(), " queries, expected at least 0 and at most ", most, " ids in all");
  std::vector<std::int64_t> ids(found.size() * static_cast<std::size_t>(k), -1);
  for (std::size_t q = 0; q < found.size(); ++q) {
    const std::size_t count = std::min(found[q].size(), static_cast<std::size_t>(k));
    for (std::size_t i = 0; i < count; ++i) ids[q * static_cast<std::size_t>(k) + i] = found[q][i].id;
  }
  return ids;
}

}  // namespace vpr
