// SPDX-License-Identifier: MIT
/// @file
/// Reading the photos of a map and of its queries, with the right answers where they are known.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_list.hpp>
#include <vpr/dataset/positions.hpp>
#include <vpr/dataset/positives.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace vpr {

/// The photos of a folder (`photos_in_folder`), of a CSV file with positions or places (`photos_in_csv`, by its ending `.csv`), of a text
/// list (`photos_in_list`), or a single photo.
/// @param zone  the UTM grid for a CSV in degrees, see `photos_in_csv`
inline std::vector<Photo> read_photos(const std::filesystem::path& source, UtmZone zone = {}) {
  std::error_code ignored;
  if (std::filesystem::is_directory(source, ignored)) return photos_in_folder(source);
  VPR_REQUIRE(IoError, std::filesystem::exists(source, ignored), source.string(), ": no such folder or list");
  if (is_photo_name(source)) return {named_photo(source.filename().string(), source)};
  const std::string extension = source.extension().string();
  return extension == ".csv" || extension == ".CSV" ? photos_in_csv(source, zone) : photos_in_list(source);
}

/// Where an evaluation's photos and right answers come from.
struct DatasetSettings {
  std::filesystem::path database = {};  ///< a folder, a list or a CSV
  std::filesystem::path queries = {};   ///< likewise
  std::filesystem::path pairs = {};     ///< a CSV of positive pairs; empty: right answers by place id or by radius
  double radius = 25;                   ///< metres; used where there are neither pairs nor place ids
};

/// A map's photos, the queries, and the right answers where they are known.
struct Dataset {
  std::vector<Photo> database, queries;
  std::optional<Positives> positives;  ///< nothing for unlabelled photos

  /// Reads it. Right answers are taken from the first of these that is there: the pairs; place ids, where database and queries have them;
  /// positions, where all photos have one. Photos without any of these are unlabelled, which is no error.
  static Dataset load(const DatasetSettings& settings) {
    Dataset dataset;
    dataset.database = read_photos(settings.database);
    const auto& first = dataset.database.front().position;
    dataset.queries = read_photos(settings.queries, first ? first->zone : UtmZone{});

    const auto any = [&](const auto& has) {
      return std::any_of(dataset.queries.begin(), dataset.queries.end(), has) &&
             std::any_of(dataset.database.begin(), dataset.database.end(), has);
    };
    if (!settings.pairs.empty()) {
      dataset.positives = pair_positives(settings.pairs, dataset.queries, dataset.database);
    } else if (any([](const Photo& photo) { return !photo.place.empty(); })) {
      dataset.positives = place_positives(dataset.queries, dataset.database);
    } else if (any([](const Photo& photo) { return photo.position.has_value(); })) {
      dataset.positives = radius_positives(std::span<const Photo>(dataset.queries), dataset.database, settings.radius);
    }
    return dataset;
  }
};

}  // namespace vpr
