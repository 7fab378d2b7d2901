// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/image/read.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace vpr;
namespace fs = std::filesystem;

namespace {

/// Reads every file of a folder: those beside an `X.right.png` must equal it, those that end in `.refused` must be refused.
int check_folder(const fs::path& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  int tried = 0;
  for (const std::string& path : paths) {
    CAPTURE(path);
    if (path.ends_with(".right.png")) continue;
    ++tried;
    try {
      const Image photo = read_image(path);
      REQUIRE_FALSE(path.ends_with(".refused"));
      const Image right = read_image(path + ".right.png");
      REQUIRE(photo.size() == right.size());
      int largest = 0, sum = 0;
      for (std::size_t i = 0; i < right.pixels().size(); ++i) {
        const int difference = std::abs(photo.pixels()[i] - right.pixels()[i]);
        largest = std::max(largest, difference);
        sum += difference;
      }
      // Each reader of HEIC and AVIF enlarges the colours in its own way.
      const bool differs = path.ends_with(".heic") || path.ends_with(".avif");
      CHECK(largest <= (differs ? 16 : 0));
      CHECK(sum <= (differs ? 2 * static_cast<int>(right.pixels().size()) : 0));
    } catch (const FormatError& error) {
      const std::string reason = error.what();
      if (reason.find("which needs the CMake component") != reason.npos) {
        WARN(reason);
        continue;
      }
      CHECK_THAT(reason, ContainsSubstring(path + ": byte "));
      CHECK(path.ends_with(".refused"));
    }
  }
  return tried;
}

}  // namespace

TEST_CASE("Photos of every format, whole and damaged, are read as Pillow reads them or refused as it refuses them") {
  CHECK(check_folder(vpr::test::data("/cases/photos")) >= 40);
}

TEST_CASE("Photos that went wrong in the field are read as Pillow reads them") {
  const std::string folder = vpr::test::shared("/cases/photos");
  if (!fs::is_directory(folder)) {
    WARN("skipped: " << folder << " is not there");
    return;
  }
  CHECK(check_folder(folder) >= 7);
}
