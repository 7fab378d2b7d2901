// SPDX-License-Identifier: MIT
#include <vpr/dataset/town/view.hpp>

#include "tests/support/catch.hpp"

using namespace vpr::town;

namespace {
/// A camera at the origin that looks north; 90 degrees wide: at distance d it sees d metres to the left and right.
Camera camera(std::int64_t height = 8, std::int64_t width = 8) {
  return Camera::look({0, 0, 0}, std::numbers::pi / 2, 0, height, width, std::numbers::pi / 2);
}
/// A wall that faces the camera.
void add_wall(Scene& scene, double distance, double left, double right, double low, double high) {
  scene.rectangle({}, {left, distance, low}, {right - left, 0, 0}, {0, 0, high - low});
}
}  // namespace

TEST_CASE("A camera's rays go where its picture shows") {
  const Vector middle = camera().ray(4, 4), corner = camera().ray(0, 0);
  CHECK(middle.y == Approx(1));
  CHECK(std::abs(middle.x) < 1e-12);
  CHECK(corner.x == Approx(-1));
  CHECK(corner.z == Approx(1));
}

TEST_CASE("A wall covers the samples that it should, at its distance") {
  Scene scene;
  add_wall(scene, 2, 0, 1, 0, 2);  // the right quarter-to-half of the picture's upper half
  View view(camera());
  view.draw(scene);
  for (std::int64_t y = 0; y < 16; ++y) {
    for (std::int64_t x = 0; x < 16; ++x) {
      const bool inside = x >= 8 && x < 12 && y < 8;
      CHECK((view.surface(x, y) == 0) == inside);
      if (inside) CHECK(view.distance(x, y) == Approx(2));
    }
  }
}

TEST_CASE("The nearer surface is seen, whichever is drawn first") {
  for (const bool near_first : {true, false}) {
    Scene scene;
    add_wall(scene, near_first ? 2 : 5, -9, 9, -9, 9);
    add_wall(scene, near_first ? 5 : 2, -9, 9, -9, 9);
    View view(camera());
    view.draw(scene);
    CHECK(view.surface(7, 7) == (near_first ? 0 : 1));
    CHECK(view.distance(0, 15) == Approx(2));
  }
}

TEST_CASE("Surfaces seen from behind, or behind the camera, are not drawn") {
  Scene scene;
  scene.rectangle({}, {1, 2, -1}, {-2, 0, 0}, {0, 0, 2});  // turned away
  add_wall(scene, -2, -1, 1, -1, 1);
  View view(camera());
  view.draw(scene);
  for (std::int64_t y = 0; y < 16; ++y) {
    for (std::int64_t x = 0; x < 16; ++x) CHECK(view.surface(x, y) == View::sky);
  }
}

TEST_CASE("A ground that passes below the camera is cut at the near plane") {
  Scene scene;
  scene.rectangle({}, {-100, -100, -1}, {200, 0, 0}, {0, 200, 0});
  View view(camera());
  view.draw(scene);
  CHECK(view.surface(8, 0) == View::sky);
  CHECK(view.surface(8, 15) == 0);
  CHECK(view.distance(8, 15) == Approx(1 / 0.9375));  // the lowest sample's ray falls 15/16 m a metre
}

TEST_CASE("A ball is seen as a disc with a ragged rim") {
  Scene scene;
  scene.ball({.seed = 3}, {0, 10, 0}, 4);
  View view(camera(64, 64));
  view.draw(scene);
  CHECK(view.surface(64, 64) == 0);
  CHECK(view.distance(64, 64) == Approx(6).margin(0.05));
  CHECK(view.surface(64, 6) == View::sky);
  CHECK(view.surface(0, 0) == View::sky);
}

TEST_CASE("Polygons of the largest number of corners are drawn") {
  Scene scene;
  scene.disc({}, {0, 2, 0}, {0, -1, 0}, 1, static_cast<int>(Scene::most_corners));
  View view(camera());
  view.draw(scene);
  CHECK(view.surface(7, 7) == 0);
  CHECK(view.surface(4, 7) == 0);
  CHECK(view.surface(1, 1) == View::sky);
}
