// SPDX-License-Identifier: MIT
/// @file
/// Positions in file names, as most of the field's test sets carry them.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vpr {

/// The zone that a number 1 to 60 and a letter name, together or apart, as `10` and `S`, `10S`, `UTM 10S` or `10 north`, or the EPSG code of WGS 84's
/// or ETRS89's grid, such as `EPSG:32610`. Nothing is known where the text is none of these.
///
/// The letter is a latitude band, C to M in the south and N to X in the north. An `S` far from its band, 32 to 40 degrees north, means the southern
/// hemisphere, as some write it.
inline UtmZone utm_zone_from_text(std::string_view number, std::string_view letter, double north) {
  const std::string lower = detail::lower_case(number), lower_letter = detail::lower_case(detail::trimmed(letter));
  std::string_view text = detail::trimmed(lower);
  for (const std::string_view prefix : {"epsg:", "utm", "zone"}) {
    if (text.starts_with(prefix)) text = detail::trimmed(text.substr(prefix.size()));
  }
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const double zone = detail::parse_number(text.substr(0, end)).value_or(0);
  const std::string_view beside = detail::trimmed(text.substr(end)), hemisphere = beside.empty() ? std::string_view(lower_letter) : beside;
  if (zone != std::floor(zone)) return {};
  for (const auto& [first, south] : {std::pair(32600, false), std::pair(32700, true), std::pair(25800, false)}) {
    if (beside.empty() && zone > first && zone <= first + 60) return {static_cast<int>(zone) - first, south};
  }
  if (!(zone >= 1 && zone <= 60)) return {};
  if (hemisphere == "north" || hemisphere == "south") return {static_cast<int>(zone), hemisphere == "south"};
  if (hemisphere.size() != 1 || hemisphere[0] < 'c' || hemisphere[0] > 'x')
    return beside.empty() ? UtmZone{static_cast<int>(zone), false, false} : UtmZone{};
  const bool southern_s = hemisphere == "s" && north > 1e6 && !(north > 3.5e6 && north < 4.5e6);
  return {static_cast<int>(zone), hemisphere[0] < 'n' || southern_s};
}

namespace detail {

/// `position_from_name` with the numbers as they stand, also infinite and NaN ones.
inline std::optional<Position> position_as_written(std::string_view name) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string_view fields[5];  // before the first @, east, north, zone, letter
  for (std::size_t i = 0; i < 5; ++i) {
    const std::size_t end = name.find('@');
    if (end == std::string_view::npos) {
      if (i < 3) return std::nullopt;
      break;
    }
    fields[i] = name.substr(0, end);
    name.remove_prefix(end + 1);
  }
  const auto east = detail::parse_any_number(fields[1]), north = detail::parse_any_number(fields[2]);
  if (!east || !north) return std::nullopt;
  return Position{*east, *north, utm_zone_from_text(fields[3], fields[4], *north)};
}

}  // namespace detail

/// The position in a name `@utm_east@utm_north@zone@letter@…@.jpg`, in its own numbers; nothing where the name is of another form.
///
/// Only the file's own name is looked at, so folders may hold an `@`. The two numbers must each be closed by an `@`; the zone's number and its
/// latitude band's letter are taken where they stand, all other fields are left alone (VPR-datasets-downloader writes 15 `@`; mock names for
/// sets without positions leave most fields empty). The numbers may be degrees, which is for `settle_positions` to find.
inline std::optional<Position> position_from_name(std::string_view name) {
  const std::optional<Position> position = detail::position_as_written(name);
  return position && is_finite(position->east) && is_finite(position->north) ? position : std::nullopt;
}

/// A name that `position_from_name` reads back, with the field's widths and 15 `@`: `@0500012.50@4100003.00@17@T@…@note@.jpg`.
/// @param note  free text of the field's last column, without `@` and `/`
/// @param extension  with its dot
inline std::string utm_name(const Position& position, std::string_view note = {}, std::string_view extension = ".jpg") {
  const auto padded = [](std::string digits, std::size_t width) {
    if (digits.size() < width) digits.insert(digits[0] == '-' ? 1 : 0, width - digits.size(), '0');
    return digits;
  };
  std::string name = text_of("@", padded(detail::fixed(position.east, 2), 10), "@", padded(detail::fixed(position.north, 2), 10), "@");
  const UtmZone& zone = position.zone;
  if (zone.number != 0) name += padded(std::to_string(zone.number), 2);
  name.append("@").append(zone.number == 0 || !zone.hemisphere_known ? "" : zone.south ? "M" : "N");
  return name.append("@@@@@@@@@@").append(note).append("@").append(extension);
}

}  // namespace vpr
