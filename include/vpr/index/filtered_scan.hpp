// SPDX-License-Identifier: MIT
/// @file
/// Exact scans that read rounded rows first, wherever these lie.
#pragma once

#include <vpr/backend/rounded_rows.hpp>
#include <vpr/index/scan.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace vpr::detail {

/// Panels of rounded rows: `panel(p, bounds)` gives one, writing to `bounds` where it has none that stay. `exact(id, scratch)` is where the floats
/// of a row begin; where `needs_scratch`, it writes them to `scratch`.
template <class S>
concept RoundedSource = requires(const S source, std::int64_t id, RowBounds& bounds, float* scratch) {
  { S::needs_scratch } -> std::convertible_to<bool>;
  { source.panels() } -> std::same_as<std::int64_t>;
  { source.panel(id, bounds) } -> std::same_as<RoundedPanel>;
  { source.rows(id) } -> std::same_as<std::uint64_t>;
  { source.exact(id, scratch) } -> std::same_as<const float*>;
};

/// The best k rows of a source for each query, in the order and with the bits that scores of the exact rows have.
template <class Metric, class Rounding, RoundedSource Source>
class FilteredScan {
 public:
  FilteredScan(const Source& source, Rows queries, std::int64_t k) : source_(source), queries_(queries), k_(k) {}

  std::vector<Matches> operator()() const {
    std::vector<Matches> found(static_cast<std::size_t>(queries_.size()));
    for (std::int64_t begin = 0; begin < queries_.size() && k_ > 0; begin += scan_batch) {
      search_batch(queries_.slice(begin, std::min(scan_batch, queries_.size() - begin)), &found[static_cast<std::size_t>(begin)]);
    }
    return found;
  }

 private:
  /// A descriptor that may be among the best. Estimates are of the score where more is better, of its negative otherwise.
  struct Candidate {
    std::int64_t id;
    float estimate, slack;
  };

  /// What is sought for one query.
  struct Sought {
    explicit Sought(std::int64_t count) : k(count), found(count), lowest(count) {}

    std::int64_t k;
    TopK<Metric> found;         // of those that were scored again
    TopK<InnerProduct> lowest;  // of the lowest scores that candidates may have
    std::vector<Candidate> candidates;

    /// What the score of a descriptor has to be able to reach, as estimates have it.
    float bound() const {
      constexpr float sign = std::is_same_v<Metric, L2> ? -1 : 1, none = -std::numeric_limits<float>::max();
      const auto exact = found.bound(), lower = lowest.bound();
      return std::max(exact ? sign * *exact : none, lower ? *lower : none);
    }
    void offer(const Candidate& candidate) {
      lowest.offer({candidate.id, candidate.estimate - candidate.slack});
      candidates.push_back(candidate);
    }
    void drop_hopeless() {
      const float least = bound();
      std::erase_if(candidates, [least](const Candidate& c) { return !(c.estimate + c.slack >= least); });
    }
  };
  using AllSought = std::vector<Sought>;  // one for each query

  void search_batch(Rows queries, Matches* found) const {
    const RoundedQueries<Metric, Rounding> rounded(queries);
    std::vector<AllSought> parts =
        scan_in_parts(source_.panels(), AllSought(static_cast<std::size_t>(queries.size()), Sought(k_)),
                      [&](std::int64_t begin, std::int64_t end, AllSought& sought) { scan(begin, end, queries, rounded, sought); });
    parallel_for(queries.size(), [&](std::int64_t q) {
      Sought& all = parts[0][static_cast<std::size_t>(q)];
      for (std::size_t s = 1; s < parts.size(); ++s) {
        Sought& part = parts[s][static_cast<std::size_t>(q)];
        for (const Match& match : part.found.take()) all.found.offer(match);
        for (const Candidate& candidate : part.candidates) all.offer(candidate);
      }
      score(queries.slice(q, 1), all);
      found[q] = all.found.take();
    });
  }

  void scan(std::int64_t begin, std::int64_t end, Rows queries, const RoundedQueries<Metric, Rounding>& rounded, AllSought& sought) const {
    std::vector<float> products(static_cast<std::size_t>(queries.size() * panel_rows));
    float estimates[panel_rows], slacks[panel_rows];
    RowBounds bounds;
    for (std::int64_t p = begin; p < end; ++p) {
      const std::uint64_t used = source_.rows(p);
      if (used == 0) continue;
      const RoundedPanel panel = source_.panel(p, bounds);
      panel.multiply(rounded, products.data());
      for (std::int64_t q = 0; q < queries.size(); ++q) {
        Sought& one = sought[static_cast<std::size_t>(q)];
        std::uint64_t chosen = used & filter_kernels().reaching(*panel.bounds, rounded.bound(q), one.bound(),
                                                                &products[static_cast<std::size_t>(q * panel_rows)], estimates, slacks);
        for (; chosen != 0; chosen &= chosen - 1) {
          const int lane = std::countr_zero(chosen);
          one.offer({p * panel_rows + lane, estimates[lane], slacks[lane]});
        }
        // Where candidates are many, memory is kept to a few times k.
        const std::size_t most = static_cast<std::size_t>(2 * one.k + 1024);
        if (one.candidates.size() < most) continue;
        one.drop_hopeless();
        if (one.candidates.size() > most / 2) score(queries.slice(q, 1), one);
      }
    }
  }

  /// Scores the candidates in float, those with the best estimates first, and leaves none.
  void score(Rows query, Sought& sought) const {
    std::vector<Candidate>& candidates = sought.candidates;
    sought.drop_hopeless();
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.estimate > b.estimate; });
    constexpr std::size_t most = 48;
    std::vector<std::int64_t> ids;
    std::vector<float> scratch(Source::needs_scratch ? most * static_cast<std::size_t>(query.dim()) : 0);
    const float *rows[most], *queries[most];
    float scores[most];
    std::fill_n(queries, most, query[0]);
    for (auto next = candidates.begin(); next != candidates.end();) {
      const float least = sought.bound();
      ids.clear();
      for (; next != candidates.end() && ids.size() < most; ++next) {
        if (!(next->estimate + next->slack >= least)) continue;
        rows[ids.size()] = source_.exact(next->id, scratch.data() + ids.size() * static_cast<std::size_t>(query.dim()));
        ids.push_back(next->id);
      }
      score_pairs<Metric>(rows, queries, std::ssize(ids), query.dim(), scores);
      for (std::size_t i = 0; i < ids.size(); ++i) sought.found.offer({ids[i], scores[i]});
    }
    candidates.clear();
  }

  const Source& source_;
  Rows queries_;
  std::int64_t k_;
};

}  // namespace vpr::detail
