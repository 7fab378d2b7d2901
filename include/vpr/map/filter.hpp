// SPDX-License-Identifier: MIT
/// @file
/// Which places of a map a search is among.
#pragma once

#include <vpr/core/parallel.hpp>
#include <vpr/map/blocks.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The places of a circle on the ground.
struct PlaceRadius {
  Position centre;
  double metres = 0;
};

/// Places that a search is among: those that every part of it allows. An empty one allows all.
struct PlaceFilter {
  std::optional<std::vector<std::string>> sessions = {};  ///< of these only
  std::vector<std::string> exclude_sessions = {};         ///< of none of these, such as the current submap
  std::optional<double> from = {};                        ///< of a time that is known and not before this one, in seconds
  std::optional<double> until = {};                       ///< of a time that is known and not behind this one
  std::optional<PlaceRadius> near = {};                   ///< of a position that is known and within the radius
  std::int64_t exclude_last = 0;                          ///< not the newest so many places of the map
  double exclude_last_seconds = 0;                        ///< none whose time is less than so many seconds before the latest of the map
  std::vector<std::int64_t> exclude = {};                 ///< none of these ids
};

namespace detail {

/// A filter as it applies to one commit's places.
class PlaceSelection {
 public:
  /// @throws ConfigError  for a negative number, or one that is none
  PlaceSelection(const MapBlocks& blocks, const PlaceFilter& filter) : blocks_(blocks), filter_(filter) {
    const auto at_least_0 = [](double value) { return is_finite(value) && value >= 0; };
    VPR_REQUIRE(ConfigError,
                filter.exclude_last >= 0 && at_least_0(filter.exclude_last_seconds) && (!filter.near || at_least_0(filter.near->metres)),
                "PlaceFilter: got a radius, a number of places or of seconds below 0, or one that is no finite number");
    VPR_REQUIRE(ConfigError, !filter.near || (is_finite(filter.near->centre.east) && is_finite(filter.near->centre.north)),
                "PlaceFilter: the centre's position is no finite number");
    std::sort(filter_.exclude.begin(), filter_.exclude.end());
    for (const std::string& session : blocks.sessions()) {
      const auto among = [&](const std::vector<std::string>& some) { return std::find(some.begin(), some.end(), session) != some.end(); };
      sessions_.push_back((!filter_.sessions || among(*filter_.sessions)) && !among(filter_.exclude_sessions));
    }
    all_sessions_ = std::find(sessions_.begin(), sessions_.end(), false) == sessions_.end();
    if (filter.exclude_last > 0) first_excluded_ = first_of_last(filter.exclude_last);
    if (filter.exclude_last_seconds > 0) too_late_ = latest() - filter.exclude_last_seconds;
  }

  /// A bit for each row of each panel.
  std::vector<std::uint64_t> rows() const {
    std::vector<std::uint64_t> rows(static_cast<std::size_t>(blocks_.panels()), 0);
    parallel_for(blocks_.size(),
                 [&](std::int64_t block) { select(block, &rows[static_cast<std::size_t>(block * blocks_.layout().panels())]); });
    return rows;
  }

 private:
  void select(std::int64_t block, std::uint64_t* panels) const {
    const Columns columns = blocks_.columns(block);
    const auto count = static_cast<std::int64_t>(columns.size());
    for (std::int64_t first = 0; first < count; first += panel_rows) panels[first / panel_rows] = first_bits(count - first);
    const auto keep = [&](const auto& allows) {
      for (std::size_t i = 0; i < columns.size(); ++i) panels[i / 64] &= ~(std::uint64_t{!allows(i)} << i % 64);
    };
    if (blocks_.present(block) != count) keep([&](std::size_t i) { return columns.present(i); });
    if (!all_sessions_) {
      keep([&](std::size_t i) {
        static_cast<void>(blocks_.session(columns.session(i)));
        return sessions_[columns.session(i)];
      });
    }
    if (first_excluded_) keep([&](std::size_t i) { return columns.id(i) < *first_excluded_; });
    if (!filter_.exclude.empty())
      keep([&](std::size_t i) { return !std::binary_search(filter_.exclude.begin(), filter_.exclude.end(), columns.id(i)); });
    if (filter_.from) keep([&](std::size_t i) { return columns.time(i) >= *filter_.from; });
    if (filter_.until) keep([&](std::size_t i) { return columns.time(i) <= *filter_.until; });
    if (too_late_) keep([&](std::size_t i) { return !(columns.time(i) > *too_late_); });
    if (!filter_.near) return;
    keep([&](std::size_t i) {
      const std::optional<Position> position = columns.row(i).position();
      return position && squared_distance(filter_.near->centre, *position) <= filter_.near->metres * filter_.near->metres;
    });
  }

  /// The id from which on there are `count` places, or all.
  std::int64_t first_of_last(std::int64_t count) const {
    for (std::int64_t block = blocks_.size() - 1; block >= 0; --block) {
      const Columns columns = blocks_.columns(block);
      for (std::size_t i = columns.size(); i-- > 0;) {
        if (columns.present(i) && --count == 0) return columns.id(i);
      }
    }
    return 0;
  }

  double latest() const {
    double latest = -std::numeric_limits<double>::infinity();
    for (std::int64_t block = 0; block < blocks_.size(); ++block) {
      const Columns columns = blocks_.columns(block);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns.present(i) && columns.time(i) > latest) latest = columns.time(i);
      }
    }
    return latest;
  }

  const MapBlocks& blocks_;
  PlaceFilter filter_;
  std::vector<bool> sessions_;
  bool all_sessions_ = true;
  std::optional<std::int64_t> first_excluded_;
  std::optional<double> too_late_;
};

}  // namespace detail
}  // namespace vpr
