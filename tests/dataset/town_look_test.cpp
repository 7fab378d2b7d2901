// SPDX-License-Identifier: MIT
#include <vpr/dataset/town/facade.hpp>
#include <vpr/dataset/town/look.hpp>

#include "tests/support/catch.hpp"

#include <string>

using namespace vpr::town;

TEST_CASE("Signs are lettered") {
  const auto drawn = [](std::string_view word, bool vertical) {
    std::string dots;
    const int across = vertical ? 4 : 4 * static_cast<int>(word.size()), down = vertical ? 6 * static_cast<int>(word.size()) : 6;
    for (int y = 0; y < down; ++y) {
      for (int x = 0; x < across; ++x) dots += detail::lettered(word, (x + 0.5) / across, 1 - (y + 0.5) / down, vertical) ? '#' : '.';
      dots += '\n';
    }
    return dots;
  };
  CHECK(drawn("TEA", false) ==
        "###.###..#..\n"
        ".#..#...#.#.\n"
        ".#..##..###.\n"
        ".#..#...#.#.\n"
        ".#..###.#.#.\n"
        "............\n");
  CHECK(drawn("IT", true) == "###.\n.#..\n.#..\n.#..\n###.\n....\n###.\n.#..\n.#..\n.#..\n.#..\n....\n");
}

TEST_CASE("Every spot of every wall and surface has a colour that can be") {
  const auto possible = [](const Look& look) {
    const auto inside = [](double part) { return part >= 0 && part <= 1.6; };
    return inside(look.colour.x) && inside(look.colour.y) && inside(look.colour.z) && look.gloss >= 0 && look.gloss < 1;
  };
  const Plan plan = plan_town(11, 12);
  for (const Building& building : plan.buildings) {
    const Surface front{.material = Material::front, .building = &building, .width = building.width, .height = building.height()};
    const Surface flank{.material = Material::flank, .building = &building, .width = building.depth, .height = building.height()};
    for (int i = 0; i < 60; ++i) {
      const double u = unit(scramble(i)), v = unit(scramble(i + 1000));
      CHECK(possible(facade_look(front, {u * front.width, v * front.height, 0.7, -0.4, 0.02})));
      CHECK(possible(facade_look(flank, {u * flank.width, v * flank.height, -0.7, 0.1, 0.2})));
    }
  }
  for (int i = 0; i < 2000; ++i) {
    const Vector point{400 * unit(scramble(i)), 400 * unit(scramble(i + 5000)), 0};
    CHECK(possible(plain_look({.material = Material::ground}, {0, 0, 0, 0, 0.1}, point)));
  }
}

TEST_CASE("A window's depth shows from aside") {
  Building house;
  house.width = 3;
  house.depth = 10;
  house.floors = 1;
  house.ground_height = 3;
  house.floor_height = 3;
  house.bay = 3;
  house.wall = {0.5, 0.5, 0.5};
  const Surface front{.material = Material::front, .building = &house, .width = 3, .height = 6};
  const double left_edge = 1.5 - house.window_width / 2 + 0.05;
  CHECK(facade_look(front, {left_edge, 4.5, 0, 0, 0.01}).colour.x == house.frame.x);   // seen straight on: the frame
  CHECK(facade_look(front, {left_edge, 4.5, -1, 0, 0.01}).colour.x == Approx(0.275));  // seen from the right: the wall's thickness
}
