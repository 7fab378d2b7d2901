// SPDX-License-Identifier: MIT
// What localize and evaluate are asked for of their photos, and what they write of a search.
#include "search.hpp"

#include <vpr/dataset/text.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/report_html.hpp>
#include <vpr/eval/report_thumbnails.hpp>
#include <vpr/model/descriptors_file.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <utility>

namespace cli {

void add_dataset_options(CLI::App& command, DatasetOptions& options) {
  command.get_option("--model")->required(false);
  command
      .add_option("--database", options.database,
                  "photos of known places, a folder, a list or a table; or a map; or a .npy file that `vpr describe` wrote")
      ->required();
  command.add_option("--queries", options.queries, "photos to localise: a folder, a list, a table or a photo")->required();
  command
      .add_option("--positions", options.positions,
                  "what the positions of photos are; automatic: as names and tables say, or their numbers leave no doubt")
      ->check(CLI::IsMember({"automatic", "metres", "degrees"}))
      ->capture_default_str();
}

std::string extent_text(const vpr::Dataset& dataset) {
  if (!dataset.extent) return {};
  const auto metres = [](double side) { return vpr::detail::fixed(side, side < 100 ? 2 : 0); };
  return metres(dataset.extent->east) + " x " + metres(dataset.extent->north) + " metres";
}

void warn_of_answers(const vpr::Dataset& dataset, double radius) {
  if (dataset.positives && !dataset.queries.empty() &&
      std::all_of(dataset.positives->begin(), dataset.positives->end(), [](const auto& right) { return right.empty(); })) {
    std::cerr << "vpr: warning: no query has a right answer, so every recall is 0";
    if (dataset.extent)
      std::cerr << ": none lies within " << radius << " metres of a database photo; are both in metres, east before north?";
    std::cerr << '\n';
  }
  const double by_chance = dataset.positives ? vpr::random_recall(*dataset.positives, std::ssize(dataset.database)) : 0;
  if (by_chance < 0.5) return;
  std::cerr << "vpr: warning: recall says little, as an answer drawn at random is right for " << vpr::detail::fixed(100 * by_chance, 0)
            << "% of the queries";
  if (dataset.extent) {
    std::cerr << "; all positions lie within " << extent_text(dataset)
              << ": in kilometres or another unit, convert them; in metres, --radius " << radius << " is large";
  }
  std::cerr << '\n';
}

void add_record(nlohmann::ordered_json& json, const RerankOptions& rerank, const SearchResult& result, const LeftOut& left_out) {
  json.update(vpr::record_json(result.record));
  json["reranked"] = rerank.first;
  if (rerank.first > 0) {
    json["local_features"] = result.local;
    json["rerank_score_name"] = result.rerank_score_name;
    json["local_precision"] = rerank.local_precision();
  }
  json["photos_left_out"] = left_out.count();
  json["left_out"] = left_out.json();
}

std::string search_text(const std::vector<AnsweredQuery>& answers, AnswerColumns columns, const RerankOptions& rerank,
                        const SearchResult& result, const LeftOut& left_out) {
  nlohmann::ordered_json json{{"queries", answers_json(answers, columns)}, {"timing", nlohmann::ordered_json::object()}};
  for (const vpr::StageTime& stage : result.timing.stages) json["timing"][stage.stage] = stage.seconds;
  add_record(json, rerank, result, left_out);
  return json.dump(2) + '\n';
}

void write_report(const std::string& path, std::vector<std::pair<std::string, std::string>> facts, const RerankOptions& rerank,
                  const vpr::Dataset& dataset, const SearchResult& result, std::int64_t k, std::int64_t shown, const PhotoReader& reader,
                  const std::optional<vpr::Recall>& recall) {
  std::vector<float> scores(result.matches.size() * static_cast<std::size_t>(k));
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    for (std::size_t rank = 0; rank < result.matches[q].size(); ++rank)
      scores[q * static_cast<std::size_t>(k) + rank] = result.matches[q][rank].score;
  }
  vpr::Report report = vpr::make_report(dataset, vpr::ids_of(result.matches, k), scores, k, shown);
  for (std::size_t q = 0; q < result.reranked.size(); ++q) {
    for (std::size_t rank = 0; rank < std::min(report.queries[q].answers.size(), result.reranked[q].size()); ++rank) {
      vpr::ReportAnswer& answer = report.queries[q].answers[rank];
      answer.rerank_score = result.reranked[q][rank].score;
      answer.lines = result.reranked[q][rank].lines;
    }
  }
  report.facts = std::move(facts);
  if (rerank.first > 0) report.facts.emplace_back("re-ranked", "the first " + std::to_string(rerank.first) + " by " + result.local);
  if (const std::size_t count = reader.left_out().count(); count > 0) report.facts.emplace_back("photos left out", std::to_string(count));
  result.record.visit([&](std::string_view name, const std::string& value) { report.facts.emplace_back(name, value); });
  report.score_name = result.score;
  report.rerank_score_name = result.rerank_score_name;
  report.recall = recall;
  report.timing = result.timing;
  vpr::load_thumbnails(report, 256, reader.read_options());
  vpr::write_report(path, report);
}

}  // namespace cli
