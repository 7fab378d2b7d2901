// SPDX-License-Identifier: MIT
/// @file
/// Places to train on from whatever a path names, as a command line takes it.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/focal_places.hpp>
#include <vpr/dataset/gsv_cities.hpp>
#include <vpr/dataset/position_unit.hpp>
#include <vpr/dataset/training_photo.hpp>
#include <vpr/dataset/training_places.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// What makes photos show one place.
enum class PlacesBy { automatic, id, cell, sequence, focal_point };

inline constexpr std::array<std::pair<PlacesBy, std::string_view>, 5> places_by_names{{{PlacesBy::automatic, "automatic"},
                                                                                       {PlacesBy::id, "id"},
                                                                                       {PlacesBy::cell, "cell"},
                                                                                       {PlacesBy::sequence, "sequence"},
                                                                                       {PlacesBy::focal_point, "focal-point"}}};

/// The rule of that name. @throws ConfigError for another
inline PlacesBy places_by(std::string_view name) {
  for (const auto& [by, known] : places_by_names) {
    if (name == known) return by;
  }
  fail<ConfigError>("places by '", name, "'? There are automatic, id, cell, sequence and focal-point");
}
inline std::string_view name_of(PlacesBy by) { return places_by_names[static_cast<std::size_t>(by)].second; }

struct TrainingPlacesSettings {
  PlacesBy by = PlacesBy::automatic;
  CellSettings cell = {};
  SequenceSettings sequence = {};
  FocalSettings focal = {};
  PositionUnit positions = PositionUnit::automatic;     ///< what positions are, see `settle_positions`
  std::function<bool(const TrainingPhoto&)> keep = {};  ///< which photos to take; empty: all
};

/// Reads the places of GSV-Cities (a folder with `Dataframes`), of a CSV file, or of a folder of photos with positions in their names.
///
/// Automatic is: by sequence for a CSV file with a column `frame` or `frame_number`, by id for GSV-Cities and a CSV file with place ids, by cell for
/// what remains; cells take photos of any heading together where none is known.
/// @throws IoError, FormatError, ConfigError as the function of the layout, that of the rule and `settle_positions` do
/// @throws ConfigError  naming a photo whose heading is not known, though others' are, where cells are chosen automatically
inline TrainingPlaces read_training_places(const std::filesystem::path& source, TrainingPlacesSettings settings = {}) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  VPR_REQUIRE(IoError, fs::exists(source, ignored), source.string(), ": no such folder or CSV file");
  const bool folder = fs::is_directory(source, ignored), gsv_cities = folder && fs::is_directory(source / "Dataframes", ignored);
  std::vector<BadPhoto> left_out;
  std::vector<TrainingPhoto> photos = gsv_cities ? gsv_cities_photos(source)
                                      : folder   ? training_photos_in_folder(source, &left_out)
                                                 : training_photos_in_csv(source);
  if (settings.keep) std::erase_if(photos, [&](const TrainingPhoto& photo) { return !settings.keep(photo); });
  VPR_REQUIRE(ConfigError, !photos.empty(), source.string(), ": no photo is left to train on");
  settle_positions(settings.positions, photos);

  const auto any = [&](const auto& has) { return std::any_of(photos.begin(), photos.end(), has); };
  if (settings.by == PlacesBy::automatic) {
    const bool frames = !folder && read_csv(source).column({"frame", "frame_number"});
    const bool ids = any([](const TrainingPhoto& photo) { return !photo.place.empty(); });
    settings.by = frames ? PlacesBy::sequence : ids ? PlacesBy::id : PlacesBy::cell;
    const auto has_heading = [](const TrainingPhoto& photo) { return is_finite(photo.heading); };
    if (!any(has_heading)) settings.cell.angle = 360;
    const auto without = std::find_if_not(photos.begin(), photos.end(), has_heading);
    VPR_REQUIRE(ConfigError, settings.by != PlacesBy::cell || settings.cell.angle >= 360 || without == photos.end(), without->path,
                ": its heading is not known, and those of others are: give it, or leave the photo out");
  }
  TrainingPlaces places = settings.by == PlacesBy::sequence      ? places_by_sequence(std::move(photos), settings.sequence)
                          : settings.by == PlacesBy::id          ? places_by_id(std::move(photos))
                          : settings.by == PlacesBy::focal_point ? places_by_focal_point(std::move(photos), settings.focal)
                                                                 : places_by_cell(std::move(photos), settings.cell);
  places.left_out = std::move(left_out);
  return places;
}

}  // namespace vpr
