// SPDX-License-Identifier: MIT
/// @file
/// Positions in file names, as most of the field's test sets carry them.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/text.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vpr {

/// The zone that a number 1 to 60 and a letter name, together or apart: `10` and `S`, `10S`. Nothing is known where there is no such number.
///
/// The letter is a latitude band, C to M in the south and N to X in the north. An `S` far from its band, 32 to 40 degrees north, means the southern
/// hemisphere, as some write it.
inline UtmZone utm_zone_from_text(std::string_view number, std::string_view letter, double north) {
  number = detail::trimmed(number);
  letter = detail::trimmed(letter);
  const auto capital = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  const auto is_band = [&](char c) { return capital(c) >= 'C' && capital(c) <= 'X'; };
  if (letter.empty() && !number.empty() && is_band(number.back())) {
    letter = number.substr(number.size() - 1);
    number = detail::trimmed(number.substr(0, number.size() - 1));
  }
  const std::optional<double> zone = detail::parse_number(number);
  if (!zone || !(*zone >= 1 && *zone <= 60) || *zone != std::floor(*zone)) return {};
  if (letter.size() != 1 || !is_band(letter[0])) return {static_cast<int>(*zone), false, false};
  const bool southern_s = capital(letter[0]) == 'S' && north > 1e6 && !(north > 3.5e6 && north < 4.5e6);
  return {static_cast<int>(*zone), capital(letter[0]) < 'N' || southern_s};
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
