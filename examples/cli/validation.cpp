// SPDX-License-Identifier: MIT
#include "validation.hpp"

#include "describe_photos.hpp"
#include "search.hpp"

#include <vpr/core/printable.hpp>
#include <vpr/eval/keep_photos.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cli {

Validation::Validation(const TrainOptions& options, const vpr::Recipe& recipe) {
  if (options.database.empty()) return;
  dataset_ = vpr::Dataset::load({.database = options.database,
                                 .queries = options.queries,
                                 .pairs = options.positives,
                                 .radius = options.radius,
                                 .positions = vpr::position_unit(options.positions)});
  VPR_REQUIRE(vpr::ConfigError, dataset_->positives.has_value(),
              "train: the right answers of the validation are not known: give --positives, or photos with positions");
  VPR_REQUIRE(vpr::ConfigError,
              std::any_of(dataset_->positives->begin(), dataset_->positives->end(), [](const auto& right) { return !right.empty(); }),
              "train: no query of the validation has a right answer: see --positives and --radius");
  warn_of_answers(*dataset_, options.radius);
  model_.model = recipe.system;
  model_.tokens = recipe.tokens;
  model_.size = options.size;
  model_.preprocess = training_preprocess(recipe);
  model_.photos = options.photo;
}

std::vector<vpr::BadPhoto> Validation::bad_photos() const {
  std::vector<vpr::BadPhoto> all;
  for (const auto& [path, reason] : bad_) all.push_back({path, reason});
  return all;
}

vpr::Recall Validation::operator()(const std::string& weights) {
  model_.weights = weights;
  vpr::Timing timing;
  PhotoReader reader(model_.photos);
  const Describer describe(model_, {}, "", timing, reader);
  const Described database = describe(dataset_->database, "validation database");
  const Described queries = describe(dataset_->queries, "validation queries");
  for (const auto& photo : reader.left_out().json())
    bad_[vpr::unescaped(photo["photo"].get<std::string>())] = photo["reason"].get<std::string>();
  vpr::Dataset dataset = *dataset_;
  vpr::keep_database(dataset, database.photos);
  vpr::keep_queries(dataset, queries.photos);
  const std::vector<std::int64_t> at{1, 5};
  return vpr::recall(vpr::ids_of(vpr::search(database.descriptors, queries.descriptors, 5), 5), 5, *dataset.positives, at);
}

}  // namespace cli
