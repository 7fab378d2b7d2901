// SPDX-License-Identifier: MIT
/// @file
/// How well a system in training finds photos that it is not trained on.
#pragma once

#include "options.hpp"
#include "train_options.hpp"

#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/eval/recall.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cli {

class Validation {
 public:
  Validation(const TrainOptions& options, const vpr::Recipe& recipe);

  bool wanted() const { return dataset_.has_value(); }

  /// Recall@1 and @5 of the weights in that file, over the photos that can be read.
  vpr::Recall operator()(const std::string& weights);
  /// The photos that cannot be read, once each.
  std::vector<vpr::BadPhoto> bad_photos() const;

 private:
  ModelOptions model_;
  std::optional<vpr::Dataset> dataset_;
  std::map<std::string, std::string> bad_;  // why, by path
};

}  // namespace cli
