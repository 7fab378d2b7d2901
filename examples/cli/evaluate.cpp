// SPDX-License-Identifier: MIT
#include "evaluate.hpp"

#include "commands.hpp"
#include "decision.hpp"
#include "numbers.hpp"
#include "outputs.hpp"

#include <vpr/dataset/text.hpp>
#include <vpr/eval/evaluation_json.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/loop/fit_decision.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cli {
namespace {

/// Each N that a database has as many photos for; says which are left out, but for those of which that was said.
/// @param said  photos of a database of which it was
std::vector<std::int64_t> measurable(const std::vector<std::int64_t>& recall, std::int64_t photos, std::int64_t said) {
  std::vector<std::int64_t> at;
  for (const std::int64_t n : recall) {
    if (n <= photos) at.push_back(n);
    if (n > photos && n <= said) std::cerr << "vpr: recall@" << n << " is left out: the database has " << photos << " photos\n";
  }
  return at;
}

/// What positions were taken to be, and how that is known.
std::string unit_of(const vpr::Dataset& dataset) { return dataset.unit_reason.empty() ? "none" : vpr::printable(dataset.unit_reason); }

double by_chance(const vpr::Dataset& dataset) { return vpr::random_recall(*dataset.positives, std::ssize(dataset.database)); }

void print(std::FILE* out, const vpr::Dataset& dataset, const SearchResult& result, const vpr::Recall& recall) {
  const bool some_answerable = recall.unanswerable.size() < dataset.queries.size();
  std::fprintf(out, "%s", summary_of(dataset, recall).c_str());
  for (std::size_t i = 0; i < recall.at.size(); ++i) {
    std::fprintf(out, "recall@%-4lld %.3f", static_cast<long long>(recall.at[i]), recall.of_all[i]);
    if (!recall.unanswerable.empty() && some_answerable) std::fprintf(out, "   %.3f of those with a right answer", recall.of_answerable[i]);
    std::fprintf(out, "\n");
  }
  for (const vpr::StageTime& stage : result.timing.stages) {
    std::fprintf(out, "%-22s %8.2f s", stage.stage.c_str(), stage.seconds);
    if (stage.count > 0) std::fprintf(out, "  %8.2f ms each", 1000 * stage.seconds / static_cast<double>(stage.count));
    std::fprintf(out, "\n");
  }
}

/// The rule that accepts most right answers at the precision that is wanted.
vpr::DecisionRule measure_decision(const EvaluateOptions& options, const vpr::Dataset& dataset, const SearchResult& result) {
  const auto position_of = [&](std::int64_t id) { return dataset.database[static_cast<std::size_t>(id)].position; };
  const auto same = [&](std::int64_t a, std::int64_t b) { return same_place(position_of, a, b, options.radius); };
  vpr::DecisionSettings settings{.precision = options.decision_precision,
                                 .on = vpr::text_of(dataset.queries.size(), " queries, ", options.data.queries, ", among ",
                                                    dataset.database.size(), " photos, ", options.data.database)};
  settings.better = better_of(result.score);
  std::vector<vpr::ValidationAnswer> answers;
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    const vpr::Matches& matches = result.matches[q];
    if (matches.empty()) continue;
    const auto& right = (*dataset.positives)[q];
    answers.push_back({matches[0].score, *vpr::margin_of(matches, same, settings.better),
                       std::find(right.begin(), right.end(), matches[0].id) != right.end()});
  }
  return vpr::fit_decision(answers, settings);
}

void print(std::FILE* out, const vpr::DecisionRule& rule) {
  const vpr::DecisionEvidence& m = rule.measured;
  std::fprintf(
      out,
      "decision: accepts %lld of %lld answers, %lld of them right (precision %.3f); of the right ones %.3f; at most %.3f wrong with 95 %% "
      "certainty\n",
      static_cast<long long>(m.accepted), static_cast<long long>(m.answers), static_cast<long long>(m.accepted_right), m.precision(),
      m.recall(), m.error_bound());
}

void evaluate(const EvaluateOptions& options) {
  if (compares(options)) return compare(options);
  VPR_REQUIRE(vpr::ConfigError, options.decision.empty() || options.rerank.first == 0,
              "--save-decision measures the scores of descriptors, which --rerank does not go by");
  std::vector<std::string> inputs = options.model.inputs();
  inputs.insert(inputs.end(), {options.data.database, options.data.queries, options.positives});
  check_outputs({options.json, options.report, options.decision, options.model.save_vocabulary, options.model.save_weights}, inputs,
                options.model.force);
  const std::optional<KnownDatabase> known = open_database(options.data.database, options.model);
  vpr::Dataset dataset = labelled_photos(options, known);
  PhotoReader reader(options.model.photos);
  reader.leave_out(dataset.left_out, "files");
  const std::int64_t drawn = options.report.empty() ? 0 : drawn_answers;
  const Evaluation evaluation = evaluation_of(options, options.model, options.rerank, known, dataset, drawn, reader);
  const LeftOut& left_out = reader.left_out();
  if (!options.json.empty()) {
    write_text(options.json, evaluation_json(options.rerank, dataset, evaluation, left_out).dump(2) + '\n');
  }
  if (!options.report.empty()) {
    write_report(options.report, facts_of(dataset, evaluation.recall), options.rerank, dataset, evaluation.result, evaluation.deepest,
                 options.shown.value_or(5), reader, evaluation.recall);
  }
  std::FILE* const out = summary_stream({options.json, options.report, options.decision});
  print(out, dataset, evaluation.result, evaluation.recall);
  if (!options.decision.empty()) {
    const vpr::DecisionRule rule = measure_decision(options, dataset, evaluation.result);
    write_text(options.decision, rule_text({rule, evaluation.result.record}));
    print(out, rule);
  }
  if (!options.report.empty()) std::fprintf(out, "report: %s\n", vpr::escaped(options.report).c_str());
  left_out.finish();
}

}  // namespace

vpr::Dataset labelled_photos(const EvaluateOptions& options, const std::optional<KnownDatabase>& known) {
  vpr::Dataset dataset = load_dataset({.database = options.data.database,
                                       .queries = options.data.queries,
                                       .pairs = options.positives,
                                       .radius = options.radius,
                                       .positions = vpr::position_unit(options.data.positions)},
                                      known);
  VPR_REQUIRE(vpr::ConfigError, dataset.positives.has_value(),
              "evaluate: the right answers are not known: give --positives pairs.csv, or photos with "
              "positions in their names (@utm_east@utm_north@...@.jpg) or in a CSV");
  warn_of_answers(dataset, options.radius);
  measurable(options.recall, std::ssize(dataset.database), most_answers);
  return dataset;
}

Evaluation evaluation_of(const EvaluateOptions& options, const ModelOptions& model, const RerankOptions& rerank,
                         const std::optional<KnownDatabase>& known, vpr::Dataset& dataset, std::int64_t drawn, PhotoReader& reader) {
  const std::int64_t wanted = std::max(options.shown.value_or(5), *std::max_element(options.recall.begin(), options.recall.end()));
  const std::int64_t database = std::ssize(dataset.database), deepest = answers_a_query(database, std::ssize(dataset.queries), wanted);
  SearchResult result = search(model, rerank, known, dataset, deepest, drawn, reader);
  vpr::Recall recall = vpr::recall(vpr::ids_of(result.matches, deepest), deepest, *dataset.positives,
                                   measurable(options.recall, std::ssize(dataset.database), database));
  return {std::move(result), std::move(recall), deepest};
}

nlohmann::ordered_json evaluation_json(const RerankOptions& rerank, const vpr::Dataset& dataset, const Evaluation& evaluation,
                                       const LeftOut& left_out) {
  const vpr::Recall& recall = evaluation.recall;
  nlohmann::ordered_json json = vpr::evaluation_json(recall, std::ssize(dataset.database), evaluation.result.timing);
  json["queries_with_positives"] = dataset.queries.size() - recall.unanswerable.size();
  json["positions"] = dataset.unit == vpr::PositionUnit::automatic ? "none" : vpr::name_of(dataset.unit);
  json["positions_reason"] = unit_of(dataset);
  if (dataset.extent) json["positions_extent"] = {dataset.extent->east, dataset.extent->north};
  json["recall_by_chance"] = by_chance(dataset);
  add_record(json, rerank, evaluation.result, left_out);
  return json;
}

std::vector<std::pair<std::string, std::string>> facts_of(const vpr::Dataset& dataset, const vpr::Recall& recall) {
  const std::size_t answerable = dataset.queries.size() - recall.unanswerable.size();
  std::vector<std::pair<std::string, std::string>> facts{
      {"queries with a right answer", std::to_string(answerable) + " of " + std::to_string(dataset.queries.size())},
      {"recall@1 by chance", vpr::detail::fixed(by_chance(dataset), 3)},
      {"positions", unit_of(dataset)}};
  if (dataset.extent) facts.emplace_back("extent of positions", extent_text(dataset));
  return facts;
}

std::string summary_of(const vpr::Dataset& dataset, const vpr::Recall& recall) {
  std::string text =
      vpr::text_of(std::to_string(dataset.queries.size()), " queries, ", std::to_string(dataset.database.size()), " database photos; ",
                   std::to_string(dataset.queries.size() - recall.unanswerable.size()), " queries have a right answer\n");
  if (!dataset.unit_reason.empty()) {
    const std::string extent = extent_text(dataset);
    text += vpr::text_of("positions: ", unit_of(dataset), extent.empty() ? "" : "; within ", extent, "\n");
  }
  return vpr::text_of(text, "by chance   ", vpr::detail::fixed(by_chance(dataset), 3), "   of the queries, by an answer drawn at random\n");
}

void add_evaluate(CLI::App& program) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command = program.add_subcommand("evaluate", "Measures how often the right place is found");
  add_model_options(*command, options->model);
  add_rerank_options(*command, options->rerank);
  add_dataset_options(*command, options->data);
  command->add_option(
      "--models", options->models,
      "compare models: a text file, a line each, MODEL WEIGHTS [OPTION...] with the options that its model needs; or, with the "
      "same options for all, --model A,B,C");
  CLI::Option* positives = command->add_option("--positives", options->positives, "right answers, a CSV: query,database, one pair a line");
  command->add_option("--radius", options->radius, "right answers by position: at most this many metres away")
      ->check(number_from(0))
      ->capture_default_str()
      ->excludes(positives);
  command->add_option("--recall", options->recall, "each N of recall@N")
      ->delimiter(',')
      ->check(whole_from(1, most_answers))
      ->capture_default_str();
  CLI::Option* const decision =
      command
          ->add_option(
              "--save-decision", options->decision,
              "write the rule by which most right answers are accepted at --decision-precision, for `vpr localize`, `vpr loop` and "
              "`vpr map decide`")
          ->check(file_name());
  command->add_option("--decision-precision", options->decision_precision, "precision of the answers that the rule accepts here")
      ->check(number_from(0.01, 1))
      ->capture_default_str()
      ->needs(decision);
  command->add_option("--json", options->json, "write recall and timing as JSON")->check(file_name());
  CLI::Option* const report =
      command->add_option("--report", options->report, "write a page with the photos and the recall, one HTML file")->check(file_name());
  command->add_option("--shown", options->shown, "answers a query in the report; default: 5")
      ->check(whole_from(1, most_answers))
      ->needs(report);
  command->callback([options] { evaluate(*options); });
}

}  // namespace cli
