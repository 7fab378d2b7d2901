// SPDX-License-Identifier: MIT
#include "evaluate.hpp"
#include "outputs.hpp"

#include <vpr/dataset/text.hpp>
#include <vpr/eval/comparison.hpp>
#include <vpr/model/systems.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {
namespace {

/// A model to measure, and how.
struct Candidate {
  std::string name;  // as it was asked for
  ModelOptions model;
  RerankOptions rerank;
};

/// The models of `--model A,B,C`, all with the same options.
std::vector<Candidate> listed(const EvaluateOptions& options) {
  std::vector<Candidate> all;
  std::istringstream names(options.model.model);
  for (std::string name; std::getline(names, name, ',');) {
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
    VPR_REQUIRE(vpr::ConfigError, !name.empty(), "--model '", options.model.model, "': a name is empty");
    Candidate& candidate = all.emplace_back(Candidate{name, options.model, options.rerank});
    candidate.model.model = name;
  }
  // Weights and words are of those models that need some; options for words that none needs are refused.
  const bool words = std::any_of(all.begin(), all.end(), [](const Candidate& one) { return vpr::needs_vocabulary(one.name); });
  for (Candidate& one : all) {
    if (!vpr::needs_weights(one.name)) one.model.weights.clear();
    if (words && !vpr::needs_vocabulary(one.name)) one.model.forget_words();
  }
  return all;
}

/// The models of a file, each with the options of its line before those of the command line.
std::vector<Candidate> read_candidates(const EvaluateOptions& options) {
  std::vector<Candidate> all;
  const std::string text = vpr::detail::read_text(options.models);
  std::size_t number = 0;
  for (const std::string_view line : vpr::detail::lines_of(text)) {
    ++number;
    if (line.find_first_not_of(" \t") == line.npos || line.starts_with('#')) continue;
    Candidate candidate{"", options.model, options.rerank};
    std::vector<std::string> words;
    CLI::App parser("A model to compare", "model");
    parser.set_help_flag();
    add_model_options(parser, candidate.model);
    add_rerank_options(parser, candidate.rerank);
    parser.get_option("--model")->required(false);
    parser.add_option("words", words)->required();
    parser.allow_extras();
    try {
      VPR_REQUIRE(vpr::ConfigError, std::count(line.begin(), line.end(), '"') % 2 == 0, options.models, ": line ", number,
                  ": a quote is not closed");
      parser.parse(std::string(line));
      for (const std::string& extra : parser.remaining()) {
        VPR_REQUIRE(vpr::ConfigError, !extra.starts_with('-'), options.models, ": line ", number, ": there is no option '", extra,
                    "' of a model");
      }
      VPR_REQUIRE(vpr::ConfigError, words.size() <= 2, options.models, ": line ", number, ": want MODEL WEIGHTS [OPTION...]: got '",
                  words.back(), "' behind them");
    } catch (const CLI::ParseError& error) {
      vpr::fail<vpr::ConfigError>(options.models, ": line ", number, ": want MODEL WEIGHTS [OPTION...]: ", error.what());
    }
    candidate.model.model = words[0];
    if (words.size() > 1) candidate.model.weights = words[1];
    VPR_REQUIRE(vpr::ConfigError, candidate.model.has_model(), options.models, ": line ", number,
                ": want MODEL WEIGHTS [OPTION...]: the weights are missing");
    std::size_t end = 0;
    for (const std::string& word : words) end = line.find(word, end) + word.size();
    candidate.name = vpr::text_of(words[0], words.size() > 1 ? " " + std::filesystem::path(words[1]).filename().string() : "",
                                  line.substr(std::min(end, line.size())));
    all.push_back(std::move(candidate));
  }
  VPR_REQUIRE(vpr::ConfigError, !all.empty(), options.models, ": names no model");
  return all;
}

double seconds_each(const vpr::Timing& timing, std::initializer_list<std::string_view> stages, std::int64_t count) {
  double sum = 0;
  for (const vpr::StageTime& stage : timing.stages) {
    for (const std::string_view wanted : stages) sum += stage.stage == wanted ? stage.seconds : 0;
  }
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

vpr::ComparedModel compared(const Candidate& candidate, const vpr::Dataset& dataset, const Evaluation& evaluation) {
  const SearchResult& result = evaluation.result;
  const std::int64_t places = std::ssize(dataset.database), queries = std::ssize(dataset.queries);
  return {
      .name = candidate.name,
      .recall = evaluation.recall,
      .extraction = seconds_each(result.timing, {"describe database", "describe queries"}, places + queries),
      .matching = seconds_each(result.timing, {"search", "re-rank"}, queries),
      .bytes = result.descriptor_bytes + static_cast<double>(result.local_bytes) / static_cast<double>(std::max<std::int64_t>(places, 1)),
      .dimensions = result.dimensions,
      .parameters = result.parameters};
}

/// "recall@1 0.411, recall@5 0.617"
std::string recall_text(const vpr::Recall& recall) {
  std::string text;
  for (std::size_t i = 0; i < recall.at.size(); ++i)
    text += vpr::text_of(i == 0 ? "" : ", ", "recall@", recall.at[i], " ", vpr::detail::fixed(recall.of_all[i], 3));
  return text;
}

}  // namespace

bool compares(const EvaluateOptions& options) { return !options.models.empty() || options.model.model.find(',') != std::string::npos; }

void compare(const EvaluateOptions& options) {
  VPR_REQUIRE(vpr::ConfigError, options.models.empty() || (options.model.model.empty() && options.model.weights.empty()),
              "--models names models and weights: leave --model and --weights out");
  VPR_REQUIRE(vpr::ConfigError,
              options.model.save_vocabulary.empty() && options.model.save_weights.empty() && options.rerank.file.empty() &&
                  options.decision.empty(),
              "one file would be written by every model: --save-vocabulary, --save-weights, --save-decision and --local-file are for one");
  refuse({{"--shown", options.shown.has_value()}}, "is of the report of one model");
  std::vector<Candidate> candidates = options.models.empty() ? listed(options) : read_candidates(options);
  const std::size_t asked = candidates.size();
  std::vector<std::string> inputs{options.models, options.data.database, options.data.queries, options.positives};
  for (const Candidate& candidate : candidates) {
    const std::vector<std::string> read = candidate.model.inputs();
    inputs.insert(inputs.end(), read.begin(), read.end());
  }
  check_outputs({options.json, options.report}, inputs, options.model.force);
  VPR_REQUIRE(vpr::ConfigError, !open_database(options.data.database, candidates[0].model),
              "--database: models are compared on photos, not on descriptors");
  const vpr::Dataset photos = labelled_photos(options, std::nullopt);

  vpr::Comparison comparison;
  nlohmann::ordered_json json{{"models", nlohmann::ordered_json::array()}, {"failed", nlohmann::ordered_json::array()}};
  LeftOut left_out;
  std::string summary, failures;
  int code = 0;
  const auto fails = [&](const Candidate& candidate, std::string_view reason, int exit_code) {
    code = code == 0 ? exit_code : std::min(code, exit_code);
    failures += vpr::text_of("\n  ", candidate.name, ": ", reason);
    json["failed"].push_back({{"name", vpr::escaped(candidate.name)}, {"reason", vpr::escaped(reason)}});
    std::cerr << "vpr: " << vpr::printable(vpr::text_of(candidate.name, " cannot be measured: ", reason)) << '\n';
  };
  std::erase_if(candidates, [&](const Candidate& candidate) {  // a misspelt name is said before hours of the others' work
    try {
      vpr::require_model(candidate.model.model);
    } catch (const vpr::Error& error) {
      fails(candidate, error.what(), 2);
      return true;
    }
    return false;
  });
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    std::cerr << "vpr: " << i + 1 << " of " << candidates.size() << ": " << vpr::printable(candidate.name) << '\n';
    try {
      vpr::Dataset dataset = photos;
      PhotoReader reader(options.model.photos);
      reader.leave_out(dataset.left_out, "files");
      const Evaluation evaluation = evaluation_of(options, candidate.model, candidate.rerank, std::nullopt, dataset, 0, reader);
      const vpr::ComparedModel& row = comparison.models.emplace_back(compared(candidate, dataset, evaluation));
      nlohmann::ordered_json one = evaluation_json(candidate.rerank, dataset, evaluation, reader.left_out());
      one["name"] = vpr::escaped(candidate.name);
      one["extraction_ms"] = 1000 * row.extraction;
      one["matching_ms"] = 1000 * row.matching;
      one["megabytes_a_place"] = row.bytes / 1e6;
      one["dimensions"] = row.dimensions;
      one["parameters"] = row.parameters;
      json["models"].push_back(std::move(one));
      if (summary.empty()) {
        summary = summary_of(dataset, evaluation.recall);
        comparison.facts = facts_of(dataset, evaluation.recall);
      }
      left_out.merge(reader.left_out());
      std::cerr << "vpr: " << vpr::printable(row.name) << ": " << recall_text(row.recall) << "; "
                << vpr::detail::fixed(1000 * row.extraction, 1)
                << " ms a photo\n";  // the table comes last, which a run that is stopped never reaches
    } catch (const vpr::ConfigError& error) {
      fails(candidate, error.what(), 2);
    } catch (const vpr::Error& error) {
      fails(candidate, error.what(), 1);
    } catch (const std::bad_alloc&) {
      fails(candidate, "the memory does not suffice: take fewer photos at a time (--batch) or a smaller --size", 1);
    }
  }
  if (!options.json.empty()) write_text(options.json, json.dump(2) + '\n');
  if (!comparison.models.empty()) {
    if (!options.report.empty()) vpr::write_comparison(options.report, comparison);
    std::FILE* const out = summary_stream({options.json, options.report});
    std::fprintf(out, "%s%s", summary.c_str(), vpr::comparison_text(comparison).c_str());
    if (!options.report.empty()) std::fprintf(out, "report: %s\n", vpr::escaped(options.report).c_str());
  }
  if (code != 0)
    std::cerr << "vpr: " << json["failed"].size() << " of " << asked << " models could not be measured:" << vpr::printable(failures)
              << '\n';
  left_out.finish(code);
}

}  // namespace cli
