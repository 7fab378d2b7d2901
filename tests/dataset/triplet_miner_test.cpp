// SPDX-License-Identifier: MIT
#include <vpr/dataset/triplet_miner.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <limits>
#include <set>

using Indices = std::vector<std::int64_t>;

namespace {

/// Queries and database photos on a line, a metre apart; descriptors are seeded noise.
struct Line {
  std::int64_t queries, database, dim = 8;

  vpr::Positives within(double radius) const {
    std::vector<vpr::Position> of_queries, of_database;
    for (std::int64_t q = 0; q < queries; ++q) of_queries.push_back({static_cast<double>(q), 0});
    for (std::int64_t d = 0; d < database; ++d) of_database.push_back({static_cast<double>(d), 0});
    return vpr::radius_positives(of_queries, of_database, radius);
  }
  vpr::TripletMiner miner(const vpr::TripletMinerSettings& settings) const { return {within(2), within(5), database, settings}; }
  std::vector<float> descriptors(const Indices& photos, std::int64_t salt) const {
    std::vector<float> all;
    for (const std::int64_t photo : photos) {
      vpr::Random random = vpr::Random::of({photo, salt});
      for (std::int64_t k = 0; k < dim; ++k) all.push_back(static_cast<float>(random.uniform()));
    }
    return all;
  }
  std::vector<vpr::Triplet> mine(vpr::TripletMiner& miner, const vpr::MiningRound& round) const {
    const auto of_queries = descriptors(round.queries, 1), of_database = descriptors(round.database, 2);
    return miner.mine(round, {of_queries.data(), std::ssize(round.queries), dim}, {of_database.data(), std::ssize(round.database), dim});
  }
  double distance(std::int64_t query, std::int64_t photo) const {
    const auto a = descriptors({query}, 1), b = descriptors({photo}, 2);
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
  }
};

}  // namespace

TEST_CASE("A round's database holds its pool and its queries' positives") {
  const Line line{40, 60};
  const auto miner = line.miner({.queries = 10, .pool = 20, .negatives = 3, .seed = 1});
  CHECK(miner.rounds_per_epoch() == 4);
  const auto near = line.within(2);
  for (std::int64_t r = 0; r < 8; ++r) {
    const auto round = miner.round(r);
    CHECK(round.queries.size() == 10);
    CHECK(std::is_sorted(round.database.begin(), round.database.end()));
    CHECK(std::adjacent_find(round.database.begin(), round.database.end()) == round.database.end());
    std::set<std::int64_t> positives;
    for (const auto q : round.queries) positives.insert(near[q].begin(), near[q].end());
    for (const auto photo : positives) CHECK(std::binary_search(round.database.begin(), round.database.end(), photo));
    CHECK(round.database.size() >= std::max<std::size_t>(20, positives.size()));
    CHECK(round.database.size() <= 20 + positives.size());
  }
}

TEST_CASE("An epoch of rounds shows each query with a positive once") {
  const Line line{80, 60};  // queries 62 to 79 are beyond the database's end
  const auto miner = line.miner({.queries = 25, .pool = 5});
  CHECK(miner.queries_left_out() == 18);
  REQUIRE(miner.rounds_per_epoch() == 3);
  Indices first, second;
  for (std::int64_t r = 0; r < 6; ++r) {
    const auto round = miner.round(r);
    (r < 3 ? first : second).insert((r < 3 ? first : second).end(), round.queries.begin(), round.queries.end());
  }
  CHECK(first.size() == 62);
  CHECK(first != second);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 62);
  CHECK(std::set<std::int64_t>(second.begin(), second.end()).size() == 62);
}

TEST_CASE("Triplets hold the best positive and the hardest negatives of the pool") {
  const Line line{30, 60};
  auto miner = line.miner({.queries = 12, .pool = 25, .negatives = 4, .seed = 3});
  const auto near = line.within(2), far = line.within(5);
  const auto round = miner.round(1);
  const auto triplets = line.mine(miner, round);
  REQUIRE(triplets.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) {
    const auto& [query, positive, negatives] = triplets[i];
    CHECK(query == round.queries[i]);
    CHECK(std::count(near[query].begin(), near[query].end(), positive) == 1);
    for (const auto other : near[query]) CHECK(line.distance(query, other) >= line.distance(query, positive));
    REQUIRE(negatives.size() == 4);
    for (std::size_t n = 0; n < 4; ++n) {
      CHECK(std::count(far[query].begin(), far[query].end(), negatives[n]) == 0);
      if (n > 0) CHECK(line.distance(query, negatives[n]) >= line.distance(query, negatives[n - 1]));
    }
  }
}

TEST_CASE("With the whole database for a pool the hardest negatives are those of all") {
  const Line line{10, 40};
  const auto far = line.within(5);
  for (const bool full : {false, true}) {
    auto miner = line.miner({.queries = 10, .pool = 100, .negatives = 3, .full = full});
    for (const auto& triplet : line.mine(miner, miner.round(0))) {
      std::vector<std::pair<double, std::int64_t>> all;
      for (std::int64_t d = 0; d < 40; ++d) {
        if (std::count(far[triplet.query].begin(), far[triplet.query].end(), d) == 0) all.emplace_back(line.distance(triplet.query, d), d);
      }
      std::sort(all.begin(), all.end());
      CHECK(triplet.negatives == Indices{all[0].second, all[1].second, all[2].second});
    }
  }
}

TEST_CASE("Full mining looks among the negatives that it found before") {
  const Line line{6, 200};
  auto miner = line.miner({.queries = 6, .pool = 10, .negatives = 2, .full = true, .seed = 2});
  CHECK(miner.round(0).database.size() == 200);
  std::vector<double> hardest(6, 1e9);
  for (std::int64_t r = 0; r < 20; ++r) {
    for (const auto& triplet : line.mine(miner, miner.round(r))) {
      const double distance = line.distance(triplet.query, triplet.negatives[0]);
      CHECK(distance <= hardest[triplet.query]);  // descriptors stay, so it can only get harder
      hardest[triplet.query] = distance;
      CHECK(miner.remembered()[triplet.query] == triplet.negatives);
    }
  }
  auto resumed = line.miner({.queries = 6, .pool = 10, .negatives = 2, .full = true, .seed = 2});
  resumed.remember(miner.remembered());
  CHECK(line.mine(resumed, resumed.round(20)) == line.mine(miner, miner.round(20)));
}

TEST_CASE("Mining gives the same on any number of threads") {
  const Line line{50, 80};
  auto one = line.miner({.queries = 50, .pool = 30}), many = line.miner({.queries = 50, .pool = 30});
  const auto expected = line.mine(one, one.round(5));
  const Threads scope(4);
  CHECK(line.mine(many, many.round(5)) == expected);
}

TEST_CASE("Equal descriptors go by index; queries without a negative give no triplet") {
  vpr::TripletMiner miner({{2, 1}, {0}}, {{}, {0, 1, 2, 3}}, 4, {.queries = 5, .pool = 9});
  const auto round = miner.round(0);
  const std::vector<float> same(8, 1.0F);
  const auto triplets = miner.mine(round, {same.data(), 2, 2}, {same.data(), 4, 2});
  REQUIRE(triplets.size() == 1);
  CHECK(triplets[0] == vpr::Triplet{0, 1, {0, 3}});  // near ones are never negatives
}

TEST_CASE("Photos left out of a round are in no triplet") {
  const Line line{20, 30};
  auto miner = line.miner({.queries = 20, .pool = 30, .negatives = 30});
  auto round = miner.round(0);
  const auto bad = [](std::int64_t photo) { return photo < 12; };
  std::erase_if(round.queries, [](std::int64_t query) { return query == 15; });
  std::erase_if(round.database, bad);
  const auto triplets = line.mine(miner, round);
  CHECK(triplets.size() == 9);  // queries 10 to 19 but 15: the others' positives are all gone
  for (const auto& triplet : triplets) {
    CHECK(triplet.query != 15);
    CHECK_FALSE(bad(triplet.positive));
    for (const auto photo : triplet.negatives) CHECK_FALSE(bad(photo));
  }
}

TEST_CASE("The miner refuses what it can't mine") {
  CHECK_THROWS_WITH(vpr::TripletMiner({{}, {}}, {{}, {}}, 3, {}), ContainsSubstring("none of 2 queries has a near positive"));
  CHECK_THROWS_WITH(vpr::TripletMiner({{0}}, {{0}, {}}, 3, {}), ContainsSubstring("near positives are of 1 queries, far ones of 2"));
  CHECK_THROWS_WITH(vpr::TripletMiner({{3}}, {{}}, 3, {}), ContainsSubstring("a positive of query 0 is outside of a database of 3"));
  CHECK_THROWS_AS(vpr::TripletMiner({{0}}, {{}}, 3, {.pool = 0}), vpr::ConfigError);
  vpr::TripletMiner miner({{0}}, {{}}, 3, {});
  CHECK_THROWS_AS(miner.round(-1), vpr::ConfigError);
  CHECK_THROWS_AS(miner.remember({{}, {}}), vpr::ConfigError);
  CHECK_THROWS_WITH(miner.remember({{5}}), ContainsSubstring("a negative 5 is outside"));
  const auto round = miner.round(0);
  const std::vector<float> numbers{0, 1, std::numeric_limits<float>::infinity(), 3, 4, 5};
  CHECK_THROWS_WITH(miner.mine(round, {numbers.data(), 1, 2}, {numbers.data(), 2, 2}), ContainsSubstring("the round has 1 and 3"));
  CHECK_THROWS_AS(miner.mine(round, {numbers.data(), 1, 1}, {numbers.data(), 3, 2}), vpr::FormatError);
  CHECK_THROWS_AS(miner.mine(round, {numbers.data(), 1, 1}, {numbers.data() + 3, 3, 0}), vpr::ShapeError);
}
