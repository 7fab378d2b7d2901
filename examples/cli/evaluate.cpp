// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "search.hpp"

#include <vpr/eval/evaluation_json.hpp>
#include <vpr/eval/recall.hpp>
#include "write_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

namespace cli {
namespace {

struct Options {
  ModelOptions model;
  RerankOptions rerank;
  std::string database, queries, positives, json, report;
  double radius = 25;
  std::vector<std::int64_t> recall{1, 5, 10, 20};
  std::int64_t shown = 5;
};

void evaluate(const Options& options) {
  const vpr::Dataset dataset =
      vpr::Dataset::load({.database = options.database, .queries = options.queries, .pairs = options.positives, .radius = options.radius});
  VPR_REQUIRE(vpr::ConfigError, dataset.positives.has_value(),
              "evaluate: nothing tells which answers are right: give --positives pairs.csv, or photos with "
              "positions in their names (@utm_east@utm_north@...@.jpg) or in a CSV");
  const std::int64_t deepest = std::max(options.shown, *std::max_element(options.recall.begin(), options.recall.end()));
  const SearchResult result = search(options.model, options.rerank, dataset, deepest, options.report.empty() ? 0 : drawn_answers);
  const vpr::Recall recall = vpr::recall(vpr::ids_of(result.matches, deepest), deepest, *dataset.positives, options.recall);
  auto json = vpr::evaluation_json(recall, static_cast<std::int64_t>(dataset.database.size()), result.timing);
  if (options.rerank.first > 0) json["reranked"] = options.rerank.first;
  if (!options.json.empty()) write_text(options.json, json.dump(2) + '\n');
  if (!options.report.empty()) write_report(options.report, options.model, options.rerank, dataset, result, deepest, options.shown, recall);

  std::printf("%zu queries, %zu database photos", dataset.queries.size(), dataset.database.size());
  if (!recall.unanswerable.empty()) std::printf(", %zu queries without a right answer", recall.unanswerable.size());
  std::printf("\n");
  for (std::size_t i = 0; i < recall.at.size(); ++i) {
    std::printf("recall@%-4lld %.3f", static_cast<long long>(recall.at[i]), recall.of_all[i]);
    if (!recall.unanswerable.empty()) std::printf("   %.3f of those with a right answer", recall.of_answerable[i]);
    std::printf("\n");
  }
  for (const vpr::StageTime& stage : result.timing.stages) {
    std::printf("%-22s %8.2f s", stage.stage.c_str(), stage.seconds);
    if (stage.count > 0) std::printf("  %8.2f ms each", 1000 * stage.seconds / static_cast<double>(stage.count));
    std::printf("\n");
  }
  if (!options.report.empty()) std::printf("report: %s\n", options.report.c_str());
}

}  // namespace

void add_evaluate(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("evaluate", "Measures how often the right place is found");
  add_model_options(*command, options->model);
  add_rerank_options(*command, options->rerank);
  command->add_option("--database", options->database, "photos of known places: a folder, a list or a CSV")->required();
  command->add_option("--queries", options->queries, "photos to localise: a folder, a list or a CSV")->required();
  CLI::Option* positives = command->add_option("--positives", options->positives, "right answers, a CSV: query,database, one pair a line");
  command->add_option("--radius", options->radius, "right answers by position: at most this many metres away")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->excludes(positives);
  command->add_option("--recall", options->recall, "each N of recall@N")->delimiter(',')->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--json", options->json, "write recall and timing as JSON");
  command->add_option("--report", options->report, "write a page with the photos and the recall, one HTML file");
  command->add_option("--shown", options->shown, "answers a query in the report")->check(CLI::PositiveNumber)->capture_default_str();
  command->callback([options] { evaluate(*options); });
}

}  // namespace cli
