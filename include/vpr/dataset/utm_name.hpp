// SPDX-License-Identifier: MIT
/// @file
/// Positions in file names, as most of the field's test sets carry them.
#pragma once

#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/text.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vpr {

/// The position in a name `@utm_east@utm_north@zone@letter@…@.jpg`; nothing where the name is of another form.
///
/// Only the file's own name is looked at, so folders may hold an `@`. The two numbers must each be closed by an `@`; the zone's number and its
/// latitude band's letter are taken where they stand, all other fields are left alone (VPR-datasets-downloader writes 15 `@`; mock names for
/// sets without positions leave most fields empty).
inline std::optional<Position> position_from_name(std::string_view name) {
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
  const auto east = detail::parse_number(fields[1]), north = detail::parse_number(fields[2]), zone = detail::parse_number(fields[3]);
  if (!east || !north) return std::nullopt;
  Position position{*east, *north, {}};
  const char band = fields[4].size() == 1 ? fields[4][0] : '\0';
  if (zone && *zone >= 1 && *zone <= 60 && band >= 'C' && band <= 'X') position.zone = {static_cast<int>(*zone), band < 'N'};
  return position;
}

/// A name that `position_from_name` reads back, with the field's widths and 15 `@`: `@0500012.50@4100003.00@17@T@…@note@.jpg`.
/// @param note  free text of the field's last column, without `@` and `/`
/// @param extension  with its dot
inline std::string utm_name(const Position& position, std::string_view note = {}, std::string_view extension = ".jpg") {
  const auto padded = [](std::string digits, std::size_t width) {
    if (digits.size() < width) digits.insert(digits[0] == '-' ? 1 : 0, width - digits.size(), '0');
    return digits;
  };
  std::string name =
      detail::joined("@", padded(detail::fixed(position.east, 2), 10), "@", padded(detail::fixed(position.north, 2), 10), "@");
  if (position.zone.number != 0) name += padded(std::to_string(position.zone.number), 2) + (position.zone.south ? "@M" : "@N");
  if (position.zone.number == 0) name += '@';
  return name.append("@@@@@@@@@@").append(note).append("@").append(extension);
}

}  // namespace vpr
