// SPDX-License-Identifier: MIT
/// @file
/// Which photos show one place: by place id, by position and heading, or by sequence.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/position_unit.hpp>
#include <vpr/dataset/text.hpp>
#include <vpr/dataset/training_photo.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vpr {

/// Photos that show one place; its index among the places is its label.
struct TrainingPlace {
  std::string name;
  std::int64_t group = 0;            ///< places of one group may meet in a batch: those of a city, or those far enough apart
  std::vector<std::int64_t> photos;  ///< indices, each once
};

/// Photos to train on and the places that they show.
struct TrainingPlaces {
  std::vector<TrainingPhoto> photos;
  std::vector<TrainingPlace> places;
  std::vector<std::string> groups;      ///< their names
  std::vector<BadPhoto> left_out = {};  ///< files of the folder that are not read
};

namespace detail {

/// Numbers keys from 0 in the order in which they first come.
template <class Key>
class Numbering {
 public:
  /// The key's number, and whether it is new.
  std::pair<std::int64_t, bool> operator()(const Key& key) {
    const auto [found, is_new] = numbers_.emplace(key, static_cast<std::int64_t>(numbers_.size()));
    return {found->second, is_new};
  }

 private:
  std::map<Key, std::int64_t> numbers_;
};

}  // namespace detail

/// Photos of equal `group` and `place` show one place, and batches are to come from one group: GSV-Cities' rule.
/// Places and groups are numbered as they come; photos without a place id belong to none.
/// @throws ConfigError where no photo has a place id
inline TrainingPlaces places_by_id(std::vector<TrainingPhoto> photos) {
  TrainingPlaces all{std::move(photos), {}, {}};
  detail::Numbering<std::string> groups;
  detail::Numbering<std::pair<std::int64_t, std::string>> places;
  for (std::size_t i = 0; i < all.photos.size(); ++i) {
    const TrainingPhoto& photo = all.photos[i];
    if (photo.place.empty()) continue;
    const auto [group, new_group] = groups(photo.group);
    if (new_group) all.groups.push_back(photo.group);
    const auto [place, new_place] = places({group, photo.place});
    if (new_place) all.places.push_back({photo.group.empty() ? photo.place : photo.group + ' ' + photo.place, group, {}});
    all.places[static_cast<std::size_t>(place)].photos.push_back(static_cast<std::int64_t>(i));
  }
  VPR_REQUIRE(ConfigError, !all.places.empty(), "places by id: none of ", all.photos.size(), " photos has a place id");
  return all;
}

/// How positions and headings are cut into places (Berton, Masone and Caputo, "Rethinking Visual Geo-localization for Large-Scale
/// Applications", CVPR 2022, section 3.1; the paper's M, alpha, N and L).
struct CellSettings {
  double side = 10;                  ///< metres
  double angle = 30;                 ///< degrees; 360 takes photos of any heading together, and asks for none
  std::int64_t position_groups = 5;  ///< two cells of one group are either equal or at least (this - 1) sides apart
  std::int64_t heading_groups = 2;   ///< likewise for angles; the turn should hold a multiple of this many angles
};

/// Photos in one square of the ground that look the same way show one place; only places of one group, which are apart, meet in a batch. Squares of
/// two UTM zones are two, and in two groups. Places and groups are in the order of zone, east, north and heading.
/// @throws ConfigError for settings out of range, or naming a photo whose position, or heading where one is needed, is not known
/// @throws FormatError, ConfigError as `settle_positions` does, such as for positions that look like degrees
inline TrainingPlaces places_by_cell(std::vector<TrainingPhoto> photos, const CellSettings& settings = {}) {
  VPR_REQUIRE(ConfigError,
              settings.side > 0 && is_finite(settings.side) && is_finite(settings.angle) && settings.angle > 0 && settings.angle <= 360,
              "places by cell: got cells of ", settings.side, " m and ", settings.angle,
              " degrees, expected more than 0, and at most 360 degrees");
  VPR_REQUIRE(ConfigError, settings.position_groups >= 1 && settings.heading_groups >= 1, "places by cell: got ", settings.position_groups,
              " and ", settings.heading_groups, " groups, expected at least 1");
  settle_positions(PositionUnit::automatic, photos);

  using Cell = std::array<std::int64_t, 4>;  // zone, east, north, heading
  std::map<Cell, std::vector<std::int64_t>> cells;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const TrainingPhoto& photo = photos[i];
    VPR_REQUIRE(ConfigError, photo.position.has_value(), photo.path,
                ": its position is not known; expected a name @utm_east@utm_north@...@.jpg, or a table with columns of positions, of place "
                "ids, or of video and frame");
    const auto number_of = [&](double value, double side) {
      const double number = std::floor(value / side);
      VPR_REQUIRE(ConfigError, std::abs(number) <= 0x1p53, photo.path, ": ", value, " cannot be counted in cells of ", side,
                  ", of which there may be 2^53");
      return static_cast<std::int64_t>(number);
    };
    std::int64_t heading = 0;
    if (settings.angle < 360) {
      VPR_REQUIRE(ConfigError, is_finite(photo.heading), photo.path, ": its heading is not known; an angle of 360 degrees asks for none");
      heading = number_of(photo.heading - 360 * std::floor(photo.heading / 360), settings.angle);
    }
    const UtmZone& zone = photo.position->zone;
    cells[{zone.south ? -zone.number : zone.number, number_of(photo.position->east, settings.side),
           number_of(photo.position->north, settings.side), heading}]
        .push_back(static_cast<std::int64_t>(i));
  }

  const bool several_zones = !cells.empty() && cells.begin()->first[0] != cells.rbegin()->first[0];
  const auto group_of = [&](const Cell& cell) {
    const auto modulo = [](std::int64_t a, std::int64_t n) { return a % n < 0 ? a % n + n : a % n; };
    return Cell{cell[0], modulo(cell[1], settings.position_groups), modulo(cell[2], settings.position_groups),
                modulo(cell[3], settings.heading_groups)};
  };
  const auto text = [&](const Cell& numbers) {
    const std::string zone = text_of("UTM ", std::to_string(std::abs(numbers[0])), numbers[0] < 0 ? " south " : " north ");
    return text_of(several_zones ? zone : std::string(), std::to_string(numbers[1]), " ", std::to_string(numbers[2]), " ",
                   std::to_string(numbers[3]));
  };
  std::map<Cell, std::int64_t> groups;
  for (const auto& [cell, members] : cells) groups[group_of(cell)] = 0;
  TrainingPlaces all{std::move(photos), {}, {}};
  for (auto& [key, number] : groups) {
    number = static_cast<std::int64_t>(all.groups.size());
    all.groups.push_back(text(key));
  }
  for (auto& [cell, members] : cells) all.places.push_back({text(cell), groups[group_of(cell)], std::move(members)});
  return all;
}

/// How videos are cut into places.
struct SequenceSettings {
  std::int64_t frames = 5;  ///< of one place, in a row
  double longest_step = 1;  ///< between the times of two frames that belong together; a longer one begins a new place
  std::int64_t groups = 2;  ///< neighbouring places of a video, which look alike, are never in one group of so many
};

/// Runs of consecutive frames of one video show one place; photos' `group` names the video, `time` orders it. What remains at a run's end,
/// shorter than `frames`, belongs to no place. All videos meet in a batch; neighbours along a video do not.
/// @throws ConfigError for settings out of range, or naming a photo without a time
inline TrainingPlaces places_by_sequence(std::vector<TrainingPhoto> photos, const SequenceSettings& settings = {}) {
  VPR_REQUIRE(ConfigError, settings.frames >= 1 && settings.groups >= 1 && !is_nan(settings.longest_step) && settings.longest_step > 0,
              "places by sequence: got ", settings.frames, " frames, ", settings.groups, " groups and a step of ", settings.longest_step,
              ", expected at least 1, 1 and more than 0");
  std::vector<std::string> videos;
  detail::Numbering<std::string> numbers;
  std::vector<std::tuple<std::int64_t, double, std::int64_t>> order;  // video, time, photo
  for (std::size_t i = 0; i < photos.size(); ++i) {
    VPR_REQUIRE(ConfigError, is_finite(photos[i].time), photos[i].path, ": its time is not known; expected a column `frame` or `time`");
    const auto [video, is_new] = numbers(photos[i].group);
    if (is_new) videos.push_back(photos[i].group);
    order.emplace_back(video, photos[i].time, static_cast<std::int64_t>(i));
  }
  std::sort(order.begin(), order.end());

  TrainingPlaces all{std::move(photos), {}, {}};
  std::vector<std::int64_t> run;
  std::int64_t along = 0;  // places of this video so far
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [video, time, photo] = order[i];
    const bool same_video = i > 0 && std::get<0>(order[i - 1]) == video;
    if (!same_video) along = 0;
    if (!same_video || time - std::get<1>(order[i - 1]) > settings.longest_step) run.clear();
    run.push_back(photo);
    if (static_cast<std::int64_t>(run.size()) < settings.frames) continue;
    const std::int64_t group = along % settings.groups;
    if (group == std::ssize(all.groups)) all.groups.push_back(std::to_string(group));
    all.places.push_back({videos[static_cast<std::size_t>(video)] + ' ' + std::to_string(along), group, std::move(run)});
    run.clear();
    ++along;
  }
  return all;
}

}  // namespace vpr
