// SPDX-License-Identifier: MIT
/// @file
/// The walls of the synthetic town's houses: masonry, windows, doors, shops.
#pragma once

#include <vpr/dataset/town/look.hpp>

namespace vpr::town {

namespace detail {

/// The bare wall at (u, v).
inline Look masonry(const Building& b, const SeenSpot& spot) {
  const double u = spot.u, v = spot.v;
  const auto seed = static_cast<std::uint32_t>(b.seed);
  const auto blocks = [&](double width, double height, double joint, double contrast) {
    const double row = std::floor(v / height), shifted = u / width + 0.5 * fraction(row / 2) * 2;
    const double fine = std::clamp(1.6 - spot.grain / (height * 0.6), 0.0, 1.0);
    const bool gap = fraction(v / height) * height < joint || fraction(shifted) * width < joint;
    const double shade = 1 - contrast / 2 + contrast * cell(static_cast<int>(std::floor(shifted)), static_cast<int>(row), seed);
    return mix(1.0, gap ? 0.72 : shade, fine);
  };
  double shade = 1;
  switch (b.masonry) {
    case Masonry::brick: shade = blocks(0.34, 0.12, 0.018, 0.5); break;
    case Masonry::ashlar: shade = blocks(1.05, 0.52, 0.03, 0.22); break;
    case Masonry::tiles: shade = blocks(0.4, 0.4, 0.03, 0.12); break;
    case Masonry::panels: shade = fraction(u / 2.7) < 0.02 || fraction((v - b.ground_height) / b.floor_height) < 0.025 ? 0.6 : 1; break;
    case Masonry::boards: shade = mix(0.95, 0.8 + 0.28 * fraction(v / 0.24), std::clamp(1.5 - spot.grain / 0.15, 0.0, 1.0)); break;
    case Masonry::render: break;
  }
  const double stains = 0.82 + 0.36 * fractal(u * 0.35, v * 0.16, seed, 2), foot = 0.72 + 0.28 * smooth_step(0, 1.4, v);
  return {b.wall * (shade * stains * foot)};
}

/// A window pane at (x, y), x from the middle, y from the sill, behind the wall's face.
inline Look window(const Building& b, std::uint64_t seed, double x, double y, double width, double height) {
  const auto bar = [](double at, double middle) { return std::abs(at - middle) < 0.035; };
  const double edge = 0.07;
  bool frame = width / 2 - std::abs(x) < edge || y < edge || height - y < edge;
  switch (b.panes) {
    case Panes::cross: frame = frame || bar(x, 0) || bar(y, height * 0.68); break;
    case Panes::sash: frame = frame || bar(y, height * 0.5); break;
    case Panes::grid:
      frame = frame || bar(fraction((x + width / 2) / (width / 3)) * (width / 3), 0) || bar(fraction(y / (height / 4)) * (height / 4), 0);
      break;
    case Panes::vertical: frame = frame || bar(x, 0); break;
    case Panes::single: break;
  }
  if (frame) return {b.frame};
  Colour inside = rgb(0x1c2126);
  const int style = static_cast<int>(seed % 5);
  if (style == 0 && std::abs(x) > width * 0.28) inside = rgb(0xb9b2a2);                                // curtains
  if (style == 1 && y > height * 0.55) inside = rgb(0xc6c0b0) * (fraction(y / 0.12) < 0.3 ? 0.6 : 1);  // blinds
  if (style == 2 && y < height * 0.3) inside = rgb(0x8f8a7c);
  const bool lit = seed / 8 % 100 < 32;
  const Colour lamp = seed / 1024 % 3 == 0 ? rgb(0xfff1d6) : rgb(0xffc77a);
  return {inside, lit ? (inside + Colour{0.35, 0.33, 0.3}) * lamp : Colour{}, 0.28};
}

/// Goods on shelves, behind glass.
inline Look shop_window(const Building& b, const SeenSpot& spot) {
  const double depth = 0.6, across = (spot.u + depth * spot.lean_u) / 0.42, rise = (spot.v + depth * spot.lean_v) / 0.62;
  const auto seed = static_cast<std::uint32_t>(b.seed);
  const int i = static_cast<int>(std::floor(across)), j = static_cast<int>(std::floor(rise));
  const double kind = cell(i, j, seed), tall = 0.3 + 0.6 * cell(i, j, seed + 1), x = fraction(across), y = fraction(rise);
  Colour colour = mix(rgb(0x2a2c2e), rgb(0x4b463e), std::clamp(spot.v / 3, 0.0, 1.0));
  if (y > 0.92) colour = rgb(0x8b8478);
  if (kind > 0.3 && j < 4 && y < tall && std::abs(x - 0.5) < 0.2 + 0.25 * kind)
    colour = accent_colours[static_cast<int>(kind * 89) % 9] * (0.7 + 0.4 * x);
  return {colour, (colour + rgb(0x5c5140)) * rgb(0xffe6b8) * 0.9, 0.2};
}

/// The ground floor of a front; false where its wall is bare.
inline bool ground_floor(const Building& b, const SeenSpot& spot, int column, double bay, double x, Look& look) {
  const double v = spot.v, door_width = 1.15;
  const std::uint64_t seed = hash(b.seed, column, 77);
  const int columns = b.columns(b.width), door = static_cast<int>(b.seed % static_cast<std::uint64_t>(columns));
  switch (b.ground) {
    case GroundFloor::shop: {
      const double fascia = b.ground_height - 0.75;
      if (v > fascia && v < b.ground_height - 0.1) {
        const double wide = std::min(b.width - 1, 4.5), at = (spot.u - (b.width - wide) / 2) / wide;
        const bool dot =
            at > 0 && at < 1 && b.word >= 0 && lettered(words[static_cast<std::size_t>(b.word)], at, (v - fascia - 0.05) / 0.55, false);
        look = dot ? Look{rgb(0xf7f2e4), rgb(0xfff0c8) * 1.2} : Look{b.accent, b.accent * 0.15};
        return true;
      }
      if (v < 0.45 || v > fascia || std::abs(x) > bay / 2 - 0.12) return false;
      if (column == door && v < 2.4 && std::abs(x) < 0.75) {
        look = std::abs(x) > 0.62 || v > 2.28 ? Look{b.frame} : Look{rgb(0x2b3033), rgb(0xffe3b0) * 0.35, 0.25};
        return true;
      }
      look = bay / 2 - 0.12 - std::abs(x) < 0.07 || v > fascia - 0.08 ? Look{b.frame} : shop_window(b, spot);
      return true;
    }
    case GroundFloor::garage:
      if (column % 2 == 0 && std::abs(x) < bay * 0.42 && v < 2.6) {
        look = Look{b.accent * (fraction(v / 0.4) < 0.12 ? 0.5 : 0.8)};
        return true;
      }
      break;
    case GroundFloor::arcade: {
      const double half = bay * 0.36, spring = b.ground_height - 0.6 - half;
      if (std::abs(x) < half && v < spring + std::sqrt(std::max(0.0, half * half - x * x))) {
        const double inside = std::abs(x + 1.2 * spot.lean_u) < half ? 1 : 0.4;
        look = Look{mix(b.wall * 0.25, rgb(0x241f1c), 0.5) * (0.6 + 0.6 * inside), rgb(0xffb860) * (0.12 * inside)};
        return true;
      }
      break;
    }
    case GroundFloor::flats: break;
  }
  if (column == door && std::abs(x) < door_width / 2 + 0.15 && v < 2.65) {
    if (std::abs(x) > door_width / 2 || v > 2.5)
      look = {b.trim};
    else if (v > 2.1)
      look = {rgb(0x23292e), rgb(0xffdca0) * 0.8, 0.2};
    else
      look = {b.accent * (std::abs(std::abs(x) - 0.28) < 0.2 && fraction(v / 0.7) > 0.2 ? 0.75 : 1.0)};
    return true;
  }
  const double width = std::min(b.window_width, bay - 0.5), height = 1.5, y = v - 1.1;
  if (b.ground != GroundFloor::flats || std::abs(x) > width / 2 || y < 0 || y > height || (column == door && bay < 2.6)) return false;
  look = window(b, seed, x, y, width, height);
  return true;
}

}  // namespace detail

/// The wall of a house at a spot. A front has all its windows and a ground floor, a flank some windows or none.
inline Look facade_look(const Surface& s, const SeenSpot& spot) {
  using namespace detail;
  const Building& b = *s.building;
  const double u = spot.u, v = spot.v;
  const bool front = s.material == Material::front;
  const Flank flank = front ? Flank::windows : static_cast<Flank>(s.kind);
  if (flank == Flank::bare) return masonry(b, spot);
  if (flank == Flank::round_window) {
    const double r = std::hypot(u - s.width / 2, v - s.height * 0.35);
    return r < 0.55 ? Look{rgb(0x22282c), {}, 0.3} : r < 0.72 ? Look{b.trim} : masonry(b, spot);
  }
  const int columns = b.columns(s.width);
  const double bay = s.width / columns;
  const int column = std::clamp(static_cast<int>(u / bay), 0, columns - 1);
  const double x = u - (column + 0.5) * bay;

  if (b.quoins && std::min(u, s.width - u) < (fraction(v / 0.9) < 0.5 ? 0.5 : 0.32))
    return {b.trim * (fraction(v / 0.45) < 0.08 ? 0.7 : 1.0)};
  if (v > b.height() - 0.35) return {b.trim * (fraction(u / 0.5) < 0.5 ? 0.85 : 1.0)};
  if (v < b.ground_height) {
    Look look;
    if (front && ground_floor(b, spot, column, bay, x, look)) return look;
    if (v > b.ground_height - 0.14) return {b.trim};
    return v < 0.6 ? Look{b.trim * 0.6} : masonry(b, spot);
  }

  const int floor = std::min(static_cast<int>((v - b.ground_height) / b.floor_height), b.floors - 1);
  const double y = v - b.ground_height - floor * b.floor_height;
  const std::uint64_t seed = hash(b.seed, column, floor, front);
  const bool door = front && b.has_balcony(column, floor);
  const double sill = door ? 0.1 : b.sill, height = b.window_height + (b.sill - sill), width = b.window_width;
  const bool there = front || (hash(b.seed, column) & 3) == 0;
  const double beside = std::abs(x) - width / 2, above = y - sill - height;
  if (there) {
    const double arch = b.arched ? 0.35 * width * (1 - 4 * x * x / (width * width)) - 0.2 : 0;
    if (beside < 0 && y > sill && above < arch) {
      const double depth = 0.2, px = x + depth * spot.lean_u, py = y - sill + depth * spot.lean_v;
      if (std::abs(px) > width / 2 || py < 0 || py > height + arch) return {b.wall * 0.55};  // the wall's thickness
      return window(b, seed, px, py, width, height + arch);
    }
    if (y > sill - 0.12 && y <= sill && beside < 0.12) return {b.trim};
    if (y > sill - 0.3 && y <= sill - 0.12 && beside < 0.1) return {masonry(b, spot).colour * 0.6};  // the sill's shadow
    if (b.surrounds && beside < 0.14 && above < arch + 0.22 && y > sill) return {b.trim};
    if (b.shutters && beside > 0.03 && beside < width * 0.45 && y > sill && above < 0)
      return {b.accent * (fraction(y / 0.12) < 0.3 ? 0.6 : 0.95)};
  }
  if (b.belts && y < 0.16) return {b.trim};
  return masonry(b, spot);
}

}  // namespace vpr::town
