// SPDX-License-Identifier: MIT
// put_features MAP: gives each place local features that follow from its name, so that places of one name match and others hardly do.
#include <vpr/core/random.hpp>
#include <vpr/map/place_map.hpp>

#include <cmath>
#include <exception>
#include <functional>
#include <iostream>
#include <string>

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: put_features MAP\n";
    return 2;
  }
  try {
    vpr::PlaceMap map = vpr::PlaceMap::open(arguments[1], vpr::MapAccess::write);
    const vpr::MapSnapshot snapshot = map.snapshot();
    snapshot.each([&](const vpr::Place& place) {
      vpr::Random random = vpr::Random::of({static_cast<std::int64_t>(std::hash<std::string>()(place.name) % 1000003)});
      vpr::LocalFeatures features{.grid = {4, 4}, .channels = 2};
      for (int i = 0; i < 16; ++i) {
        const double angle = 0.001 * static_cast<double>(random.below(6284));
        features.values.insert(features.values.end(), {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))});
      }
      map.put_features(place.id, features, vpr::LocalPrecision::float32);
    });
  } catch (const std::exception& error) {
    std::cerr << "put_features: " << error.what() << '\n';
    return 1;
  }
}
