// SPDX-License-Identifier: MIT
/// @file
/// The synthetic town as a folder of photos. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/dataset/write_town.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/core/parallel.hpp>
#include <vpr/core/progress.hpp>
#include <vpr/dataset/synthetic_town.hpp>
#include <vpr/dataset/utm_name.hpp>
#include <vpr/image/write.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace vpr {

/// Writes `database/` (the map's photos), `queries/viewpoint/`, `queries/night/`, `queries/fog/` and `queries/traffic/` below a folder, which
/// is made where it is missing. Photos are named `@utm_east@utm_north@…@PLACE_VIEW@.jpg`, to the centimetre. `poses.csv` beside
/// them has the columns path, place, view, east, north, height (metres) and heading (degrees).
///
/// @param extension  .jpg, .png or .ppm
/// @throws IoError   where a folder or file cannot be written, ConfigError for another extension
inline void write_town(const SyntheticTown& town, const std::filesystem::path& folder, const std::string& extension = ".jpg",
                       const Progress& progress = {}) {
  constexpr TownView views[] = {TownView::map, TownView::viewpoint, TownView::night, TownView::fog, TownView::traffic};
  const auto folder_of = [](TownView view) {
    return view == TownView::map ? std::string("database") : "queries/" + std::string(name_of(view));
  };
  for (const TownView view : views) {
    std::error_code error;
    std::filesystem::create_directories(folder / folder_of(view), error);
    VPR_REQUIRE(IoError, !error, (folder / folder_of(view)).string(), ": cannot be made: ", error.message());
  }

  std::string poses = "path,place,view,east,north,height,heading\n";
  for (int place = 0; place < town.places(); ++place) {
    if (progress) progress("render town", place, town.places());
    std::vector<std::string> rows(std::size(views));
    parallel_for(static_cast<std::int64_t>(std::size(views)), [&](std::int64_t i) {
      const TownView view = views[i];
      const TownPose pose = town.pose(place, view);
      using detail::fixed;
      const std::string id = std::to_string(place),
                        note = text_of(std::string(3 - std::min<std::size_t>(id.size(), 3), '0'), id, "_", name_of(view));
      const std::string path = text_of(folder_of(view), "/", utm_name({pose.east, pose.north}, note, extension));
      write_image((folder / path).string(), town.render(place, view));
      rows[static_cast<std::size_t>(i)] = text_of(path, ",", id, ",", name_of(view), ",", fixed(pose.east, 4), ",", fixed(pose.north, 4),
                                                  ",", fixed(pose.height, 3), ",", fixed(pose.heading, 4), "\n");
    });
    for (const std::string& row : rows) poses += row;
  }
  if (progress) progress("render town", town.places(), town.places());
  std::ofstream file(folder / "poses.csv", std::ios::binary);
  file << poses;
  file.close();
  VPR_REQUIRE(IoError, !file.fail(), (folder / "poses.csv").string(), ": cannot be written");
}

}  // namespace vpr
