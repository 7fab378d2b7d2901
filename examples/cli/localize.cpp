// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "outputs.hpp"
#include "search.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <locale>
#include <memory>
#include <sstream>

namespace cli {
namespace {

struct Options {
  ModelOptions model;
  RerankOptions rerank;
  DatasetOptions data;
  std::string csv, json, report;
  std::int64_t top = 5;
};

/// A field of a CSV row, quoted where its text needs it (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string as_csv(const vpr::Dataset& dataset, const SearchResult& result) {
  const bool reranked = !result.second_looks.empty();
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << "query,rank,database,score" << (reranked ? ",rerank_score" : "") << '\n';
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    for (std::size_t rank = 0; rank < result.matches[q].size(); ++rank) {
      const vpr::Match& match = result.matches[q][rank];
      out << csv_field(vpr::escaped(dataset.queries[q].name)) << ',' << rank + 1 << ','
          << csv_field(vpr::escaped(dataset.database[static_cast<std::size_t>(match.id)].name)) << ',' << match.score;
      if (reranked) out << ',';
      if (reranked && rank < result.second_looks[q].size()) out << result.second_looks[q][rank].score;
      out << '\n';
    }
  }
  return out.str();
}

nlohmann::ordered_json as_json(const vpr::Dataset& dataset, const Options& options, const SearchResult& result, const LeftOut& left_out) {
  nlohmann::ordered_json json{{"queries", nlohmann::ordered_json::array()}, {"timing", nlohmann::ordered_json::object()}};
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    nlohmann::ordered_json found = nlohmann::ordered_json::array();
    for (const vpr::Match& match : result.matches[q]) {
      const std::size_t rank = found.size();
      found.push_back({{"database", vpr::escaped(dataset.database[static_cast<std::size_t>(match.id)].name)}, {"score", match.score}});
      if (!result.second_looks.empty() && rank < result.second_looks[q].size())
        found.back()["rerank_score"] = result.second_looks[q][rank].score;
    }
    json["queries"].push_back({{"query", vpr::escaped(dataset.queries[q].name)}, {"matches", std::move(found)}});
  }
  for (const vpr::StageTime& stage : result.timing.stages) json["timing"][stage.stage] = stage.seconds;
  add_record(json, options.rerank, result, left_out);
  return json;
}

void localize(const Options& options) {
  std::vector<std::string> inputs = options.model.inputs();
  inputs.insert(inputs.end(), {options.data.database, options.data.queries});
  check_outputs({options.csv, options.json, options.report, options.model.save_vocabulary, options.model.save_weights}, inputs,
                options.model.force);
  vpr::Dataset dataset = vpr::Dataset::load(
      {.database = options.data.database, .queries = options.data.queries, .positions = vpr::position_unit(options.data.positions)});
  const std::int64_t top = answers_a_query(dataset, options.top);
  PhotoReader reader(options.model.photos);
  reader.leave_out(dataset.left_out, "files");
  const SearchResult result = search(options.model, options.rerank, dataset, top, options.report.empty() ? 0 : drawn_answers, reader);
  const std::string csv = as_csv(dataset, result);
  if (!options.csv.empty()) write_text(options.csv, csv);
  if (!options.json.empty()) write_text(options.json, as_json(dataset, options, result, reader.left_out()).dump(2) + '\n');
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
  command->add_option("--top", options->top, "answers a query")->check(from_one_to(most_answers))->capture_default_str();
  command->add_option("--csv", options->csv, "write the answers as a table, in place of printing it")->check(file_name());
  command->add_option("--json", options->json, "write the answers as JSON")->check(file_name());
  command->add_option("--report", options->report, "write a page with the photos, one HTML file")->check(file_name());
  command->callback([options] { localize(*options); });
}

}  // namespace cli
