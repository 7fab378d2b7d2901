// SPDX-License-Identifier: MIT
/// @file
/// Mapillary Street-Level Sequences (Warburg et al., CVPR 2020), as it is published.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/positions.hpp>
#include <vpr/dataset/text.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

namespace vpr {
namespace detail {

/// The table of a folder `CITY/database` or `CITY/query`; an empty path where the folder is none.
inline std::filesystem::path msls_table(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder / "images", ignored)) return {};
  for (const char* name : {"postprocessed.csv", "raw.csv"}) {
    if (std::filesystem::is_regular_file(folder / name, ignored) && read_csv(folder / name).column({"key"})) return folder / name;
  }
  return {};
}

}  // namespace detail

/// The photos of a folder `CITY/database` or `CITY/query` in the table's order: `images/KEY.jpg`, with the positions of `postprocessed.csv` (UTM
/// metres) or, where that is not there, of `raw.csv` (degrees). As in the official evaluation, panoramas (`pano` in `raw.csv`) and rows outside of
/// the task `all` of `subtask_index.csv` are left out.
/// @throws IoError, FormatError  as `photos_in_csv` does, and where the tables differ in their number of rows
inline std::vector<Photo> msls_photos(const std::filesystem::path& folder, UtmZone zone = {}) {
  const CsvTable table = read_csv(detail::msls_table(folder));
  const std::vector<Photo> photos = detail::photos_in_table(table, zone, false);
  std::vector<bool> taken(photos.size(), true);
  for (const auto& [file, title, leaves_out] :
       {std::tuple("raw.csv", std::string_view("pano"), "true"), std::tuple("subtask_index.csv", std::string_view("all"), "false")}) {
    std::error_code ignored;
    if (!std::filesystem::exists(folder / file, ignored)) continue;
    const CsvTable beside = read_csv(folder / file);
    const auto column = beside.column({title});
    if (!column) continue;
    VPR_REQUIRE(FormatError, beside.rows.size() == table.rows.size(), beside.path.string(), ": has ", beside.rows.size(),
                " rows, expected ", table.rows.size(), " as in ", table.path.string());
    for (std::size_t i = 0; i < photos.size(); ++i) {
      if (detail::lower_case(detail::trimmed(beside.rows[i + 1].fields[*column])) == leaves_out) taken[i] = false;
    }
  }
  std::vector<Photo> kept;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    if (taken[i]) kept.push_back(photos[i]);
  }
  VPR_REQUIRE(FormatError, !kept.empty(), table.path.string(), ": all ", photos.size(),
              " photos are panoramas or outside of the task `all`");
  return kept;
}

}  // namespace vpr
