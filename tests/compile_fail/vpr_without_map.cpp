// SPDX-License-Identifier: MIT
// refused: maps of places need the component map: link the CMake target vpr::map, or, without CMake, compile with -DVPR_WITH_MAP
#include <vpr/vpr.hpp>

int main() {
  vpr::PlaceMap::open("drives.map");
  vpr::PlaceMap::create("drives.map", 512);
  vpr::verify_map("drives.map");
  vpr::export_map("drives.map", "folder");
  vpr::import_map("folder", "drives.map");
}
