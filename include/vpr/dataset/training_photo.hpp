// SPDX-License-Identifier: MIT
/// @file
/// Photos to train on, with what says which of them show one place.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_folder.hpp>
#include <vpr/dataset/positions.hpp>
#include <vpr/dataset/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// One photo to train on. What its source does not give is empty or NaN.
struct TrainingPhoto {
  std::string path = {};                                      ///< the file
  std::string place = {};                                     ///< photos of equal text within a group show one place
  std::string group = {};                                     ///< the city or the video that it is from
  double time = std::numeric_limits<double>::quiet_NaN();     ///< months (12 a year), or the frame's number in its video
  double heading = std::numeric_limits<double>::quiet_NaN();  ///< degrees, clockwise from north
  std::optional<Position> position = {};
};

namespace detail {

/// Years and months as one number; NaN where they are none.
inline double months(std::optional<double> year, std::optional<double> month) {
  if (!year || !month || *month < 1 || *month > 12) return std::numeric_limits<double>::quiet_NaN();
  return 12 * *year + *month - 1;
}

inline double number_or_nan(std::string_view text) { return parse_number(text).value_or(std::numeric_limits<double>::quiet_NaN()); }

/// Whether a number can be a heading in degrees: one turn at most, to either side.
inline bool is_heading(double degrees) { return std::abs(degrees) <= 360; }

/// The column of headings; nothing where there is none, or it is blank in all rows.
/// @throws FormatError naming file and line of a row where it is blank, though not in all
inline std::optional<std::size_t> heading_column(const CsvTable& table) {
  const auto column = table.column({"heading", "northdeg", "ca"});
  if (!column) return std::nullopt;
  const auto is_blank = [&](const CsvRow& row) { return trimmed(row.fields[*column]).empty(); };
  const auto blank = std::find_if(table.rows.begin() + 1, table.rows.end(), is_blank);
  if (blank == table.rows.end()) return column;
  VPR_REQUIRE(FormatError, std::all_of(table.rows.begin() + 1, table.rows.end(), is_blank), table.place(*blank), ": the ",
              table.rows[0].fields[*column], " is blank, and other rows have one: give it, or leave the row or the column out");
  return std::nullopt;
}

/// The heading in a row's field. @throws FormatError naming file and line where it is none
inline double heading_in(const CsvTable& table, const CsvRow& row, std::size_t column) {
  const double degrees = number_in(table, row, column);
  VPR_REQUIRE(FormatError, is_heading(degrees), table.place(row), ": found '", row.fields[column], "' as ", table.rows[0].fields[column],
              ", expected degrees from -360 to 360");
  return degrees;
}

}  // namespace detail

/// All photos below a folder, as `photos_in_folder` finds them. A name `@east@north@…@heading@…@YYYYMM…@note@.jpg` gives position, heading
/// (its 9th field) and time (the first six digits of its 13th); the field's names have 15 `@`, and what is empty in them stays unknown, as does a
/// heading that is no number from -360 to 360.
/// @param left_out  takes the files that are not read, see `photos_in_folder`
/// @throws IoError, FormatError as `photos_in_folder` does
inline std::vector<TrainingPhoto> training_photos_in_folder(const std::filesystem::path& folder,
                                                            std::vector<BadPhoto>* left_out = nullptr) {
  std::vector<TrainingPhoto> photos;
  for (Photo& photo : photos_in_folder(folder, left_out)) {
    TrainingPhoto& out = photos.emplace_back(TrainingPhoto{.path = photo.path.string(), .position = photo.position});
    if (!photo.position) continue;
    const std::string file_name = photo.path.filename().string();
    std::array<std::string_view, 15> fields;
    std::string_view rest = file_name;
    for (std::string_view& field : fields) {
      field = rest.substr(0, rest.find('@'));
      rest.remove_prefix(std::min(rest.size(), field.size() + 1));
    }
    if (const double heading = detail::number_or_nan(fields[9]); detail::is_heading(heading)) out.heading = heading;
    if (fields[13].size() >= 6)
      out.time = detail::months(detail::parse_number(fields[13].substr(0, 4)), detail::parse_number(fields[13].substr(4, 2)));
  }
  return photos;
}

/// The photos of a CSV file with a header, as `photos_in_csv` reads it, with these columns besides, where they are there:
/// | what    | column                                                                |
/// |---------|-----------------------------------------------------------------------|
/// | group   | `city`, `city_id`, `video`, `sequence`, `sequence_key`, `group`        |
/// | time    | `frame`, `frame_number`, `time`; or `year` and `month`, as months       |
/// | heading | `heading`, `northdeg`, `ca`; unknown where it is blank in all rows      |
/// @throws FormatError, IoError as `photos_in_csv` does; for a frame or time that is no number, and a heading that is none from -360 to 360 or is
///   blank in some rows
inline std::vector<TrainingPhoto> training_photos_in_csv(const std::filesystem::path& path) {
  const CsvTable table = read_csv(path);
  std::vector<Photo> read = detail::photos_in_table(table, {}, false);
  const auto group = table.column({"city", "city_id", "video", "sequence", "sequence_key", "group"});
  const auto time = table.column({"frame", "frame_number", "time"}), heading = detail::heading_column(table);
  const auto year = table.column({"year"}), month = table.column({"month"});
  std::vector<TrainingPhoto> photos;
  for (std::size_t i = 0; i < read.size(); ++i) {
    const CsvRow& row = table.rows[i + 1];
    TrainingPhoto& photo =
        photos.emplace_back(TrainingPhoto{.path = read[i].path.string(), .place = std::move(read[i].place), .position = read[i].position});
    if (group) photo.group = detail::trimmed(row.fields[*group]);
    if (heading) photo.heading = detail::heading_in(table, row, *heading);
    if (time) {
      photo.time = detail::number_in(table, row, *time);
    } else if (year && month) {
      photo.time = detail::months(detail::field_number(table, row.fields[*year]), detail::field_number(table, row.fields[*month]));
    }
  }
  return photos;
}

}  // namespace vpr
