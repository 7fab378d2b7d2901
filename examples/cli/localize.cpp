// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "decision.hpp"
#include "numbers.hpp"
#include "outputs.hpp"
#include "search.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {
namespace {

struct Options {
  ModelOptions model;
  RerankOptions rerank;
  DatasetOptions data;
  std::string csv, json, report, decision;
  std::int64_t top = 5;
};

std::vector<AnsweredQuery> answers_of(const vpr::Dataset& dataset, const SearchResult& result) {
  std::vector<AnsweredQuery> queries;
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    AnsweredQuery& query = queries.emplace_back(AnsweredQuery{dataset.queries[q].name, {}});
    for (std::size_t rank = 0; rank < result.matches[q].size(); ++rank) {
      const vpr::Match& match = result.matches[q][rank];
      Answer& answer = query.answers.emplace_back(Answer{dataset.database[static_cast<std::size_t>(match.id)].name, match.score});
      if (!result.reranked.empty() && rank < result.reranked[q].size()) answer.rerank_score = result.reranked[q][rank].score;
    }
  }
  return queries;
}

void localize(const Options& options) {
  VPR_REQUIRE(vpr::ConfigError, options.decision.empty() || options.rerank.first == 0,
              "--decision goes by the scores of descriptors, which --rerank does not go by");
  std::vector<std::string> inputs = options.model.inputs();
  inputs.insert(inputs.end(), {options.data.database, options.data.queries, options.decision});
  check_outputs({options.csv, options.json, options.report, options.model.save_vocabulary, options.model.save_weights}, inputs,
                options.model.force);
  const std::optional<KnownDatabase> known = open_database(options.data.database, options.model);
  vpr::Dataset dataset = load_dataset({.database = options.data.database,
                                       .queries = options.data.queries,
                                       .positions = vpr::position_unit(options.data.positions),
                                       .some_positions = true},
                                      known);
  const std::int64_t top = answers_a_query(std::ssize(dataset.database), std::ssize(dataset.queries), options.top);
  PhotoReader reader(options.model.photos);
  reader.leave_out(dataset.left_out, "files");
  const SearchResult result =
      search(options.model, options.rerank, known, dataset, top, options.report.empty() ? 0 : drawn_answers, reader);
  std::vector<AnsweredQuery> answers = answers_of(dataset, result);
  std::optional<vpr::DecisionRule> rule = known ? known->rule : std::nullopt;
  if (!options.decision.empty()) rule = load_rule(options.decision, result.record);
  if (rule) {
    require_score(*rule, result.score, options.decision.empty() ? options.data.database : options.decision);
    decide(
        *rule, result.matches, [&](std::int64_t id) { return dataset.database[static_cast<std::size_t>(id)].position; }, answers);
  }
  const AnswerColumns columns{.rerank_score = options.rerank.first > 0, .decision = rule.has_value()};
  const std::string csv = answers_csv(answers, columns);
  if (!options.csv.empty()) write_text(options.csv, csv);
  if (!options.json.empty()) write_text(options.json, search_text(answers, columns, options.rerank, result, reader.left_out()));
  if (!options.report.empty()) write_report(options.report, {}, options.rerank, dataset, result, top, top, reader);
  if (options.csv.empty() && options.json.empty()) std::cout << csv;
  if (!options.report.empty()) std::cerr << "report: " << vpr::escaped(options.report) << '\n';
  reader.left_out().finish();
}

}  // namespace

void add_localize(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("localize", "Finds where each query was taken");
  add_model_options(*command, options->model);
  add_rerank_options(*command, options->rerank);
  add_dataset_options(*command, options->data);
  command->add_option("--top", options->top, "answers a query")->check(whole_from(1, most_answers))->capture_default_str();
  command->add_option("--csv", options->csv, "write the answers as a table, in place of printing it")->check(file_name());
  command->add_option("--json", options->json, "write the answers as JSON")->check(file_name());
  command->add_option(
      "--decision", options->decision,
      "report whether each best answer is accepted, by a rule that `vpr evaluate --save-decision` wrote; default: that which a map keeps");
  command->add_option("--report", options->report, "write a page with the photos, one HTML file")->check(file_name());
  command->callback([options] { localize(*options); });
}

}  // namespace cli
