// SPDX-License-Identifier: MIT
#include "tests/golden_check/registry.hpp"

#include <vpr/matcher/mutual_nearest.hpp>

namespace {

using namespace vpr;
using namespace vpr::test;

const Register selavpr_match("selavpr_match", [](const Golden& golden, const Options&, Check& check) {
  const Shape shape = golden.shape("in.database");
  const Grid grid{shape[1], shape[2]};
  const std::int64_t each = grid.patches() * shape[3];
  const LocalFeatures query{grid, shape[3], golden.values("in.query")};
  const std::vector<float> database = golden.values("in.database");
  const NearestFinder finder(query);

  std::vector<std::int64_t> query_to_database, database_to_query, mutual, mutual_count;
  std::vector<float> main, train_similarity;
  for (auto from = database.begin(); from != database.end(); from += each) {
    const LocalFeatures candidate{grid, shape[3], {from, from + each}};
    const NearestBothWays found = finder(candidate);
    query_to_database.insert(query_to_database.end(), found.of_query.index.begin(), found.of_query.index.end());
    database_to_query.insert(database_to_query.end(), found.of_candidate.index.begin(), found.of_candidate.index.end());
    const std::size_t begin = mutual.size();
    mutual.resize(begin + static_cast<std::size_t>(grid.patches()));
    const LocalMatch match = MutualNearest<SelaVprScore>()(finder, candidate);
    for (const MatchedPair& pair : match.pairs) mutual[begin + static_cast<std::size_t>(pair.query)] = 1;
    mutual_count.push_back(static_cast<std::int64_t>(match.pairs.size()));
    main.push_back(match.score);
    train_similarity.push_back(MutualNearest<SelaVprTrainingSimilarity>()(finder, candidate).score);
  }
  check("mutual_count", mutual_count);
  check("main", main, 0.0);
  if (check.wants("mutual")) check("mutual", mutual);
  if (check.wants("query_to_database")) check("query_to_database", query_to_database);
  if (check.wants("database_to_query")) check("database_to_query", database_to_query);
  if (check.wants("train_similarity")) check("train_similarity", train_similarity);
});

}  // namespace
