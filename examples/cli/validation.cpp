// SPDX-License-Identifier: MIT
#include "validation.hpp"

#include "describe_photos.hpp"

#include <cstdint>
#include <vector>

namespace cli {

Validation::Validation(const TrainOptions& options, const std::string& system) {
  if (options.database.empty()) return;
  dataset_ =
      vpr::Dataset::load({.database = options.database, .queries = options.queries, .pairs = options.positives, .radius = options.radius});
  VPR_REQUIRE(vpr::ConfigError, dataset_->positives.has_value(),
              "train: nothing tells which answers of the validation are right: give --positives, or photos with positions");
  model_.model = system;
  model_.weights = options.out;
  model_.size = options.size;
  model_.preprocess = "normalise-then-resize-tensor";
}

vpr::Recall Validation::operator()() const {
  vpr::Timing timing;
  const vpr::AnyPipeline model = load_model(model_, {}, timing);
  const vpr::Descriptors database = describe_photos(model, dataset_->database, model_, "validation database", timing);
  const vpr::Descriptors queries = describe_photos(model, dataset_->queries, model_, "validation queries", timing);
  const std::vector<std::int64_t> at{1, 5};
  return vpr::recall(vpr::ids_of(vpr::search(database, queries, 5), 5), 5, *dataset_->positives, at);
}

}  // namespace cli
