// SPDX-License-Identifier: MIT
/// @file
/// The GSV-Cities training set (Ali-bey, Chaib-draa and Giguère, Neurocomputing 2022), and GSV-Cities-light.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/photo_folder.hpp>
#include <vpr/dataset/training_photo.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vpr {
namespace detail {

/// `text` with zeros in front, `width` long at least.
inline std::string zero_padded(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), '0').append(text);
}

/// The names of a city's photos, under what each is without latitude and longitude. CSV files and names give those two in different numbers
/// of digits; the rest distinguishes photos. Names split at their first seven underscores: the last part, the panorama's id, may hold more.
inline std::unordered_map<std::string, std::string> gsv_photo_names(const std::filesystem::path& folder) {
  std::unordered_map<std::string, std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::array<std::size_t, 7> underscores{};
    std::size_t found = 0;
    for (std::size_t at = name.find('_'); at != std::string::npos && found < 7; at = name.find('_', at + 1)) underscores[found++] = at;
    if (found == 7 && is_photo_name(name))
      names[name.substr(0, underscores[4]) + name.substr(underscores[6], name.rfind('.') - underscores[6])] = name;
  }
  VPR_REQUIRE(IoError, !error, folder.string(), ": cannot be read: ", error.message());
  return names;
}

}  // namespace detail

/// The photos of GSV-Cities: `root/Dataframes/CITY.csv` with the columns place_id, year, month, northdeg, city_id, lat, lon, panoid, and
/// `root/Images/CITY/CITY_PLACE_YEAR_MONTH_NORTHDEG_LAT_LON_PANOID.jpg`.
///
/// Each photo has its city as group, its place id, its time in months, its heading and no position. Names are found by all parts but latitude
/// and longitude, which the files' names and the tables write differently. A photo that is not there keeps the name that its row says, and
/// counts as a bad photo once it is to be read.
/// @param cities  such as {"London", "PRS"}; empty: every table, in the order of their names
/// @throws IoError      where a table, a city's folder, or every photo of a city is missing
/// @throws FormatError  naming file and line: a missing column, no row, a row whose month or place is no number
inline std::vector<TrainingPhoto> gsv_cities_photos(const std::filesystem::path& root, std::vector<std::string> cities = {}) {
  const std::filesystem::path tables = root / "Dataframes";
  if (cities.empty()) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(tables, error), end; !error && entry != end; entry.increment(error)) {
      if (entry->path().extension() == ".csv") cities.push_back(entry->path().stem().string());
    }
    VPR_REQUIRE(IoError, !error, tables.string(), ": cannot be read: ", error.message(),
                "; expected GSV-Cities' folders Dataframes and Images");
    VPR_REQUIRE(IoError, !cities.empty(), tables.string(), ": holds no table CITY.csv");
    std::sort(cities.begin(), cities.end());
  }

  std::vector<TrainingPhoto> photos;
  for (const std::string& city : cities) {
    const CsvTable table = read_csv(tables / (city + ".csv"));
    const std::filesystem::path folder = root / "Images" / city;
    const auto names = detail::gsv_photo_names(folder);
    constexpr std::array<std::string_view, 8> titles{"place_id", "year", "month", "northdeg", "city_id", "lat", "lon", "panoid"};
    std::array<std::size_t, 8> columns{};
    for (std::size_t i = 0; i < titles.size(); ++i) {
      const auto column = table.column({titles[i]});
      VPR_REQUIRE(FormatError, column.has_value(), table.path.string(), ":1: no column `", titles[i], "`");
      columns[i] = *column;
    }
    VPR_REQUIRE(FormatError, table.rows.size() > 1, table.path.string(), ": has no row below its header");
    std::size_t missing = 0;
    for (std::size_t r = 1; r < table.rows.size(); ++r) {
      const CsvRow& row = table.rows[r];
      const auto field = [&](std::size_t i) { return detail::trimmed(row.fields[columns[i]]); };
      const double time = detail::months(detail::parse_number(field(1)), detail::parse_number(field(2)));
      VPR_REQUIRE(FormatError, is_finite(time), table.place(row), ": found '", field(1), "' and '", field(2), "' as year and month");
      VPR_REQUIRE(FormatError, detail::parse_number(field(0)).has_value(), table.place(row), ": found '", field(0), "' as place_id");
      const std::string begin = text_of(field(4), "_", detail::zero_padded(field(0), 7), "_", detail::zero_padded(field(1), 4), "_",
                                        detail::zero_padded(field(2), 2), "_", detail::zero_padded(field(3), 3));
      const auto found = names.find(text_of(begin, "_", field(7)));
      missing += found == names.end();
      const std::string name = found != names.end() ? found->second : text_of(begin, "_", field(5), "_", field(6), "_", field(7), ".jpg");
      photos.push_back({.path = (folder / name).string(),
                        .place = std::string(field(0)),
                        .group = city,
                        .time = time,
                        .heading = detail::number_or_nan(field(3))});
    }
    VPR_REQUIRE(IoError, missing == 0 || missing + 1 < table.rows.size(), folder.string(), ": holds none of the ", missing, " photos of ",
                table.path.string(), "; the first would be ", std::filesystem::path(photos.back().path).filename().string());
  }
  return photos;
}

}  // namespace vpr
