// SPDX-License-Identifier: MIT
/// @file
/// Exact search that reads a rounded copy of the descriptors first.
#pragma once

#include <vpr/backend/rounded_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/index/top_k.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace vpr {

/// Exact search, filtered: the answer is that of `FlatIndex<Metric>`, in ids, order and every bit of the scores, whatever the descriptors.
///
/// A first pass reads a rounded copy of all descriptors, half or a quarter of the memory, and estimates each score within a bound that is
/// proven. Only descriptors that may be among the best k by it are scored again in float. That takes half the time or less of `FlatIndex`
/// where few stand out, as of photos of places; and more, where nearly all scores are closer to each other than what rounding
/// loses: bytes suit hundreds of dimensions, bfloat16 thousands.
///
/// @tparam Metric    `InnerProduct` or `L2`
/// @tparam Rounding  of the copy: `BfloatRounding`, 6 bytes a number in all, or `ByteRounding`, 5 bytes
template <class Metric = InnerProduct, class Rounding = BfloatRounding>
class FilteredIndex {
 public:
  /// @param execution  where it searches
  /// @throws ConfigError for a dim below 1, or above 2^24, of bytes 2^17.
  explicit FilteredIndex(std::int64_t dim, Execution execution = {})
      : dim_(validated(dim)), rounded_(dim), execution_(std::move(execution)) {}

  std::int64_t dim() const { return dim_; }
  std::int64_t size() const { return rounded_.size(); }

  /// Appends descriptors N×D under the ids size(), size() + 1, ...; all of them or, on an error, none.
  /// @throws ShapeError, FormatError as `Index` says.
  void add(RowsArgument descriptors) {
    require_finite(descriptors, dim_, "FilteredIndex: descriptor");
    exact_.grow(size() + descriptors.size(), dim_);
    for (std::int64_t r = 0; r < descriptors.size(); ++r) std::copy_n(descriptors[r], dim_, exact_[size() + r]);
    rounded_.append(descriptors);
  }

  /// The descriptor of that id, as it was added.
  /// @throws ConfigError for an id that is not here.
  std::vector<float> descriptor(std::int64_t id) const {
    VPR_REQUIRE(ConfigError, id >= 0 && id < size(), "FilteredIndex: got id ", id, ", ids are 0 to ", size() - 1);
    return {exact_[id], exact_[id] + dim_};
  }

  /// The best min(k, size()) descriptors for each of Q×D queries, in the order that `Index` fixes.
  /// @throws ShapeError, FormatError, ConfigError as `Index` says.
  std::vector<Matches> search(RowsArgument queries, std::int64_t k) const {
    VPR_REQUIRE(ConfigError, k >= 0, "FilteredIndex: got k = ", k, ", expected at least 0");
    require_finite(queries, dim_, "FilteredIndex: query");
    const ExecutionScope scope(execution_);
    constexpr std::int64_t batch = 256;
    std::vector<Matches> found(static_cast<std::size_t>(queries.size()));
    for (std::int64_t begin = 0; begin < queries.size(); begin += batch) {
      search_batch(queries.slice(begin, std::min(batch, queries.size() - begin)), std::min(k, size()),
                   &found[static_cast<std::size_t>(begin)]);
    }
    return found;
  }

 private:
  static std::int64_t validated(std::int64_t dim) {
    VPR_REQUIRE(ConfigError, dim >= 1 && dim <= Rounding::longest, "FilteredIndex: got dim ", dim, ", expected at least 1 and at most ",
                Rounding::longest);
    return dim;
  }

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

  void search_batch(Rows queries, std::int64_t k, Matches* found) const {
    if (k == 0) return;
    const typename RoundedRows<Metric, Rounding>::Queries rounded(queries);
    // More slices than threads even out threads of different speed; how many there are changes no result.
    const std::int64_t panels = rounded_.panels(),
                       slices = thread_count() == 1 ? 1 : std::clamp<std::int64_t>(panels, 1, 8 * thread_count());
    std::vector<AllSought> parts(static_cast<std::size_t>(slices), AllSought(static_cast<std::size_t>(queries.size()), Sought(k)));
    parallel_for(slices, [&](std::int64_t s) {
      scan(panels * s / slices, panels * (s + 1) / slices, queries, rounded, parts[static_cast<std::size_t>(s)]);
    });
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
    constexpr std::int64_t panel_rows = detail::panel_rows;
    std::vector<float> products(static_cast<std::size_t>(queries.size() * panel_rows));
    float estimates[panel_rows], slacks[panel_rows];
    for (std::int64_t panel = begin; panel < end; ++panel) {
      rounded_.multiply(panel, rounded, products.data());
      for (std::int64_t q = 0; q < queries.size(); ++q) {
        Sought& one = sought[static_cast<std::size_t>(q)];
        std::uint64_t chosen =
            rounded_.reaching(panel, rounded.bound(q), one.bound(), &products[static_cast<std::size_t>(q * panel_rows)], estimates, slacks);
        for (; chosen != 0; chosen &= chosen - 1) {
          const int lane = std::countr_zero(chosen);
          one.offer({panel * panel_rows + lane, estimates[lane], slacks[lane]});
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
    const float *rows[most], *queries[most];
    float scores[most];
    std::fill_n(queries, most, query[0]);
    for (auto next = candidates.begin(); next != candidates.end();) {
      const float least = sought.bound();
      ids.clear();
      for (; next != candidates.end() && ids.size() < most; ++next) {
        if (!(next->estimate + next->slack >= least)) continue;
        rows[ids.size()] = exact_[next->id];
        ids.push_back(next->id);
      }
      detail::score_pairs<Metric>(rows, queries, std::ssize(ids), dim_, scores);
      for (std::size_t i = 0; i < ids.size(); ++i) sought.found.offer({ids[i], scores[i]});
    }
    candidates.clear();
  }

  std::int64_t dim_;
  RoundedRows<Metric, Rounding> rounded_;
  detail::Blocks<float> exact_;  // one block each
  Execution execution_;
};

static_assert(Index<FilteredIndex<InnerProduct>> && Index<FilteredIndex<L2, ByteRounding>>);

}  // namespace vpr
