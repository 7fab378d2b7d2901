// SPDX-License-Identifier: MIT
/// @file
/// Work on photos and queries that processes share.
#pragma once

#include <vpr/dist/communicator.hpp>
#include <vpr/index/concept.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// `count` rows of `dim` numbers, of which each process makes its share: `rows_of(begin, end)` gives rows begin to before end, such as descriptors of
/// those photos. All rows in every process, in their order.
/// @throws ShapeError  where a process makes another number of values; what `rows_of` throws. The other processes throw an Error that repeats it
template <Communicator C, class RowsOf>
std::vector<float> gathered_rows(const C& communicator, std::int64_t count, std::int64_t dim, RowsOf&& rows_of) {
  const Share share = share_of(communicator, count);
  std::vector<float> own;
  together(communicator, [&] {
    own = rows_of(share.begin, share.end);
    VPR_REQUIRE(ShapeError, std::ssize(own) == share.size() * dim, "gathered_rows: got ", own.size(), " values for rows ", share.begin,
                " to ", share.end, " of ", dim, " each");
  });
  return gather_all(communicator, std::span<const float>(own));
}

/// The matches of `count` queries, of which each process finds its share: `matches_of(query)` gives those of one, such as a search's after re-ranking
/// by local features that every process reads from one file (`DiskLocalStore`). All in every process.
/// @throws what `matches_of` throws; in the other processes Error, which repeats it
template <Communicator C, class MatchesOf>
std::vector<Matches> gathered_matches(const C& communicator, std::int64_t count, MatchesOf&& matches_of) {
  const Share share = share_of(communicator, count);
  std::vector<Match> own;
  std::vector<std::int64_t> sizes;
  together(communicator, [&] {
    for (std::int64_t query = share.begin; query < share.end; ++query) {
      const Matches matches = matches_of(query);
      sizes.push_back(std::ssize(matches));
      own.insert(own.end(), matches.begin(), matches.end());
    }
  });
  const std::vector<Match> all = gather_all(communicator, std::span<const Match>(own));
  std::vector<Matches> found;
  auto next = all.begin();
  for (const std::int64_t size : gather_all(communicator, std::span<const std::int64_t>(sizes))) {
    found.emplace_back(next, next + size);
    next += size;
  }
  return found;
}

}  // namespace vpr
