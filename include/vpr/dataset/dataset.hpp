// SPDX-License-Identifier: MIT
/// @file
/// Reading the photos of a map and of its queries, with the right answers where they are known.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/msls.hpp>
#include <vpr/dataset/pairs.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_folder.hpp>
#include <vpr/dataset/photo_list.hpp>
#include <vpr/dataset/position_extent.hpp>
#include <vpr/dataset/position_unit.hpp>
#include <vpr/dataset/positions.hpp>
#include <vpr/dataset/positives.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The photos of a folder (`photos_in_folder`, or `msls_photos` where it is laid out so), of a table with positions or places (`photos_in_csv`, by
/// its ending `.csv` or `.tsv`), of a text list (`photos_in_list`), or a single photo.
/// @param zone      the UTM grid for a table in degrees; a place over 6 degrees from its meridian takes its own
/// @param left_out  takes the files of a folder that are not read, see `photos_in_folder`
inline std::vector<Photo> read_photos(const std::filesystem::path& source, UtmZone zone = {}, std::vector<BadPhoto>* left_out = nullptr) {
  VPR_REQUIRE(IoError, !source.empty(), "the name of a folder, a list or a photo is empty");
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(source, ignored);
  if (folder) return detail::msls_table(source).empty() ? photos_in_folder(source, left_out) : msls_photos(source, zone);
  VPR_REQUIRE(IoError, std::filesystem::exists(source, ignored), source.string(), ": no such folder, list or photo");
  VPR_REQUIRE(IoError, std::filesystem::is_regular_file(source, ignored), source.string(),
              ": is a device, a pipe or a socket, expected a file");
  if (is_photo_name(source)) return {named_photo(source.filename().string(), source)};
  return detail::ends_as(source, {".csv", ".tsv"}) ? photos_in_csv(source, zone, false) : photos_in_list(source);
}

/// Where an evaluation's photos and right answers come from.
struct DatasetSettings {
  std::filesystem::path database = {};               ///< a folder, a list or a CSV
  std::filesystem::path queries = {};                ///< likewise
  std::filesystem::path pairs = {};                  ///< a table of positive pairs; empty: right answers by place id or by radius
  double radius = 25;                                ///< metres; used where there are neither pairs nor place ids
  PositionUnit positions = PositionUnit::automatic;  ///< what positions are, see `settle_positions`
  bool some_positions = false;                       ///< take photos of which only some have a position as unlabelled; false: an error
};

/// A map's photos, the queries, and the right answers where they are known.
struct Dataset {
  std::vector<Photo> database, queries;
  std::optional<Positives> positives;           ///< nothing for unlabelled photos
  std::vector<BadPhoto> left_out;               ///< files of the folders that are not read
  PositionUnit unit = PositionUnit::automatic;  ///< what positions were taken to be; automatic where there are none, or they are of no use
  std::string unit_reason;       ///< how that is known, or why positions are of no use: a sentence, empty where there is none
  std::optional<Extent> extent;  ///< of the positions, where right answers come from them; nothing for positions in several UTM zones

  /// Reads it. Right answers are taken from the first of these that is there: the pairs; place ids, where database and queries have them;
  /// positions, where all photos have one. Photos without any of these are unlabelled, which is no error.
  ///
  /// Positions that cannot be settled are an error where right answers come from them; elsewhere they are dropped, and `unit_reason` says why.
  /// @throws IoError, FormatError, ConfigError  as `read_photos`, `pair_positives`, `settle_positions` and `radius_positives` do
  static Dataset load(const DatasetSettings& settings) {
    std::vector<BadPhoto> left_out;
    std::vector<Photo> database = read_photos(settings.database, {}, &left_out);
    return load(settings, std::move(database), std::move(left_out));
  }

  /// The same with a database that is known, such as a map's places: at least one photo, in place of those of `settings.database`.
  static Dataset load(const DatasetSettings& settings, std::vector<Photo> database, std::vector<BadPhoto> left_out = {}) {
    VPR_REQUIRE(ConfigError, !database.empty(), "Dataset: the database holds no photo");
    Dataset dataset;
    dataset.database = std::move(database);
    dataset.left_out = std::move(left_out);
    const auto& first = dataset.database.front().position;
    dataset.queries = read_photos(settings.queries, first ? first->zone : UtmZone{}, &dataset.left_out);

    const auto any = [&](const auto& has) {
      return std::any_of(dataset.queries.begin(), dataset.queries.end(), has) &&
             std::any_of(dataset.database.begin(), dataset.database.end(), has);
    };
    const bool by_pairs = !settings.pairs.empty(), by_places = any([](const Photo&photo) { return !photo.place.empty(); });
    const auto has_position = [](const Photo& photo) { return photo.position.has_value(); };
    const auto all_have = [&](const std::vector<Photo>& photos) { return std::all_of(photos.begin(), photos.end(), has_position); };
    const bool by_radius = !by_pairs && !by_places && any(has_position) &&
                           (!settings.some_positions || (all_have(dataset.queries) && all_have(dataset.database)));
    try {
      const SettledPositions settled = settle_positions(settings.positions, dataset.database, dataset.queries);
      dataset.unit = settled.unit;
      dataset.unit_reason = settled.reason;
    } catch (const Error& error) {
      if (by_radius) throw;
      dataset.unit_reason = std::string("positions are not used: ") + error.what();
      for (std::vector<Photo>* photos : {&dataset.database, &dataset.queries}) {
        for (Photo& photo : *photos) photo.position.reset();
      }
    }
    if (by_pairs) dataset.positives = pair_positives(settings.pairs, dataset.queries, dataset.database);
    if (!by_pairs && by_places) dataset.positives = place_positives(dataset.queries, dataset.database);
    if (by_radius) {
      dataset.positives = radius_positives(std::span<const Photo>(dataset.queries), dataset.database, settings.radius);
      dataset.extent = extent_of({dataset.database, dataset.queries});
    }
    return dataset;
  }
};

}  // namespace vpr
