// SPDX-License-Identifier: MIT
#include "search.hpp"

#include "describe_photos.hpp"

#include <vpr/eval/report_html.hpp>
#include <vpr/eval/report_thumbnails.hpp>
#include <vpr/index/flat.hpp>

#include <filesystem>

namespace cli {

SearchResult search(const ModelOptions& options, const vpr::Dataset& dataset, std::int64_t k) {
  SearchResult result;
  const vpr::AnyPipeline model = load_model(options, dataset.database, result.timing);
  const Descriptors database = describe_photos(model, dataset.database, options, "database", result.timing);
  const Descriptors queries = describe_photos(model, dataset.queries, options, "queries", result.timing);
  vpr::FlatIndex<> index(model.dimensions());
  result.timing.measure("index", database.rows().size(), [&] { index.add(database.rows()); });
  result.matches = result.timing.measure("search", queries.rows().size(), [&] { return index.search(queries.rows(), k); });
  return result;
}

void write_report(const std::string& path, const ModelOptions& options, const vpr::Dataset& dataset, const SearchResult& result, std::int64_t k, std::int64_t shown,
                  const std::optional<vpr::Recall>& recall) {
  std::vector<float> scores(result.matches.size() * static_cast<std::size_t>(k));
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    for (std::size_t rank = 0; rank < result.matches[q].size(); ++rank) scores[q * static_cast<std::size_t>(k) + rank] = result.matches[q][rank].score;
  }
  vpr::Report report = vpr::make_report(dataset, vpr::ids_of(result.matches, k), scores, k, shown);
  report.facts = {{"model", options.model}, {"weights", std::filesystem::path(options.weights).filename().string()}, {"input", options.size}, {"preprocessing", options.preprocess}};
  if (options.block >= 0) report.facts.emplace_back("tokens", "block " + std::to_string(options.block) + ", " + options.facet);
  report.score_name = "cosine";
  report.recall = recall;
  report.timing = result.timing;
  vpr::load_thumbnails(report);
  vpr::write_report(path, report);
}

}  // namespace cli
