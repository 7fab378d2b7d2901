// SPDX-License-Identifier: MIT
/// @file
/// What localize and evaluate share: describing database and queries, searching, reporting.
#pragma once

#include "answers.hpp"
#include "known_database.hpp"
#include "options.hpp"
#include "photo_reader.hpp"
#include "rerank.hpp"

#include <vpr/dataset/dataset.hpp>
#include <vpr/eval/match_lines.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/index/concept.hpp>
#include <vpr/model/record.hpp>

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace cli {

/// The photos of a map and of its queries.
struct DatasetOptions {
  std::string database, queries, positions = "automatic";
};

/// --database, --queries and --positions. The options of the model, which were added before, need not be given: see `open_database`.
void add_dataset_options(CLI::App& command, DatasetOptions& options);

/// What re-ranking found in one of a query's answers.
struct RerankedAnswer {
  float score = 0;
  std::vector<vpr::MatchLine> lines;  // the best, for drawing
};

/// The first `k` database photos for each query, and what it took.
struct SearchResult {
  std::vector<vpr::Matches> matches;
  std::vector<std::vector<RerankedAnswer>> reranked;  // of each query's first answers; empty without re-ranking
  std::string score = "cosine";                       // what the matches' score is
  std::string rerank_score_name;                      // what the scores of re-ranked answers are
  vpr::ModelRecord record;                            // what both sides' descriptors are made by
  std::string local;                                  // what local features they were re-ranked by; empty without re-ranking
  vpr::Timing timing;
  std::int64_t dimensions = 0, parameters = 0;  // of the descriptors and the model; 0 where descriptors were there already
  double descriptor_bytes = 0;                  // of each
  std::uint64_t local_bytes = 0;                // of the database's local features
};

inline constexpr std::int64_t drawn_answers = 3;  // of a query in a report

/// Photos that cannot be read leave the data set, with their right answers.
/// @param known  the database's descriptors, where they are there already
/// @param k      at most as many as the database has
/// @param drawn  answers of each query whose lines are kept
SearchResult search(const ModelOptions& options, const RerankOptions& rerank, const std::optional<KnownDatabase>& known,
                    vpr::Dataset& dataset, std::int64_t k, std::int64_t drawn, PhotoReader& reader);

/// How many answers of each of so many queries are worth asking for: `wanted`, or the whole database.
/// @throws vpr::ConfigError  for more answers in all than fit
std::int64_t answers_a_query(std::int64_t database, std::int64_t queries, std::int64_t wanted);

/// Says on standard error that recall says little where no query has a right answer, or an answer drawn at random is right for at least half of
/// them, and what may be the cause.
void warn_of_answers(const vpr::Dataset& dataset, double radius);

/// "12.50 x 3.10 metres", of the positions that right answers come from; empty where they come from elsewhere.
std::string extent_text(const vpr::Dataset& dataset);

/// Adds what made the answers, and which photos were left out.
void add_record(nlohmann::ordered_json& json, const RerankOptions& rerank, const SearchResult& result, const LeftOut& left_out);

/// The answers, the time of each stage, and the same, as JSON.
std::string search_text(const std::vector<AnsweredQuery>& answers, AnswerColumns columns, const RerankOptions& rerank,
                        const SearchResult& result, const LeftOut& left_out);

/// Writes a search as one HTML page, with the first `shown` of each query's `k` answers and, where it was measured, the recall.
/// @param facts  that stand before those of the record
void write_report(const std::string& path, std::vector<std::pair<std::string, std::string>> facts, const RerankOptions& rerank,
                  const vpr::Dataset& dataset, const SearchResult& result, std::int64_t k, std::int64_t shown, const PhotoReader& reader,
                  const std::optional<vpr::Recall>& recall = std::nullopt);

}  // namespace cli
