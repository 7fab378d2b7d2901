// SPDX-License-Identifier: MIT
/// @file
/// What the synthetic town's surfaces look like, metre by metre: paint, roofs, ground, signs, leaves.
#pragma once

#include <vpr/dataset/town/noise.hpp>
#include <vpr/dataset/town/plan.hpp>
#include <vpr/dataset/town/scene.hpp>
#include <vpr/dataset/town/vector.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace vpr::town {

/// How a spot on a surface treats light.
struct Look {
  Colour colour;     ///< the share of light that it throws back
  Colour glow = {};  ///< the light that it gives by itself at night
  double gloss = 0;  ///< the share of the sky that it mirrors
};

/// A spot on a surface, in the surface's metres, and the ray that sees it.
struct SeenSpot {
  double u = 0, v = 0;
  double lean_u = 0, lean_v = 0;  ///< how far the ray moves along u and v while it goes one metre into the surface
  double grain = 0;               ///< metres that one pixel covers
};

namespace detail {

inline double fraction(double x) { return x - std::floor(x); }

/// Letters of 3×5 dots, each row one octal digit, A to Z.
inline constexpr std::array<unsigned, 26> letters = {025755, 065656, 034443, 065556, 074647, 074644, 034553, 055755, 072227,
                                                     011152, 055655, 044447, 057755, 075555, 025552, 065644, 025563, 065655,
                                                     034216, 072222, 055557, 055552, 055775, 055255, 055222, 071247};
inline constexpr std::array<std::string_view, 24> words = {"CAFE",  "BAKERY", "HOTEL",  "BANK",   "BOOKS", "OPTIK", "PIZZA", "FLOWERS",
                                                           "SHOES", "MUSIC",  "BIKES",  "MARKET", "GRILL", "TOYS",  "WINE",  "TAILOR",
                                                           "BAR",   "SALON",  "STUDIO", "CINEMA", "TEA",   "KEYS",  "POST",  "STOP"};

/// Whether a dot of `word` is at (x, y), each in [0, 1) over the whole of it; y up. Letters stand below each other where `vertical`.
inline bool lettered(std::string_view word, double x, double y, bool vertical) {
  const auto count = static_cast<double>(word.size());
  const double along = (vertical ? 1 - y : x) * count;
  const auto index = static_cast<std::size_t>(std::clamp(along, 0.0, count - 1));
  const double in_letter = along - static_cast<double>(index);
  const int column = static_cast<int>((vertical ? x : in_letter) * 4), row = static_cast<int>((vertical ? in_letter : 1 - y) * 6);
  if (column > 2 || row > 4 || column < 0 || row < 0) return false;
  return letters[static_cast<std::size_t>(word[index] - 'A')] >> (3 * (4 - row) + 2 - column) & 1;
}

/// A board with a frame and a word.
inline Look board(const Surface& s, double u, double v) {
  const bool vertical = s.height > 2 * s.width;
  const double x = u / s.width, y = v / s.height;
  if (x < 0.04 || x > 0.96 || y < 0.04 || y > 0.96) return {s.second, s.second * 0.2};
  const bool dot = lettered(words[static_cast<std::size_t>(s.kind)], (x - 0.1) / 0.85, (y - 0.1) / 0.85, vertical);
  const Colour colour = dot ? s.second : s.colour;
  return {colour, colour * (dot ? 0.9 : 0.12)};
}

/// A simple figure on a round or cornered sign.
inline Look pictogram(const Surface& s, double u, double v) {
  const double radius = s.width / 2, x = u / radius - 1, y = v / radius - 1, r = std::sqrt(x * x + y * y);
  bool figure = false;
  switch (static_cast<Figure>(s.kind)) {
    case Figure::cross: figure = std::min(std::abs(x), std::abs(y)) < 0.18 && std::max(std::abs(x), std::abs(y)) < 0.62; break;
    case Figure::ring: figure = r < 0.62 && r > 0.34; break;
    case Figure::diamond: figure = std::abs(x) + std::abs(y) < 0.6; break;
    case Figure::cup: figure = y > -0.5 && y < 0.55 && std::abs(x) < 0.45 - 0.35 * y; break;
    case Figure::stripes: figure = fraction(3 * (x + y)) < 0.5 && r < 0.7; break;
    case Figure::moon: figure = r < 0.65 && (x - 0.25) * (x - 0.25) + y * y > 0.25; break;
    case Figure::hat: figure = (std::abs(x) < 0.55 && std::abs(y + 0.3) < 0.25) || (std::abs(x) < 0.12 && y > -0.3 && y < 0.6); break;
    case Figure::no_entry: figure = std::abs(y) < 0.2 && std::abs(x) < 0.7; break;
    case Figure::warning: figure = r < 0.32 || (y < 0.2 && std::abs(x) + 0.5 * (y - 0.7) < 0.05); break;
    case Figure::parking: figure = std::max(std::abs(x), std::abs(y)) < 0.45 && lettered("P", x / 0.9 + 0.5, y / 0.9 + 0.5, false); break;
  }
  const bool rim = r > 0.86 && s.kind < static_cast<int>(Figure::no_entry);  // of a shop's sign
  const Colour colour = figure || rim ? s.second : s.colour;
  return {colour, colour * 0.25};
}

inline Look roof(const Surface& s, const SeenSpot& spot) {
  const int row = static_cast<int>(std::floor(spot.v / 0.33)), column = static_cast<int>(std::floor(spot.u / 0.3 + 0.5 * (row & 1)));
  const double joint = fraction(spot.v / 0.33) < 0.2 ? 0.75 : 1.0, detail = std::clamp(1.5 - spot.grain / 0.15, 0.0, 1.0);
  const double shade = mix(0.95, joint * (0.85 + 0.3 * cell(column, row, s.seed)), detail);
  return {s.colour * (shade * (0.8 + 0.4 * noise(spot.u * 0.4, spot.v * 0.4, s.seed)))};
}

/// Streets, pavements and yards; u and v are the town's own metres.
inline Look ground(double x, double y, double grain) {
  const double to_x = std::abs(x - block * std::floor(x / block + 0.5)), to_y = std::abs(y - block * std::floor(y / block + 0.5));
  const bool along_y = to_x < to_y;  // the nearer street's direction
  const double across = std::min(to_x, to_y), from_crossing = std::max(to_x, to_y);
  const double along = along_y ? y : x;
  const auto street = static_cast<std::uint32_t>(hash(along_y, static_cast<std::int64_t>(std::floor((along_y ? x : y) / block + 0.5)),
                                                      static_cast<std::int64_t>(std::floor(along / block))));
  const double fine = std::clamp(1.5 - grain / 0.08, 0.0, 1.0), stain = fractal(x * 0.5, y * 0.5, 3, 2);
  if (across > street_half) return {mix(rgb(0x4d6b35), rgb(0x8a7f62), stain) * (0.8 + 0.4 * noise(x * 3, y * 3, 5))};
  if (across > roadway_half + 0.25 && from_crossing > roadway_half + 0.25) {  // pavement
    const double size = 0.5 + 0.1 * (street % 6);
    const double slab = cell(static_cast<int>(std::floor(x / size)), static_cast<int>(std::floor(y / size)), street);
    const bool joint = fraction(x / size) < 0.05 || fraction(y / size) < 0.05;
    const Colour stones[] = {rgb(0xa8a29a), rgb(0x9a9da0), rgb(0xb39c86), rgb(0xb8b2a4)};
    return {stones[street % 4] * mix(1.0, joint ? 0.7 : 0.88 + 0.24 * slab, fine) * (0.8 + 0.3 * stain)};
  }
  if (across > roadway_half && from_crossing > roadway_half) return {rgb(0xc2beb6)};  // kerb
  const bool crossing = from_crossing < roadway_half + 0.25;
  const Colour white = rgb(0xd9d8d2);
  if (!crossing && from_crossing > 9 && from_crossing < 11.5 && fraction(across / 0.9 + 0.2) < 0.5) return {white * (0.7 + 0.3 * stain)};
  if (!crossing && across < 0.07 && from_crossing > 14 && fraction(along / 4) < 0.5) return {white * 0.9};
  if (street % 4 == 0 && !crossing) {  // setts
    const double size = 0.22;
    const double stone = cell(static_cast<int>(std::floor(along / size)), static_cast<int>(std::floor(across / size)), street);
    return {rgb(0x77716a) * mix(0.95, 0.7 + 0.5 * stone, fine) * (0.85 + 0.3 * stain)};
  }
  const double patch = noise(x * 0.23, y * 0.23, 17) > 0.68 ? 0.75 : 1.0;
  return {rgb(street % 3 == 0 ? 0x6b6b6d : 0x58585b) *
          (patch * (0.85 + 0.3 * stain) * mix(1.0, 0.85 + 0.3 * noise(x * 9, y * 9, 23), fine))};
}

}  // namespace detail

/// What all but house walls (facade.hpp) look like. `point` is the spot's place in the town.
inline Look plain_look(const Surface& s, const SeenSpot& spot, const Vector& point) {
  using namespace detail;
  switch (s.material) {
    case Material::roof: return roof(s, spot);
    case Material::ground: return ground(point.x, point.y, spot.grain);
    case Material::stripes: return {fraction(spot.u / 0.7) < 0.5 ? s.colour : s.second};
    case Material::board: return board(s, spot.u, spot.v);
    case Material::pictogram: return pictogram(s, spot.u, spot.v);
    case Material::railing: return {fraction(spot.u / 0.16) < 0.35 || spot.v > 0.85 || spot.v < 0.08 ? s.colour : s.second};
    case Material::glass: {
      const bool frame = spot.u < 0.07 || spot.u > s.width - 0.07 || spot.v < 0.06 || spot.v > s.height - 0.06;
      if (frame) return {s.second};
      return {rgb(0x20262b), s.kind != 0 ? rgb(0xffcf87) * 0.7 : Colour{}, 0.35};
    }
    case Material::leaves: {
      const double clump = noise(point.x * 2.3 + point.z, point.y * 2.3 - point.z, s.seed);
      const auto at = [&](double grain) {
        return cell(static_cast<int>(std::floor((point.x + 0.4 * point.z) * grain)),
                    static_cast<int>(std::floor((point.z + 0.4 * point.y) * grain)), s.seed);
      };
      const double fine = std::clamp(1.5 - spot.grain / 0.1, 0.0, 1.0);
      return {s.colour * ((0.5 + 0.8 * clump) * mix(1.0, 0.45 + 0.65 * at(7) + 0.45 * at(3.1), fine))};
    }
    case Material::car_side: {  // windows between pillars
      const auto kind = static_cast<CarKind>(s.kind);
      const double at = spot.u / s.width, panes = kind == CarKind::bus ? 6 : 2;
      const bool pillar = fraction(at * panes) < 0.06 || spot.v < 0.04 || spot.v > s.height - 0.12 || (kind == CarKind::van && at > 0.45);
      if (pillar) return {s.colour, {}, 0.05};
      return {rgb(0x1d2226), kind == CarKind::bus ? rgb(0xfff0cc) * 0.5 : Colour{}, 0.3};
    }
    case Material::glow: return {s.colour, s.colour * 3};
    default: return {s.colour * (0.9 + 0.2 * noise(spot.u * 1.5, spot.v * 1.5, s.seed)), {}, 0};
  }
}

}  // namespace vpr::town
