// SPDX-License-Identifier: MIT
/// @file
/// Databases whose descriptors are there already.
#pragma once

#include "options.hpp"

#include <vpr/dataset/dataset.hpp>
#include <vpr/index/concept.hpp>
#include <vpr/loop/decision.hpp>
#include <vpr/model/descriptors.hpp>
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
  std::string score = {};                                                              // what `search` compares by
  std::optional<vpr::DecisionRule> rule = {};                                          // that a map keeps
  ModelOptions model;                                                                  // what queries are described with
  vpr::Descriptors descriptors = {};                                                   // of a matrix
  std::function<std::vector<vpr::Matches>(vpr::Rows queries, std::int64_t k)> search;  // of a map; ids are indices of `photos`
};

/// What `vpr describe` wrote: descriptors, and the photos that they are of, by their names.
struct KnownMatrix {
  vpr::Descriptors descriptors;
  std::vector<vpr::Photo> photos;
};
/// @throws vpr::Error  for what cannot be read, or another number of names than of descriptors
KnownMatrix read_matrix(const std::string& path);
/// Says on standard error that descriptors have no record, where that is empty.
void warn_of_no_record(const std::string& path, const vpr::ModelRecord& record);

/// Whether a file begins as an LMDB file does, by the number in its first page.
bool is_map(const std::string& path);
/// Says that this program was built without maps.
[[noreturn]] void refuse_map(const std::string& path);
/// The session of a map that is given by its name, or escaped as `vpr map info` prints it.
/// @throws vpr::ConfigError  for one that is not among `sessions`, those of the map
std::string session_of(const std::vector<std::string>& sessions, const std::string& given, const std::string& map);

/// The descriptors that `source` holds; nothing for photos.
/// @param given  the options of the model; for a map that keeps its own they may be left out
/// @throws vpr::ConfigError  where a model is needed and not given; vpr::Error for what cannot be read
std::optional<KnownDatabase> open_database(const std::string& source, const ModelOptions& given);

/// The queries, and their right answers among the photos of `known` or of `settings.database`.
vpr::Dataset load_dataset(const vpr::DatasetSettings& settings, const std::optional<KnownDatabase>& known);

}  // namespace cli
