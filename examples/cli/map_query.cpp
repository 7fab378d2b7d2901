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
#include <vpr/matcher/rerank.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace cli {
namespace {

struct QueryOptions {
  std::string map, csv, json;
  std::vector<std::string> sessions, sources;
  std::int64_t top = 5, candidates = 100;
  RerankOptions rerank;
  bool hnsw = false;
  ModelOptions model;
};

/// The places that queries are searched among.
vpr::PlaceFilter filter_of(const QueryOptions& options, const vpr::MapSnapshot& snapshot) {
  vpr::PlaceFilter filter;
  for (const std::string& given : options.sessions) {
    if (!filter.sessions) filter.sessions.emplace();
    filter.sessions->push_back(session_of(snapshot.sessions(), given, options.map));
  }
  return filter;
}

PlaceSearch search_of(const QueryOptions& options, const vpr::MapSnapshot& snapshot, vpr::Timing& timing) {
  const vpr::PlaceFilter filter = filter_of(options, snapshot);
  if (options.hnsw) return search_in_graph(snapshot, options.map, filter, options.candidates, timing);
  return [snapshot, filter](vpr::Rows queries, std::int64_t k) { return snapshot.search(queries, k, filter); };
}

std::vector<Answer> answers_of(const vpr::Reranked& found, const vpr::MapSnapshot& snapshot) {
  std::vector<Answer> answers;
  for (std::size_t rank = 0; rank < found.matches.size(); ++rank) {
    vpr::Place place = snapshot.place(found.matches[rank].id);
    answers.push_back(
        {.name = std::move(place.name), .score = found.matches[rank].score, .id = place.id, .session = std::move(place.session)});
    if (rank < found.local.size()) answers.back().rerank_score = found.local[rank].score;
  }
  return answers;
}

void query(const QueryOptions& options) {
  std::vector<std::string> inputs = options.sources;
  inputs.insert(inputs.end(), {options.map, options.model.weights});
  check_outputs({options.csv, options.json}, inputs, options.model.force);
  const vpr::PlaceMap map = vpr::PlaceMap::open(options.map);
  const vpr::MapSnapshot snapshot = map.snapshot();
  const ModelOptions model = model_of(snapshot, options.map, options.model);
  RerankOptions rerank = options.rerank;
  SearchResult result;
  if (rerank.first > 0) {
    const std::optional<MapLocal> local = local_of(snapshot, options.map);
    VPR_REQUIRE(vpr::ConfigError, local.has_value(), options.map,
                ": its places have no local features, which --rerank compares: `vpr map create --local` makes a map that keeps them");
    rerank.local = local->options;
    result.local = local->name;
    result.rerank_score_name = local->score_name;
  }
  PhotoReader reader(model.photos);
  const std::vector<vpr::Photo> photos = reader.find(options.sources);
  const std::int64_t top = answers_a_query(map.size(), std::ssize(photos), options.top);
  const Describer describe(model, {}, "queries", result.timing, reader, rerank.first > 0 ? std::optional(rerank.local) : std::nullopt);
  vpr::require_same(snapshot.record(), describe.record(), vpr::text_of("descriptors of ", options.map, " and of queries"));
  result.record = describe.record();
  result.score = score_of(snapshot);
  std::optional<vpr::DecisionRule> rule = rule_in(snapshot, options.map);
  if (rule) require_score(*rule, result.score, options.map);
  if (rule && rerank.first > 0) {
    std::cerr << "vpr: " << vpr::escaped(options.map)
              << ": its rule of decision is left out: it was measured on descriptors' scores, and re-ranked answers go by others\n";
    rule.reset();
  }
  const PlaceSearch search = search_of(options, snapshot, result.timing);

  std::vector<AnsweredQuery> answers;
  const std::vector<std::size_t> used = describe.for_each_batch(photos, "queries", [&](const auto& descriptors, auto local, auto indices) {
    const std::vector<vpr::Matches> found =
        result.timing.measure("search", descriptors.size(), [&] { return search(descriptors.rows(), std::max(top, rerank.first)); });
    for (std::size_t q = 0; q < found.size(); ++q) {
      vpr::Reranked best{.matches = found[q], .local = {}, .places = {}};
      if (rerank.first > 0) {
        best = result.timing.measure(
            "re-rank", 1, [&] { return vpr::rerank(found[q], rerank.first, local[q], snapshot, describe.model().system.matcher); });
      }
      best.matches.resize(std::min(best.matches.size(), static_cast<std::size_t>(top)));
      answers.push_back({photos[indices[q]].name, answers_of(best, snapshot)});
      result.matches.push_back(std::move(best.matches));
    }
  });
  reader.require_some(used, photos.size(), "queries");
  if (rule)
    decide(
        *rule, result.matches, [&](std::int64_t id) { return snapshot.place(id).position; }, answers);
  const AnswerColumns columns{.rerank_score = rerank.first > 0, .place = true, .decision = rule.has_value()};
  const std::string csv = answers_csv(answers, columns);
  if (!options.csv.empty()) write_text(options.csv, csv);
  if (!options.json.empty()) write_text(options.json, search_text(answers, columns, rerank, result, reader.left_out()));
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
  command
      ->add_option("--rerank", options->rerank.first,
                   "re-rank this many of a query's first answers by the local features that the map keeps: see create --local")
      ->check(whole_from(1, most_answers));
  command->add_option("--csv", options->csv, "write the answers as a table, in place of printing it")->check(file_name());
  command->add_option("--json", options->json, "write the answers as JSON")->check(file_name());
  add_force_option(*command, options->model.force);
  command->add_option("photos", options->sources, sources_text)->required();
  command->callback([options] { query(*options); });
}

}  // namespace cli
#endif
