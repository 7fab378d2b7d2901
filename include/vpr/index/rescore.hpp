// SPDX-License-Identifier: MIT
/// @file
/// Candidates of a rough search, scored again by their descriptors.
#pragma once

#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/index/top_k.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vpr {

/// The best k of each query's candidates by the metric: what codes or an approximate index found, by descriptors that lie elsewhere, such as on disk.
/// Each score has the bits of `FlatIndex`. Candidates are read one by one, on as many threads as there are queries for.
///
/// @param candidates     of each of Q×D queries; their scores are not looked at
/// @param descriptor_of  gives the D values of an id, as `MapSnapshot::descriptor` does; may be called from several threads
/// @throws ShapeError, FormatError  for queries and descriptors as `Index` says, or another number of lists of candidates; ConfigError for a negative
///   k
template <class Metric = InnerProduct, class DescriptorOf>
std::vector<Matches> rescore(RowsArgument queries, const std::vector<Matches>& candidates, std::int64_t k,
                             const DescriptorOf& descriptor_of) {
  VPR_REQUIRE(ShapeError, std::cmp_equal(candidates.size(), queries.size()), "rescore: got candidates of ", candidates.size(),
              " queries for ", queries.size());
  VPR_REQUIRE(ConfigError, k >= 0, "rescore: got k = ", k, ", expected at least 0");
  require_finite(queries, queries.dim(), "rescore: query");
  std::vector<Matches> found(candidates.size());
  parallel_for(queries.size(), [&](std::int64_t q) {
    TopK<Metric> best(k);
    const float* const query = queries[q];
    for (const Match& candidate : candidates[static_cast<std::size_t>(q)]) {
      const std::vector<float> row = descriptor_of(candidate.id);
      require_finite(Rows(row.data(), 1, std::ssize(row)), queries.dim(), "rescore: descriptor");
      const float* const values = row.data();
      float score = 0;
      detail::score_pairs<Metric>(&values, &query, 1, queries.dim(), &score);
      best.offer({candidate.id, score});
    }
    found[static_cast<std::size_t>(q)] = best.take();
  });
  return found;
}

}  // namespace vpr
