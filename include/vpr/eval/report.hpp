// SPDX-License-Identifier: MIT
/// @file
/// What a report of localised photos shows; `report_html` writes it as a page.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/eval/match_lines.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/timing.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vpr {

/// A photo in a report.
struct ReportPhoto {
  std::string name;
  std::filesystem::path path;
  std::vector<std::uint8_t> jpeg = {};  ///< a small copy, see `load_thumbnails`; empty: an empty frame is shown
  double aspect = 0;                    ///< its width over its height, 0 where there is none
};

/// One answer to a query.
struct ReportAnswer {
  std::size_t photo = 0;                             ///< into `Report::database`
  float score = 0;                                   ///< as the index gave it
  std::optional<bool> right;                         ///< nothing where right answers are not known
  std::optional<double> metres;                      ///< from the query's position to the photo's, where both are known
  std::optional<float> rerank_score = std::nullopt;  ///< by local features, where it was re-ranked
  std::vector<MatchLine> lines = {};                 ///< where query and photo match, to be drawn; see `match_lines`
};

/// A query and its answers, best first.
struct ReportQuery {
  ReportPhoto photo;
  std::vector<ReportAnswer> answers;
  bool answerable = true;  ///< whether a right answer is known to exist; true for unlabelled photos
};

/// Plain data: nothing here depends on a model, and every part may be left empty.
struct Report {
  std::string title = "Place recognition";
  std::vector<std::pair<std::string, std::string>> facts;  ///< such as the model and the weights, shown at the top in this order
  std::string score_name = "similarity";                   ///< what the scores are
  std::string rerank_score_name = "matches";               ///< what `rerank_score` is: see `score_name_of`
  std::vector<ReportPhoto> database;                       ///< only the photos that answers point to
  std::vector<ReportQuery> queries;
  std::optional<Recall> recall;
  Timing timing;
};

/// A report's queries and answers, from a data set and a search in it.
///
/// @param ranking  Q×K row-major database indices, best first, -1 for none
/// @param scores   Q×K, those of the answers
/// @param shown    answers to show for each query
/// @throws ShapeError  where `ranking` or `scores` is not Q×K, or an index is not in the database
inline Report make_report(const Dataset& set, std::span<const std::int64_t> ranking, std::span<const float> scores, std::int64_t k,
                          std::int64_t shown) {
  const bool fits = detail::holds_rows(ranking.size(), set.queries.size(), k) && scores.size() == ranking.size();
  VPR_REQUIRE(ShapeError, fits, "report: got ", ranking.size(), " answers and ", scores.size(), " scores, expected ", set.queries.size(),
              " queries x ", k, " of each");
  Report report;
  std::unordered_map<std::int64_t, std::size_t> place_of;  // of database photos in the report
  for (std::size_t q = 0; q < set.queries.size(); ++q) {
    const Photo& query = set.queries[q];
    ReportQuery row{{query.name, query.path}, {}, !set.positives || !(*set.positives)[q].empty()};
    for (std::int64_t rank = 0; rank < std::min(k, shown); ++rank) {
      const std::size_t at = q * static_cast<std::size_t>(k) + static_cast<std::size_t>(rank);
      const std::int64_t id = ranking[at];
      if (id < 0) break;
      VPR_REQUIRE(ShapeError, id < static_cast<std::int64_t>(set.database.size()), "report: query ", q, " has the answer ", id,
                  ", the database has ", set.database.size(), " photos");
      const Photo& photo = set.database[static_cast<std::size_t>(id)];
      const auto [place, added] = place_of.try_emplace(id, report.database.size());
      if (added) report.database.push_back({photo.name, photo.path});
      ReportAnswer answer{place->second, scores[at], std::nullopt, std::nullopt};
      if (set.positives) answer.right = std::binary_search((*set.positives)[q].begin(), (*set.positives)[q].end(), id);
      if (query.position && photo.position) answer.metres = std::sqrt(squared_distance(*query.position, *photo.position));
      row.answers.push_back(answer);
    }
    report.queries.push_back(std::move(row));
  }
  return report;
}

}  // namespace vpr
