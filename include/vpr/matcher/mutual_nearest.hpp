// SPDX-License-Identifier: MIT
/// @file
/// Mutual nearest neighbours: the local features of two photos that choose each other.
#pragma once

#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/matcher/concept.hpp>
#include <vpr/matcher/match_score.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace vpr {

/// For each vector of a set the one of the other set with the largest inner product, the lowest index among equals.
struct Nearest {
  std::vector<std::int32_t> index;
  std::vector<float> similarity;

  explicit Nearest(std::int64_t size)
      : index(static_cast<std::size_t>(size), 0), similarity(static_cast<std::size_t>(size), -std::numeric_limits<float>::infinity()) {}
};

/// Both directions of a comparison.
struct NearestBothWays {
  Nearest of_query;      ///< for each of the query's N vectors one of the candidate's M
  Nearest of_candidate;  ///< for each of the candidate's M one of the query's N

  /// Those who chose each other, in the order of the query's vectors. Where there are vectors on both sides, there is at least one
  /// such pair: that of the largest inner product.
  std::vector<MatchedPair> mutual() const {
    std::vector<MatchedPair> pairs;
    if (of_candidate.index.empty()) return pairs;
    for (std::size_t i = 0; i < of_query.index.size(); ++i) {
      const std::int32_t j = of_query.index[i];
      if (of_candidate.index[static_cast<std::size_t>(j)] == static_cast<std::int32_t>(i)) {
        pairs.push_back({static_cast<std::int32_t>(i), j, of_query.similarity[i]});
      }
    }
    return pairs;
  }
};

/// A query's vectors, laid out once for comparisons with many candidates. It borrows them.
class NearestFinder {
 public:
  /// @throws FormatError for NaN or infinity.
  explicit NearestFinder(Rows query) : rows_(query), packed_(query.dim()) {
    require_finite(query, query.dim(), "nearest neighbours: query feature");
    packed_.append(query);
  }

  Rows rows() const { return rows_; }

  /// Compares all with all, in time 2·N·M·D operations and memory for N + M answers: the N×M similarities are reduced as they are
  /// made, a tile at a time. The answer's bits do not depend on the number of threads, nor on which side is the query.
  /// @throws ShapeError for vectors of another length; FormatError for NaN or infinity.
  NearestBothWays operator()(Rows candidate) const {
    require_finite(candidate, rows_.dim(), "nearest neighbours: candidate feature");
    const std::int64_t panels = candidate.size() == 0 ? 0 : packed_.panels();
    const std::int64_t slices = std::min<std::int64_t>(panels, thread_count() == 1 ? 1 : 4 * thread_count());
    NearestBothWays found{Nearest(rows_.size()), Nearest(candidate.size())};
    std::vector<Nearest> parts(static_cast<std::size_t>(slices), found.of_candidate);
    parallel_for(slices, [&](std::int64_t s) {
      for (std::int64_t panel = panels * s / slices; panel < panels * (s + 1) / slices; ++panel) {
        scan(panel, candidate, found.of_query, parts[static_cast<std::size_t>(s)]);
      }
    });
    // In the order of the slices, so that the lowest index wins.
    for (const Nearest& part : parts) {
      for (std::size_t j = 0; j < part.index.size(); ++j) {
        if (!(part.similarity[j] > found.of_candidate.similarity[j])) continue;
        found.of_candidate.similarity[j] = part.similarity[j];
        found.of_candidate.index[j] = part.index[j];
      }
    }
    return found;
  }

 private:
  static constexpr std::int64_t lanes = PackedRows::panel_rows, block = 96;

  /// Compares the 64 query vectors of a panel with all of the candidate.
  void scan(std::int64_t panel, Rows candidate, Nearest& of_query, Nearest& of_candidate) const {
    const std::int64_t first = panel * lanes, used = std::min(lanes, rows_.size() - first);
    std::array<float, block * lanes> scores;
    std::array<float, lanes> best;
    std::array<std::int32_t, lanes> chosen{};
    best.fill(-std::numeric_limits<float>::infinity());
    for (std::int64_t begin = 0; begin < candidate.size(); begin += block) {
      const std::int64_t count = std::min(block, candidate.size() - begin);
      packed_.score<InnerProduct>(panel, candidate.slice(begin, count), scores.data());
      for (std::int64_t c = 0; c < count; ++c) {
        const float* const row = scores.data() + c * lanes;
        const auto index = static_cast<std::int32_t>(begin + c);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          const bool better = row[lane] > best[lane];
          best[lane] = better ? row[lane] : best[lane];
          chosen[lane] = better ? index : chosen[lane];
        }
        offer(row, used, first, of_candidate, static_cast<std::size_t>(index));
      }
    }
    std::copy_n(best.begin(), used, of_query.similarity.begin() + first);
    std::copy_n(chosen.begin(), used, of_query.index.begin() + first);
  }

  /// Offers a candidate's vector the query vectors from `first` on.
  static void offer(const float* row, std::int64_t used, std::int64_t first, Nearest& of_candidate, std::size_t candidate) {
    float& best = of_candidate.similarity[candidate];
    // Nearly always none is nearer, and one pass over all of them at once says so.
    int nearer = 0;
    for (std::int64_t lane = 0; lane < used; ++lane) nearer |= static_cast<int>(row[lane] > best);
    if (nearer == 0) return;
    for (std::int64_t lane = 0; lane < used; ++lane) {
      if (!(row[lane] > best)) continue;
      best = row[lane];
      of_candidate.index[candidate] = static_cast<std::int32_t>(first + lane);
    }
  }

  Rows rows_;
  PackedRows packed_;
};

/// Scores two photos by the local features that are each other's nearest by inner product, as SelaVPR does (Lu et al., ICLR 2024).
///
/// @tparam Score  what is made of the pairs: `MatchCount`, `MeanSimilarity`, or SelaVPR's own rules in `match_score.hpp`
///
/// Ties go to the lowest index. A photo without features matches nothing and scores 0. Goldens selavpr_match_*.
template <MatchScore Score = MatchCount>
struct MutualNearest {
  Execution execution{};  ///< where features are compared; the current one unless another is set

  /// Borrows the query.
  NearestFinder prepare(const LocalFeatures& query) const { return NearestFinder(query); }
  NearestFinder prepare(const LocalFeatures&& query) const = delete;

  /// @throws ShapeError for features of different lengths; FormatError for NaN or infinity.
  LocalMatch operator()(const NearestFinder& query, const LocalFeatures& candidate) const {
    if (query.rows().size() == 0 || candidate.size() == 0) return {};
    const ExecutionScope scope(execution);
    LocalMatch match{0, query(candidate).mutual()};
    match.score = Score::of(match.pairs, query.rows(), candidate);
    return match;
  }
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const { return (*this)(prepare(query), candidate); }
};

static_assert(Matcher<MutualNearest<>>);

}  // namespace vpr
