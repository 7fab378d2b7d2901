// SPDX-License-Identifier: MIT
/// @file
/// Evaluating a model, and several of them beside each other.
#pragma once

#include "search.hpp"

#include <vpr/eval/recall.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct EvaluateOptions {
  ModelOptions model;
  RerankOptions rerank;
  DatasetOptions data;
  std::string models;  // the file of models to compare
  std::string positives, json, report, decision;
  double decision_precision = 1;
  double radius = 25;
  std::vector<std::int64_t> recall{1, 5, 10, 20};
  std::optional<std::int64_t> shown;  // nothing: 5
};

/// What was measured of a model.
struct Evaluation {
  SearchResult result;
  vpr::Recall recall;
  std::int64_t deepest = 0;  // answers of each query
};

/// The photos and their right answers.
/// @throws vpr::ConfigError  where the right answers are not known
vpr::Dataset labelled_photos(const EvaluateOptions& options, const std::optional<KnownDatabase>& known);

/// Searches with a model and measures its recall. Photos that cannot be read leave the data set.
/// @param drawn  answers of each query whose lines are kept
Evaluation evaluation_of(const EvaluateOptions& options, const ModelOptions& model, const RerankOptions& rerank,
                         const std::optional<KnownDatabase>& known, vpr::Dataset& dataset, std::int64_t drawn, PhotoReader& reader);

/// The figures, and what they were measured on and with.
nlohmann::ordered_json evaluation_json(const RerankOptions& rerank, const vpr::Dataset& dataset, const Evaluation& evaluation,
                                       const LeftOut& left_out);

/// What was measured on: names and values.
std::vector<std::pair<std::string, std::string>> facts_of(const vpr::Dataset& dataset, const vpr::Recall& recall);

/// "12 queries, …": what was measured on, as lines of text.
std::string summary_of(const vpr::Dataset& dataset, const vpr::Recall& recall);

/// Measures several models on the same photos and prints a line of each: those of `--model A,B,C`, or of `--models FILE`. One that cannot be measured
/// is named at the end, where the command fails.
void compare(const EvaluateOptions& options);

/// Whether more than one model is asked for.
bool compares(const EvaluateOptions& options);

}  // namespace cli
