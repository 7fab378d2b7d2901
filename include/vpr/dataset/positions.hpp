// SPDX-License-Identifier: MIT
/// @file
/// Photos with positions or place ids, from a CSV file.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_list.hpp>
#include <vpr/dataset/utm.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace vpr {

namespace detail {

/// `photos_in_csv` of a table that was read: one photo a row below the header.
inline std::vector<Photo> photos_in_table(const CsvTable& table, UtmZone zone = {}) {
  const std::filesystem::path& path = table.path;
  const auto name = table.column({"path", "image_path", "image", "photo", "file", "filename", "name"});
  const auto east = table.column({"utm_east", "easting", "east", "x"}), north = table.column({"utm_north", "northing", "north", "y"});
  const auto latitude = table.column({"latitude", "lat"}), longitude = table.column({"longitude", "lon", "lng"});
  const auto place = table.column({"place_id", "place", "label"});
  VPR_REQUIRE(FormatError, name.has_value(), path.string(), ":1: no column of photos; expected a header with `path`, `image` or `name`");
  VPR_REQUIRE(FormatError, east.has_value() == north.has_value(), path.string(), ":1: an easting needs a northing: found one column only");
  VPR_REQUIRE(FormatError, latitude.has_value() == longitude.has_value(), path.string(),
              ":1: a latitude needs a longitude: found one column only");
  VPR_REQUIRE(FormatError, table.rows.size() > 1, path.string(), ": has no row below its header");

  std::vector<Photo> photos;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    const CsvRow& row = table.rows[i];
    const auto number = [&](std::size_t column) {
      const auto value = detail::parse_number(row.fields[column]);
      VPR_REQUIRE(FormatError, value.has_value(), table.place(row), ": found '", row.fields[column], "' as ", table.rows[0].fields[column],
                  ", expected a number");
      return *value;
    };
    const std::string photo_name{detail::trimmed(row.fields[*name])};
    VPR_REQUIRE(FormatError, !photo_name.empty(), table.place(row), ": the photo's path is empty");
    Photo photo = named_photo(photo_name, path.parent_path() / photo_name);
    std::error_code ignored;
    VPR_REQUIRE(IoError, std::filesystem::is_regular_file(photo.path, ignored), table.place(row), ": no photo at ", photo.path.string());
    if (east) {
      photo.position = Position{number(*east), number(*north), {}};
    } else if (latitude) {
      try {
        photo.position = utm_from_degrees(number(*latitude), number(*longitude), zone);
      } catch (const ConfigError& error) {
        fail<FormatError>(table.place(row), ": ", error.what());
      }
      zone = photo.position->zone;
    }
    if (place) photo.place = detail::trimmed(row.fields[*place]);
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
/// | the photo     | `path`, `image_path`, `image`, `photo`, `file`, `filename`, `name` |
/// | metres        | `utm_east`, `easting`, `east`, `x` and `utm_north`, `northing`, `north`, `y` |
/// | degrees       | `latitude`, `lat` and `longitude`, `lon`, `lng`; become UTM metres |
/// | place         | `place_id`, `place`, `label`: photos of equal text show one place |
/// Metres are taken where both are there. Where neither is, the position in the photo's name is.
/// @param zone  the UTM grid for degrees; by default that of the first row, for all rows. Give the queries their database's.
/// @throws FormatError  naming file and line: a missing column, a number that is none, an angle out of range
/// @throws IoError      naming file and line of a photo that is not there
inline std::vector<Photo> photos_in_csv(const std::filesystem::path& path, UtmZone zone = {}) {
  return detail::photos_in_table(read_csv(path), zone);
}

}  // namespace vpr
