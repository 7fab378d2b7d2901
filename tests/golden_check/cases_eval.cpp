// SPDX-License-Identifier: MIT
#include "tests/golden_check/registry.hpp"

#include <vpr/dataset/positives.hpp>
#include <vpr/dataset/utm_name.hpp>
#include <vpr/eval/mean_average_precision.hpp>
#include <vpr/eval/precision_recall.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/index/flat.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace {

using namespace vpr;
using namespace vpr::test;
using Integers = std::vector<std::int64_t>;

/// Ragged lists as golden files store them: all items in a row, and where each list begins.
Positives lists(const Golden& golden, const std::string& name) {
  const Integers items = golden.integers(name), offsets = golden.integers(name + "_offsets");
  Positives lists;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) lists.emplace_back(items.begin() + offsets[i], items.begin() + offsets[i + 1]);
  for (auto& list : lists) std::sort(list.begin(), list.end());
  return lists;
}

void check_lists(Check& check, const Positives& lists) {
  Integers items, offsets{0};
  for (const auto& list : lists) {
    items.insert(items.end(), list.begin(), list.end());
    offsets.push_back(static_cast<std::int64_t>(items.size()));
  }
  check("positives", items);
  check("positives_offsets", offsets);
}

std::vector<float> percent(const std::vector<double>& shares) {
  std::vector<float> percents;
  for (const double share : shares) percents.push_back(static_cast<float>(100 * share));
  return percents;
}

/// The indices that sort a row: smallest first, equal values by index.
Integers order(std::span<const double> row) {
  Integers indices(row.size());
  std::iota(indices.begin(), indices.end(), 0);
  std::stable_sort(indices.begin(), indices.end(), [&](std::int64_t a, std::int64_t b) { return row[a] < row[b]; });
  return indices;
}

/// The k nearest descriptors of each query by squared distance, -1 where there are fewer.
struct Search {
  Search(const Golden& golden, std::int64_t k) {
    const auto queries = golden.values("in.queries"), database = golden.values("in.database");
    const std::int64_t dim = golden.shape("in.queries").last();
    FlatIndex<L2> index(dim);
    index.add(Rows(database.data(), golden.shape("in.database").rows(), dim));
    const auto found = index.search(Rows(queries.data(), golden.shape("in.queries").rows(), dim), k);
    ids = ids_of(found, k);
    for (const Matches& matches : found) {
      for (const Match& match : matches) distances.push_back(match.score);
    }
  }
  Integers ids;
  std::vector<float> distances;
};

const Register recall_case("recall", [](const Golden& golden, const Options&, Check& check) {
  const auto at = golden.config().at("recall_values").get<Integers>();
  Positives positives;
  if (golden.config().contains("names_queries")) {
    const auto positions = [&](const char* key) {
      std::vector<Position> all;
      for (const std::string name : golden.config().at(key)) all.push_back(position_from_name(name).value());
      return all;
    };
    positives = radius_positives(positions("names_queries"), positions("names_database"), golden.config().at("positive_dist_threshold"));
    check_lists(check, positives);
  } else {
    positives = lists(golden, "in.positives");
  }
  const std::int64_t columns = golden.shape("out.predictions").last(), k = std::max(golden.config<std::int64_t>("k", 0), columns);
  const Search padded(golden, k), search(golden, columns);
  check("predictions", search.ids);
  if (check.wants("predictions_beyond")) check("predictions_beyond", Integers{padded.ids.at(static_cast<std::size_t>(columns))});
  if (check.wants("distances")) check("distances", search.distances);
  const Recall result = recall(padded.ids, k, positives, at);
  check("recalls_percent", percent(result.of_all));
  if (check.wants("recalls_percent_of_queries_with_positives"))
    check("recalls_percent_of_queries_with_positives", percent(result.of_answerable));
  if (check.wants("queries_without_positives")) check("queries_without_positives", result.unanswerable);
});

const Register recall_ties("recall_ties", [](const Golden& golden, const Options&, Check& check) {
  const std::int64_t k = golden.shape("out.distances").last();
  const Search search(golden, k);
  check("predictions_smallest_index_first", search.ids);
  check("distances", search.distances);
  const auto at = golden.config().at("recall_values").get<Integers>();
  check("recalls_percent_faiss", percent(recall(golden.integers("out.predictions_faiss"), k, lists(golden, "in.positives"), at).of_all));
});

const Register positives_case("positives", [](const Golden& golden, const Options&, Check& check) {
  const auto positions = [&](const char* name) {
    const auto numbers = golden.values<double>(name);
    std::vector<Position> all;
    for (std::size_t i = 0; i < numbers.size(); i += 2) all.push_back({numbers[i], numbers[i + 1]});
    return all;
  };
  check_lists(check, radius_positives(positions("in.queries_utm"), positions("in.database_utm"), golden.config().at("radius")));
});

const Register precision_recall_case("precision_recall", [](const Golden& golden, const Options&, Check& check) {
  const Integers correct = golden.integers("in.correct");
  const auto curve = precision_recall(golden.values("in.scores"), std::vector<bool>(correct.begin(), correct.end()));
  check("thresholds", curve.thresholds);
  check("precision", curve.precision);
  check("recall", curve.recall);
  check("auc", std::vector{curve.auc});
  if (check.wants("average_precision")) check("average_precision", std::vector{curve.average_precision});
  if (check.wants("recall_at_100_precision")) check("recall_at_100_precision", std::vector{curve.recall_at_full_precision});
});

const Register precision_recall_radius("precision_recall_radius", [](const Golden& golden, const Options&, Check& check) {
  const auto positions = golden.values<double>("in.positions");
  const Integers best = golden.integers("in.best_match");
  std::vector<double> error, nearest = golden.values<double>("in.closest_gt_distance2");
  for (double& squared : nearest) squared = std::sqrt(squared);
  for (std::size_t i = 0; i < best.size(); ++i) {
    error.push_back(std::hypot(positions[2 * i] - positions[2 * best[i]], positions[2 * i + 1] - positions[2 * best[i] + 1]));
  }
  const auto curve = precision_recall_by_distance(golden.values("in.match_distance2"), error, nearest, golden.config().at("gt_radius"));
  check("precision", curve.precision);
  check("recall", curve.recall);
  check("auc", std::vector{curve.auc});
});

const Register map_topk("map_topk", [](const Golden& golden, const Options&, Check& check) {
  const auto result = mean_average_precision_of_found(golden.integers("in.relevance"), golden.config().at("k"));
  check("ap", result.of_query);
  check("map", std::vector{result.mean});
});

const Register map_revisited("map_revisited", [](const Golden& golden, const Options&, Check& check) {
  auto scores = golden.values<double>("in.scores");
  for (double& score : scores) score = -score;
  const auto n = static_cast<std::size_t>(golden.shape("in.scores").last());
  Integers ranking;
  for (std::size_t begin = 0; begin < scores.size(); begin += n) {
    const Integers row = order(std::span(scores).subspan(begin, n));
    ranking.insert(ranking.end(), row.begin(), row.end());
  }
  const Positives positives = lists(golden, "in.positives");
  const auto kappas = golden.config().at("kappas").get<Integers>();
  const auto result = revisited_mean_average_precision(ranking, static_cast<std::int64_t>(n), positives, lists(golden, "in.junk"), kappas);
  Integers without;
  for (std::int64_t q = 0; q < static_cast<std::int64_t>(positives.size()); ++q) {
    if (positives[q].empty()) without.push_back(q);
  }
  check("ap", result.average_precision);
  check("map", std::vector{result.mean});
  check("map_without_interpolation", std::vector{result.mean_without_interpolation});
  check("mean_precision_at_kappas", result.precision_at);
  check("queries_without_positives", without);
});

}  // namespace
