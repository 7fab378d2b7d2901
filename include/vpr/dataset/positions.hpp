// SPDX-License-Identifier: MIT
/// @file
/// Photos with positions or place ids, from a CSV file.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_list.hpp>
#include <vpr/dataset/utm.hpp>
#include <vpr/dataset/utm_name.hpp>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

namespace detail {

/// The finite number in a table's field, where it is one; a decimal comma is one where commas do not separate fields.
inline std::optional<double> field_number(const CsvTable& table, std::string text) {
  if (table.separator != ',' && std::count(text.begin(), text.end(), ',') == 1 && text.find('.') == text.npos)
    std::replace(text.begin(), text.end(), ',', '.');
  return parse_number(text);
}

/// The finite number in a row's field. @throws FormatError naming file and line where it is none
inline double number_in(const CsvTable& table, const CsvRow& row, std::size_t column) {
  const auto value = field_number(table, row.fields[column]);
  VPR_REQUIRE(FormatError, value.has_value(), table.place(row), ": found '", row.fields[column], "' as ", table.rows[0].fields[column],
              ", expected a number");
  return *value;
}

/// The columns of eastings and northings, of one kind; none where there are none.
inline std::pair<std::optional<std::size_t>, std::optional<std::size_t>> metre_columns(const CsvTable& table) {
  using Kind = std::pair<std::string_view, std::string_view>;
  bool any = false;
  for (const auto& [east, north] : {Kind("utm_east", "utm_north"), Kind("utm_easting", "utm_northing"), Kind("easting", "northing"),
                                    Kind("east", "north"), Kind("x", "y")}) {
    const auto easting = table.column({east}), northing = table.column({north});
    if (easting && northing) return {easting, northing};
    any = any || easting || northing;
  }
  VPR_REQUIRE(FormatError, !any, table.path.string(), ":1: an easting needs a northing of its kind: found one column only");
  return {};
}

/// The zone that a row gives; a text without a digit is no zone. @throws FormatError naming file and line where it gives one that is none
inline UtmZone zone_in(const CsvTable& table, const CsvRow& row, double north) {
  const auto field = [&](std::initializer_list<std::string_view> names) {
    const auto column = table.column(names);
    return column ? trimmed(row.fields[*column]) : std::string_view();
  };
  const std::string_view number = field({"utm_zone", "zone", "zone_number", "utm_zone_number", "epsg"});
  UtmZone zone = utm_zone_from_text(number, field({"zone_letter", "utm_letter", "utm_zone_letter", "utm_band"}), north);
  VPR_REQUIRE(
      FormatError, zone.number != 0 || number.find_first_of("0123456789") == number.npos, table.place(row), ": found '", number,
      "' as zone, expected one of the UTM grid, 1 to 60, such as 10, 10S or EPSG:32610; give the column another name if it means others");
  const std::string hemisphere = lower_case(field({"hemisphere"}));
  if (zone.number == 0 || hemisphere.empty()) return zone;
  VPR_REQUIRE(FormatError, hemisphere[0] == 'n' || hemisphere[0] == 's', table.place(row), ": found '", hemisphere,
              "' as hemisphere, expected N or S");
  return {zone.number, hemisphere[0] == 's'};
}

/// `photos_in_csv` of a table that was read: one photo a row below the header.
inline std::vector<Photo> photos_in_table(const CsvTable& table, UtmZone zone = {}, bool one_grid = true) {
  const std::filesystem::path& path = table.path;
  const auto name = table.column({"path", "image_path", "image", "photo", "file", "filename", "name"}), key = table.column({"key"});
  const auto [east, north] = metre_columns(table);
  const auto latitude = table.column({"latitude", "lat"}), longitude = table.column({"longitude", "lon", "lng", "long"});
  const auto place = table.column({"place_id", "place", "label"});
  VPR_REQUIRE(FormatError, name || key, path.string(),
              ":1: no column of photos; expected a header with `path`, `image`, `name` or `key`, "
              "and commas, semicolons or tabs between the fields");
  VPR_REQUIRE(FormatError, latitude.has_value() == longitude.has_value(), path.string(),
              ":1: a latitude needs a longitude: found one column only");
  VPR_REQUIRE(FormatError, table.rows.size() > 1, path.string(), ": has no row below its header");

  std::vector<Photo> photos;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    const CsvRow& row = table.rows[i];
    const std::string& field = row.fields[name ? *name : *key];
    VPR_REQUIRE(FormatError, !trimmed(field).empty(), table.place(row), ": the photo's path is empty");
    const std::string photo_name = name ? std::string(trimmed(field)) : text_of("images/", trimmed(field), ".jpg");
    auto found = find_named(path.parent_path(), photo_name);
    if (!found && name) found = find_named(path.parent_path(), field);
    VPR_REQUIRE(IoError, found.has_value(), table.place(row), ": no photo at ", (path.parent_path() / photo_name).string());
    Photo photo = named_photo(std::move(found->name), std::move(found->path));
    if (east) {
      photo.position = Position{number_in(table, row, *east), number_in(table, row, *north), {}};
      photo.position->zone = zone_in(table, row, photo.position->north);
    } else if (latitude) {
      const Degrees degrees{number_in(table, row, *latitude), number_in(table, row, *longitude)};
      try {
        const bool own = !one_grid && !in_reach(zone, degrees.longitude);
        photo.position = utm_from_degrees(degrees.latitude, degrees.longitude, own ? UtmZone{} : zone);
      } catch (const ConfigError& error) {
        fail<FormatError>(table.place(row), ": ", error.what());
      }
      if (zone.number == 0) zone = photo.position->zone;
    }
    if (place) photo.place = trimmed(row.fields[*place]);
    photos.push_back(std::move(photo));
  }
  return photos;
}

}  // namespace detail

/// The photos of a CSV file with a header, in its order, with the positions or place ids that it gives.
///
/// Columns are found by name, whatever the case; others are left alone. Paths are relative to the file's folder or absolute.
/// | what          | column                                                          |
/// |---------------|-----------------------------------------------------------------|
/// | the photo     | `path`, `image_path`, `image`, `photo`, `file`, `filename`, `name`; or `key`, of `images/KEY.jpg` (Mapillary SLS) |
/// | metres        | `utm_east` and `utm_north`, else `utm_easting` and `utm_northing`, `easting` and `northing`, `east` and `north`, `x` and `y` |
/// | their zone    | `utm_zone`, `zone`, `zone_number`, `epsg` (see `utm_zone_from_text`), with `zone_letter` or `hemisphere` |
/// | degrees       | `latitude`, `lat` and `longitude`, `lon`, `lng`, `long`; become UTM metres |
/// | place         | `place_id`, `place`, `label`: photos of equal text show one place |
/// Metres are taken where both are there. Where neither is, the position in the photo's name is. Fields may be separated as `read_csv` says; numbers
/// may have a decimal comma where fields are not separated by commas.
/// @param zone      the UTM grid for degrees; by default that of the first row, for all rows. Give the queries their database's.
/// @param one_grid  false: a place over 6 degrees from the grid's meridian takes its own zone, where it would be an error
/// @throws FormatError  naming file and line: a missing column, a number that is none or not finite, an angle out of range, a zone that is none
/// @throws IoError      naming file and line of a photo that is not there
inline std::vector<Photo> photos_in_csv(const std::filesystem::path& path, UtmZone zone = {}, bool one_grid = true) {
  return detail::photos_in_table(read_csv(path), zone, one_grid);
}

}  // namespace vpr
