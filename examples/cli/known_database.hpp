// SPDX-License-Identifier: MIT
/// @file
/// Databases whose descriptors are there already.
#pragma once

#include "options.hpp"

#include <vpr/dataset/dataset.hpp>
#include <vpr/index/concept.hpp>
#include <vpr/model/record.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// The places of a map, or the photos of a matrix that `vpr describe` wrote.
struct KnownDatabase {
  std::vector<vpr::Photo> photos;                                                      // their names and positions; a map keeps no paths
  vpr::ModelRecord record;                                                             // what the descriptors are made by
  std::string score = "cosine";                                                        // what `search` compares by
  ModelOptions model;                                                                  // what queries are described with
  std::function<std::vector<vpr::Matches>(vpr::Rows queries, std::int64_t k)> search;  // ids are indices of `photos`
};

/// The descriptors that `source` holds; nothing for photos.
/// @param given  the options of the model; for a map that keeps its own they may be left out
/// @throws vpr::ConfigError  where a model is needed and not given; vpr::Error for what cannot be read
std::optional<KnownDatabase> open_database(const std::string& source, const ModelOptions& given);

/// The queries, and their right answers among the photos of `known` or of `settings.database`.
vpr::Dataset load_dataset(const vpr::DatasetSettings& settings, const std::optional<KnownDatabase>& known);

}  // namespace cli
