// SPDX-License-Identifier: MIT
#include <vpr/dataset/town/noise.hpp>

#include "tests/support/catch.hpp"

using namespace vpr::town;

TEST_CASE("Dice fall the same on every machine") {
  Dice dice(1);
  const double first = dice.uniform(0, 1);
  CHECK(first == unit(scramble(1)));
  CHECK(scramble(0) == 0xe220a8397b1dcdafU);  // splitmix64's first output for the seed 0
  Dice again(1);
  CHECK(again.uniform(10, 20) == 10 + 10 * first);
}

TEST_CASE("Dice stay in their range and reach all of it") {
  Dice dice(7);
  int counts[4] = {};
  for (int i = 0; i < 4000; ++i) ++counts[dice.below(4)];
  for (const int count : counts) CHECK(std::abs(count - 1000) < 150);
  int minus = 0;
  for (int i = 0; i < 1000; ++i) {
    const double value = dice.either(2, 3);
    CHECK((std::abs(value) >= 2 && std::abs(value) < 3));
    minus += value < 0;
  }
  CHECK(std::abs(minus - 500) < 80);
}

TEST_CASE("Hashes depend on each number and on their order") {
  CHECK(vpr::town::hash(1, 2, 3) != vpr::town::hash(1, 3, 2));
  CHECK(vpr::town::hash(1, 2) != vpr::town::hash(1, 2, 0));
}

TEST_CASE("Noise is smooth, and on the grid it is the cell's value") {
  CHECK(noise(3, -5, 9) == cell(3, -5, 9));
  double largest = 0;
  for (int i = 0; i < 500; ++i) {
    const double x = 0.37 * i - 90, step = std::abs(noise(x + 0.01, 2.2, 4) - noise(x, 2.2, 4));
    largest = std::max(largest, step);
    CHECK((noise(x, 2.2, 4) >= 0 && noise(x, 2.2, 4) < 1));
    CHECK((fractal(x, 2.2, 4, 3) >= 0 && fractal(x, 2.2, 4, 3) < 1));
  }
  CHECK(largest < 0.016);  // the steepest slope of 3t² - 2t³ is 1.5
}
