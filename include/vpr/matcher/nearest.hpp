// SPDX-License-Identifier: MIT
/// @file
/// The nearest of one photo's local features for each of another's, both ways.
#pragma once

#include <vpr/backend/packed_rows.hpp>
#include <vpr/backend/rounded_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/matcher/concept.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
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
  /// @param filter  whether products of bytes come first, and only pairs that may be nearest by them are compared in float. The answer is
  ///   the same to the last bit; by default it is what is mostly faster.
  /// @throws FormatError for NaN or infinity.
  explicit NearestFinder(Rows query, bool filter) : rows_(query), packed_(query.dim()) {
    if (filter && query.dim() <= ByteRounding::longest) rounded_.emplace(query.dim());
    require_finite(query, query.dim(), "nearest neighbours: query feature");
    rounded_ ? rounded_->append(query) : packed_.append(query);
  }

  explicit NearestFinder(Rows query) : NearestFinder(query, filter_pays(query)) {}

  Rows rows() const { return rows_; }

  /// Compares all with all, in time 2·N·M·D operations and memory for N + M answers: the N×M similarities are reduced as they are
  /// made, a tile at a time. The answer's bits do not depend on the number of threads, nor on which side is the query.
  /// @throws ShapeError for vectors of another length; FormatError for NaN or infinity.
  NearestBothWays operator()(Rows candidate) const {
    require_finite(candidate, rows_.dim(), "nearest neighbours: candidate feature");
    if (!rounded_) return compare_all(candidate);
    if (std::optional<NearestBothWays> found = compare_filtered(candidate)) return *std::move(found);
    return NearestFinder(rows_, false).compare_all(candidate);
  }

 private:
  static constexpr std::int64_t lanes = PackedRows::panel_rows, block = 96;
  static constexpr float none = -std::numeric_limits<float>::infinity();
  using Rounded = RoundedRows<InnerProduct, ByteRounding>;

  /// A query's and a candidate's vector that may be nearest, and the most that their similarity may be.
  struct Doubtful {
    std::int32_t query, candidate;
    float most;
  };

  /// What is known of the nearest: the least that the largest similarity of each vector may be, and the pairs that may have it.
  struct Doubts {
    std::vector<float> of_query, of_candidate;
    std::vector<Doubtful> pairs;

    void drop_hopeless() {
      std::erase_if(pairs, [this](const Doubtful& pair) {
        return !(pair.most >= of_query[static_cast<std::size_t>(pair.query)]) &&
               !(pair.most >= of_candidate[static_cast<std::size_t>(pair.candidate)]);
      });
    }
  };

  /// Products of bytes take a quarter of the time where the processor has an instruction for them. In more dimensions similarities of
  /// unrelated vectors lie closer together, and too many pairs are doubtful.
  static bool filter_pays(Rows query) {
    return detail::filter_kernels().byte_shift != 0 && query.size() >= 512 && query.dim() >= 32 && query.dim() <= 192;
  }

  static std::int64_t slice_count(std::int64_t panels) {
    return std::min<std::int64_t>(panels, thread_count() == 1 ? 1 : 4 * thread_count());
  }

  /// Nothing where too many pairs are doubtful, as where all vectors are equal.
  std::optional<NearestBothWays> compare_filtered(Rows candidate) const {
    const std::int64_t panels = candidate.size() == 0 ? 0 : rounded_->panels(), slices = slice_count(panels);
    const std::size_t most = static_cast<std::size_t>(32 * (rows_.size() + candidate.size()) / std::max<std::int64_t>(slices, 1) + 4096);
    std::vector<Rounded::Queries> blocks;
    for (std::int64_t begin = 0; begin < candidate.size(); begin += block)
      blocks.emplace_back(candidate.slice(begin, std::min(block, candidate.size() - begin)));
    std::vector<Doubts> parts(static_cast<std::size_t>(slices));
    std::vector<float> of_query(static_cast<std::size_t>(rounded_->panels() * lanes), none);
    std::atomic<bool> too_many = false;
    parallel_for(slices, [&](std::int64_t s) {
      Doubts& part = parts[static_cast<std::size_t>(s)];
      part.of_candidate.assign(static_cast<std::size_t>(candidate.size()), none);
      part.of_query.assign(of_query.size(), none);
      for (std::int64_t panel = panels * s / slices; panel < panels * (s + 1) / slices && !too_many; ++panel) {
        doubt(panel, blocks, part);
        if (part.pairs.size() <= most) continue;
        part.drop_hopeless();
        if (part.pairs.size() > most / 2) too_many = true;
      }
    });
    if (too_many) return std::nullopt;
    Doubts all{std::move(of_query), std::vector<float>(static_cast<std::size_t>(candidate.size()), none), {}};
    for (const Doubts& part : parts) {
      const auto larger = [](float a, float b) { return std::max(a, b); };
      std::transform(part.of_query.begin(), part.of_query.end(), all.of_query.begin(), all.of_query.begin(), larger);
      std::transform(part.of_candidate.begin(), part.of_candidate.end(), all.of_candidate.begin(), all.of_candidate.begin(), larger);
    }
    // In the order of the slices, so that pairs of one vector come in the order of the others, and the lowest index wins.
    for (const Doubts& part : parts) all.pairs.insert(all.pairs.end(), part.pairs.begin(), part.pairs.end());
    all.drop_hopeless();
    return decide(candidate, all.pairs);
  }

  /// Offers each other the 64 query vectors of a panel and all of the candidate.
  void doubt(std::int64_t panel, const std::vector<Rounded::Queries>& blocks, Doubts& doubts) const {
    const detail::RowBounds& bounds = rounded_->bounds(panel);
    const float error = *std::max_element(bounds.error, bounds.error + lanes), norm = *std::max_element(bounds.norm, bounds.norm + lanes);
    const std::uint64_t used = detail::first_bits(rows_.size() - panel * lanes);
    std::array<float, block * lanes> products;
    std::array<float, lanes> estimates;
    float* const of_query = &doubts.of_query[static_cast<std::size_t>(panel * lanes)];
    std::int32_t candidate = 0;
    for (const Rounded::Queries& candidates : blocks) {
      rounded_->multiply(panel, candidates, products.data());
      for (std::int64_t c = 0; c < candidates.size(); ++c, ++candidate) {
        const detail::QueryBound& bound = candidates.bound(c);
        const float slack = bound.by_error * error + bound.by_norm * norm + bound.constant;
        float& of_candidate = doubts.of_candidate[static_cast<std::size_t>(candidate)];
        std::uint64_t nearer = used & detail::filter_kernels().nearer(bounds.scale, bound.scale, slack, of_query, of_candidate,
                                                                      products.data() + c * lanes, estimates.data());
        for (; nearer != 0; nearer &= nearer - 1) {
          const auto lane = static_cast<std::size_t>(std::countr_zero(nearer));
          const float most = estimates[lane] + slack, least = estimates[lane] - slack;
          if (!(most >= of_query[lane]) && !(most >= of_candidate)) continue;
          doubts.pairs.push_back({static_cast<std::int32_t>(panel * lanes) + static_cast<std::int32_t>(lane), candidate, most});
          of_query[lane] = std::max(of_query[lane], least);
          of_candidate = std::max(of_candidate, least);
        }
      }
    }
  }

  /// The nearest among the pairs, by their similarities in float.
  NearestBothWays decide(Rows candidate, const std::vector<Doubtful>& pairs) const {
    std::vector<const float*> queries, candidates;
    for (const Doubtful& pair : pairs) {
      queries.push_back(rows_[pair.query]);
      candidates.push_back(candidate[pair.candidate]);
    }
    std::vector<float> similarities(pairs.size());
    constexpr std::int64_t share = 1024;
    const std::int64_t count = std::ssize(pairs);
    parallel_for((count + share - 1) / share, [&](std::int64_t i) {
      const std::int64_t begin = i * share;
      detail::score_pairs<InnerProduct>(&queries[static_cast<std::size_t>(begin)], &candidates[static_cast<std::size_t>(begin)],
                                        std::min(share, count - begin), rows_.dim(), &similarities[static_cast<std::size_t>(begin)]);
    });
    NearestBothWays found{Nearest(rows_.size()), Nearest(candidate.size())};
    const auto offer = [](Nearest& nearest, std::int32_t of, std::int32_t index, float similarity) {
      float& best = nearest.similarity[static_cast<std::size_t>(of)];
      if (!(similarity > best)) return;
      best = similarity;
      nearest.index[static_cast<std::size_t>(of)] = index;
    };
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      offer(found.of_query, pairs[i].query, pairs[i].candidate, similarities[i]);
      offer(found.of_candidate, pairs[i].candidate, pairs[i].query, similarities[i]);
    }
    return found;
  }

  NearestBothWays compare_all(Rows candidate) const {
    const std::int64_t panels = candidate.size() == 0 ? 0 : packed_.panels();
    const std::int64_t slices = slice_count(panels);
    NearestBothWays found{Nearest(rows_.size()), Nearest(candidate.size())};
    std::vector<Nearest> parts(static_cast<std::size_t>(slices), found.of_candidate);
    std::vector<PackedQueries> blocks;
    for (std::int64_t begin = 0; begin < candidate.size(); begin += block)
      blocks.emplace_back(candidate.slice(begin, std::min(block, candidate.size() - begin)));
    parallel_for(slices, [&](std::int64_t s) {
      for (std::int64_t panel = panels * s / slices; panel < panels * (s + 1) / slices; ++panel) {
        scan(panel, blocks, found.of_query, parts[static_cast<std::size_t>(s)]);
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

  /// Compares the 64 query vectors of a panel with all of the candidate.
  void scan(std::int64_t panel, const std::vector<PackedQueries>& blocks, Nearest& of_query, Nearest& of_candidate) const {
    const std::int64_t first = panel * lanes, used = std::min(lanes, rows_.size() - first);
    std::array<float, block * lanes> scores;
    std::array<float, lanes> best;
    std::array<std::int32_t, lanes> chosen{};
    best.fill(-std::numeric_limits<float>::infinity());
    std::int32_t index = 0;
    for (const PackedQueries& candidates : blocks) {
      packed_.score<InnerProduct>(panel, candidates, scores.data());
      for (std::int64_t c = 0; c < candidates.rows().size(); ++c, ++index) {
        const float* const row = scores.data() + c * lanes;
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
    if (detail::rows_reaching<InnerProduct>(row, best) == 0) return;  // nearly always
    for (std::int64_t lane = 0; lane < used; ++lane) {
      if (!(row[lane] > best)) continue;
      best = row[lane];
      of_candidate.index[candidate] = static_cast<std::int32_t>(first + lane);
    }
  }

  Rows rows_;
  PackedRows packed_;               // where nothing is filtered
  std::optional<Rounded> rounded_;  // else
};

}  // namespace vpr
