// SPDX-License-Identifier: MIT
#include "map_photos.hpp"

#ifdef VPR_WITH_MAP
#include "decision.hpp"
#include "describe_photos.hpp"
#include "map_graph.hpp"
#include "map_model.hpp"
#include "numbers.hpp"
#include "outputs.hpp"
#include "search.hpp"

#include <vpr/map/place_map.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <utility>

namespace cli {
namespace {

struct QueryOptions {
  std::string map, csv, json;
  std::vector<std::string> sessions, sources;
  std::int64_t top = 5, candidates = 100;
  bool hnsw = false;
  ModelOptions model;
};

void query(const QueryOptions& options) {
  std::vector<std::string> inputs = options.sources;
  inputs.insert(inputs.end(), {options.map, options.model.weights});
  check_outputs({options.csv, options.json}, inputs, options.model.force);
  const vpr::PlaceMap map = vpr::PlaceMap::open(options.map);
  const ModelOptions model = model_of(map.snapshot(), options.map, options.model);
  PhotoReader reader(model.photos);
  const std::vector<vpr::Photo> photos = reader.find(options.sources);
  const std::int64_t top = answers_a_query(map.size(), std::ssize(photos), options.top);
  SearchResult result;
  const Describer describe(model, {}, "queries", result.timing, reader);
  const Described queries = describe(photos, "queries");
  const vpr::MapSnapshot snapshot = map.snapshot();
  vpr::require_same(snapshot.record(), describe.record(), vpr::text_of("descriptors of ", options.map, " and of queries"));
  result.record = describe.record();
  const vpr::Rows rows = queries.descriptors.rows();
  vpr::PlaceFilter filter;
  for (const std::string& session : options.sessions) require_session(snapshot.sessions(), session, options.map);
  if (!options.sessions.empty()) filter.sessions = options.sessions;
  result.matches = options.hnsw ? search_graph(snapshot, options.map, rows, top, filter, options.candidates, result.timing)
                                : result.timing.measure("search", rows.size(), [&] { return snapshot.search(rows, top, filter); });

  std::vector<AnsweredQuery> answers;
  for (std::size_t q = 0; q < result.matches.size(); ++q) {
    AnsweredQuery& answered = answers.emplace_back(AnsweredQuery{photos[queries.photos[q]].name, {}});
    for (const vpr::Match& match : result.matches[q]) {
      vpr::Place place = snapshot.place(match.id);
      answered.answers.push_back(
          {.name = std::move(place.name), .score = match.score, .id = match.id, .session = std::move(place.session)});
    }
  }
  const std::optional<vpr::DecisionRule> rule = rule_in(snapshot, options.map);
  if (rule)
    decide(
        *rule, result.matches, [&](std::int64_t id) { return snapshot.place(id).position; }, answers);
  const AnswerColumns columns{.place = true, .decision = rule.has_value()};
  const std::string csv = answers_csv(answers, columns);
  if (!options.csv.empty()) write_text(options.csv, csv);
  if (!options.json.empty()) write_text(options.json, search_text(answers, columns, {}, result, reader.left_out()));
  if (options.csv.empty() && options.json.empty()) std::cout << csv;
  reader.left_out().finish();
}

}  // namespace

void add_map_query(CLI::App& map) {
  auto options = std::make_shared<QueryOptions>();
  CLI::App* command = map.add_subcommand("query", "Finds where photos were taken, among a map's places");
  command->add_option("map", options->map, "the map, a file")->required();
  add_map_model_options(*command, options->model);
  command->add_option("--session", options->sessions, "among the places of this session only; may be given again")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--top", options->top, "answers a query")->check(whole_from(1, most_answers))->capture_default_str();
  CLI::Option* hnsw =
      command->add_flag("--hnsw", options->hnsw,
                        "search approximately, in a graph of the places, which is kept as MAP.hnsw beside the map and made or "
                        "updated first where it has to be");
  command
      ->add_option("--candidates", options->candidates, "with --hnsw: places that are looked at for a query; more are slower and find more")
      ->check(whole_from(1))
      ->capture_default_str()
      ->needs(hnsw);
  command->add_option("--csv", options->csv, "write the answers as a table, in place of printing it")->check(file_name());
  command->add_option("--json", options->json, "write the answers as JSON")->check(file_name());
  add_force_option(*command, options->model.force);
  command->add_option("photos", options->sources, sources_text)->required();
  command->callback([options] { query(*options); });
}

}  // namespace cli
#endif
