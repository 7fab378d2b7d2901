// SPDX-License-Identifier: MIT
/// @file
/// Chance that depends on the seed alone: the same numbers on every machine, with every standard library.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cmath>
#include <cstdint>

namespace vpr::town {

/// Scrambles 64 bits (the finaliser of splitmix64).
constexpr std::uint64_t scramble(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// One hash of several whole numbers; their order counts.
template <class... Numbers>
constexpr std::uint64_t hash(std::uint64_t first, Numbers... rest) {
  std::uint64_t state = scramble(first);
  ((state = scramble(state ^ static_cast<std::uint64_t>(rest))), ...);
  return state;
}

/// A hash as a number in [0, 1).
constexpr double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

/// Draws numbers one after the other. C++ leaves the order of a function's arguments open, so an expression draws at most once.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  double uniform(double low, double high) { return low + (high - low) * unit(state_ = scramble(state_)); }
  /// Of either sign.
  double either(double low, double high) {
    const double size = uniform(low, high);
    return chance(0.5) ? size : -size;
  }
  bool chance(double probability) { return uniform(0, 1) < probability; }
  /// A whole number in [0, count).
  int below(int count) { return static_cast<int>(uniform(0, count)); }
  /// One of an array's items.
  template <class Item, std::size_t Count>
  const Item& pick(const Item (&items)[Count]) {
    return items[below(static_cast<int>(Count))];
  }
  std::uint64_t seed() { return state_ = scramble(state_); }

 private:
  std::uint64_t state_;
};

/// A number in [0, 1) for a cell of a grid. Cheaper than `hash`: it is drawn several times a pixel.
inline double cell(int x, int y, std::uint32_t seed) {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8da6b343U ^ static_cast<std::uint32_t>(y) * 0xd8163841U ^ seed * 0xcb1ab31fU;
  h = (h ^ (h >> 15)) * 0x2c1b3c6dU;
  h = (h ^ (h >> 12)) * 0x297a2d39U;
  return static_cast<double>(h ^ (h >> 15)) * 0x1p-32;
}

/// Smooth noise in [0, 1) with a grain of one unit.
inline double noise(double x, double y, std::uint32_t seed) {
  const double left = std::floor(x), low = std::floor(y);
  const int i = static_cast<int>(left), j = static_cast<int>(low);
  const double s = (x - left) * (x - left) * (3 - 2 * (x - left)), t = (y - low) * (y - low) * (3 - 2 * (y - low));
  const double below = cell(i, j, seed) * (1 - s) + cell(i + 1, j, seed) * s,
               above = cell(i, j + 1, seed) * (1 - s) + cell(i + 1, j + 1, seed) * s;
  return below * (1 - t) + above * t;
}

/// Noise of several grains, each half as coarse and half as strong as the one before, in [0, 1).
inline double fractal(double x, double y, std::uint32_t seed, int octaves) {
  double sum = 0, weight = 0.5, total = 0;
  for (int octave = 0; octave < octaves; ++octave, x *= 2, y *= 2, weight /= 2) {
    sum += weight * noise(x, y, seed + static_cast<std::uint32_t>(octave));
    total += weight;
  }
  return sum / total;
}

}  // namespace vpr::town
