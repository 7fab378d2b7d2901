// SPDX-License-Identifier: MIT
/// @file
/// Triplets of a query, its best positive and its hardest negatives, from descriptors that are computed anew every so many queries.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/core/random.hpp>
#include <vpr/core/rows.hpp>
#include <vpr/dataset/positives.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace vpr {

/// A query, the database photo of its place that is most like it, and photos of other places, the most alike first.
struct Triplet {
  std::int64_t query = 0;
  std::int64_t positive = 0;
  std::vector<std::int64_t> negatives;

  friend bool operator==(const Triplet&, const Triplet&) = default;
};

struct TripletMinerSettings {
  std::int64_t queries = 1000;  ///< of a round; then descriptors are computed anew
  std::int64_t pool = 1000;     ///< random database photos, among which negatives are looked for
  std::int64_t negatives = 10;  ///< of a triplet, at most
  bool full = false;  ///< false: one pool for all of a round's queries; true: a pool for each, and the query's last negatives besides
  std::uint64_t seed = 0;
};

/// The photos whose descriptors a round needs: queries in the order of their triplets, database photos ascending. Erase those that can't be read.
struct MiningRound {
  std::int64_t index = 0;
  std::vector<std::int64_t> queries;
  std::vector<std::int64_t> database;
};

/// Mines triplets as NetVLAD's training does (Arandjelović et al., CVPR 2016) and, by way of the deep-visual-geo-localization
/// benchmark, SelaVPR's.
///
/// A round takes `queries` of the queries. Partial mining needs the descriptors of one random pool and of these queries' positives only; full mining
/// those of the whole database. The positive is the nearest by descriptor of the query's near ones; negatives are the nearest of the pool that are
/// not among its far ones. Distances are Euclidean, ties go to the lower index.
///
/// Rounds follow from seed and index alone, counted from 0 through all epochs; an epoch shows each query once (the benchmark draws them anew for each
/// round). Results do not depend on the number of threads. Full mining also depends on the rounds mined before: keep `remembered()` with a
/// checkpoint.
class TripletMiner {
 public:
  /// @param near  of each query, the database photos that may be its positive: `radius_positives` of 10 m
  /// @param far   of each query, those that are no negatives: 25 m. The near ones count among them
  /// @throws ConfigError  for settings out of range, unequal numbers of queries, an index outside the database, or where no query has a positive
  TripletMiner(Positives near, Positives far, std::int64_t database_size, const TripletMinerSettings& settings)
      : near_(std::move(near)), far_(std::move(far)), database_size_(database_size), settings_(settings) {
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    for (const std::int64_t count : {settings.queries, settings.pool, settings.negatives}) {
      VPR_REQUIRE(ConfigError, count >= 1 && count <= most, "triplet miner: got ", settings.queries, " queries, a pool of ", settings.pool,
                  " and ", settings.negatives, " negatives, expected 1 to ", most, " each");
    }
    VPR_REQUIRE(ConfigError, near_.size() == far_.size(), "triplet miner: near positives are of ", near_.size(), " queries, far ones of ",
                far_.size());
    for (std::size_t q = 0; q < near_.size(); ++q) {
      far_[q].insert(far_[q].end(), near_[q].begin(), near_[q].end());
      std::sort(far_[q].begin(), far_[q].end());
      VPR_REQUIRE(ConfigError, far_[q].empty() || (far_[q].front() >= 0 && far_[q].back() < database_size),
                  "triplet miner: a positive of query ", q, " is outside of a database of ", database_size);
      if (!near_[q].empty()) usable_.push_back(static_cast<std::int64_t>(q));
    }
    VPR_REQUIRE(ConfigError, !usable_.empty(), "triplet miner: none of ", near_.size(), " queries has a near positive");
    remembered_.resize(near_.size());
  }

  std::int64_t rounds_per_epoch() const { return (static_cast<std::int64_t>(usable_.size()) + settings_.queries - 1) / settings_.queries; }
  /// Queries without a near positive, of which no triplet can be made.
  std::int64_t queries_left_out() const { return static_cast<std::int64_t>(near_.size() - usable_.size()); }

  const TripletMinerSettings& settings() const& { return settings_; }
  void settings() const&& = delete;

  MiningRound round(std::int64_t index) const {
    VPR_REQUIRE(ConfigError, index >= 0, "triplet miner: got round ", index, ", rounds count from 0");
    MiningRound round{index, usable_, {}};
    Random order = random_of(0, index / rounds_per_epoch(), 0);
    shuffle(round.queries, order);
    const auto begin = round.queries.begin() + index % rounds_per_epoch() * settings_.queries;
    round.queries = {begin, begin + std::min<std::int64_t>(settings_.queries, round.queries.end() - begin)};
    if (settings_.full) {
      round.database.resize(static_cast<std::size_t>(database_size_));
      std::iota(round.database.begin(), round.database.end(), 0);
    } else {
      round.database = pool(index, 0);
      for (const std::int64_t q : round.queries) {
        const std::vector<std::int64_t>& photos = near_[static_cast<std::size_t>(q)];
        round.database.insert(round.database.end(), photos.begin(), photos.end());
      }
      sort_each_once(round.database);
    }
    return round;
  }

  /// The triplets of a round, in the order of its queries. A query that finds no positive or no negative among the round's photos has none.
  /// @param queries,database  the descriptors of the round's photos, in its order
  /// @throws ShapeError for other numbers of rows or unequal lengths; FormatError for NaN or infinity
  std::vector<Triplet> mine(const MiningRound& round, Rows queries, Rows database) {
    VPR_REQUIRE(ShapeError, queries.size() == std::ssize(round.queries) && database.size() == std::ssize(round.database),
                "triplet miner: got descriptors of ", queries.size(), " queries and ", database.size(), " database photos, the round has ",
                round.queries.size(), " and ", round.database.size());
    require_finite(database, database.dim(), "triplet miner: database descriptor");
    require_finite(queries, database.dim(), "triplet miner: query descriptor");
    const std::vector<std::int64_t> shared_pool = settings_.full ? std::vector<std::int64_t>{} : pool(round.index, 0);
    std::vector<Triplet> triplets(round.queries.size());
    parallel_for(queries.size(), [&](std::int64_t i) {
      const std::int64_t q = round.queries[static_cast<std::size_t>(i)];
      const auto nearest = [&](const std::vector<std::int64_t>& photos, std::int64_t count) {
        std::vector<std::pair<float, std::int64_t>> found;
        for (const std::int64_t photo : photos) {
          const auto place = std::lower_bound(round.database.begin(), round.database.end(), photo);
          if (place == round.database.end() || *place != photo) continue;
          const float *a = queries[i], *b = database[place - round.database.begin()];
          found.emplace_back(detail::sum(database.dim(), [&](std::int64_t k) { return (a[k] - b[k]) * (a[k] - b[k]); }), photo);
        }
        const auto end = found.begin() + std::min<std::int64_t>(count, std::ssize(found));
        std::partial_sort(found.begin(), end, found.end());
        std::vector<std::int64_t> ids;
        for (auto it = found.begin(); it != end; ++it) ids.push_back(it->second);
        return ids;
      };
      std::vector<std::int64_t> candidates = settings_.full ? pool(round.index, 1 + q) : shared_pool;
      candidates.insert(candidates.end(), remembered_[static_cast<std::size_t>(q)].begin(), remembered_[static_cast<std::size_t>(q)].end());
      sort_each_once(candidates);
      std::erase_if(candidates, [&](std::int64_t photo) {
        return std::binary_search(far_[static_cast<std::size_t>(q)].begin(), far_[static_cast<std::size_t>(q)].end(), photo);
      });
      const std::vector<std::int64_t> positive = nearest(near_[static_cast<std::size_t>(q)], 1);
      if (!positive.empty()) triplets[static_cast<std::size_t>(i)] = {q, positive.front(), nearest(candidates, settings_.negatives)};
    });
    std::erase_if(triplets, [](const Triplet& triplet) { return triplet.negatives.empty(); });
    if (settings_.full) {
      for (const Triplet& triplet : triplets) remembered_[static_cast<std::size_t>(triplet.query)] = triplet.negatives;
    }
    return triplets;
  }

  /// In full mining, each query's negatives when it was last mined.
  const std::vector<std::vector<std::int64_t>>& remembered() const& { return remembered_; }
  void remembered() const&& = delete;
  /// Takes up what `remembered()` gave. @throws ConfigError for another number of queries or an index outside the database
  void remember(std::vector<std::vector<std::int64_t>> negatives) {
    VPR_REQUIRE(ConfigError, negatives.size() == near_.size(), "triplet miner: got the negatives of ", negatives.size(),
                " queries, there are ", near_.size());
    for (const auto& of_query : negatives) {
      for (const std::int64_t photo : of_query) {
        VPR_REQUIRE(ConfigError, photo >= 0 && photo < database_size_, "triplet miner: a negative ", photo, " is outside of a database of ",
                    database_size_);
      }
    }
    remembered_ = std::move(negatives);
  }

 private:
  Random random_of(std::int64_t purpose, std::int64_t number, std::int64_t item) const {
    return Random::of({static_cast<std::int64_t>(settings_.seed), purpose, number, item});
  }

  static void sort_each_once(std::vector<std::int64_t>& numbers) {
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  }

  /// `pool` database photos, each set of so many as likely as any other (Floyd's sample); all of them where there are not more.
  std::vector<std::int64_t> pool(std::int64_t round, std::int64_t item) const {
    Random random = random_of(1, round, item);
    std::vector<std::int64_t> photos;
    for (std::int64_t last = std::max<std::int64_t>(database_size_ - settings_.pool, 0); last < database_size_; ++last) {
      const std::int64_t photo = random.below(last + 1);
      const auto place = std::lower_bound(photos.begin(), photos.end(), photo);
      if (place == photos.end() || *place != photo) {
        photos.insert(place, photo);
      } else {
        photos.push_back(last);
      }
    }
    return photos;
  }

  Positives near_, far_;
  std::int64_t database_size_;
  TripletMinerSettings settings_;
  std::vector<std::int64_t> usable_;
  std::vector<std::vector<std::int64_t>> remembered_;
};

}  // namespace vpr
