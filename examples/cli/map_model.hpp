// SPDX-License-Identifier: MIT
/// @file
/// How the descriptors of a map are made, as the map keeps it beside its record.
#pragma once

#include "options.hpp"
#include "rerank.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vpr {
class MapSnapshot;
}

namespace cli {

/// The names and contents that a new map keeps so that photos are described alike later: the options, a PCA and a vocabulary.
std::vector<std::pair<std::string, std::string>> attachments_of(const ModelOptions& options);

/// The options that the map's photos were described with. Weights, batch, threads, limits on photos and --force are those of `given`; weights that
/// are not named are those that the map was made with, where they are still there.
/// @param path  of the map, for messages
/// @throws vpr::ConfigError  for weights of another hash than the map's, and for a map that `vpr map create` did not make
ModelOptions model_of(const vpr::MapSnapshot& map, const std::string& path, const ModelOptions& given);

/// What the scores of a map's answers are.
std::string score_of(const vpr::MapSnapshot& map);

/// The local features that a map keeps of its places.
struct MapLocal {
  LocalOptions options;
  std::string name;        // what they are, such as "patches of block 7 key"
  std::string score_name;  // what they are compared by

  friend bool operator==(const MapLocal&, const MapLocal&) = default;
};
/// The name and the content under which a new map keeps that.
std::pair<std::string, std::string> attachment_of(const MapLocal& local);
/// Nothing for a map whose places have none.
std::optional<MapLocal> local_of(const vpr::MapSnapshot& map, const std::string& path);

}  // namespace cli
