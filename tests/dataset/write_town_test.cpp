// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_IMAGE
#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/write_town.hpp>
#include <vpr/image/read.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

TEST_CASE("A town on disk is a data set, by its names as by its poses") {
  const TemporaryFolder folder;
  const vpr::SyntheticTown town({.places = 3, .size = {32, 48}});
  std::vector<std::int64_t> steps;
  vpr::write_town(town, folder.path() / "town", ".ppm", [&](std::string_view, std::int64_t done, std::int64_t) { steps.push_back(done); });
  CHECK(steps == std::vector<std::int64_t>{0, 1, 2, 3});

  const auto set = vpr::Dataset::load({.database = folder.path() / "town/database", .queries = folder.path() / "town/queries"});
  REQUIRE(set.database.size() == 3);
  REQUIRE(set.queries.size() == 12);
  for (std::size_t q = 0; q < 12; ++q) {
    REQUIRE((*set.positives)[q].size() == 1);
    const auto place = [](const std::string& name) { return name.substr(name.rfind('_') - 3, 3); };
    CHECK(place(set.database[(*set.positives)[q][0]].name) == place(set.queries[q].name));
  }

  const auto photos = vpr::read_photos(folder.path() / "town/poses.csv");
  REQUIRE(photos.size() == 15);
  CHECK(photos[7].place == "1");
  CHECK(std::abs(photos[7].position->east - town.pose(1, vpr::TownView::night).east) < 1e-4);
  const auto pixels = vpr::read_image(photos[7].path.string());
  const auto rendered = town.render(1, vpr::TownView::night);
  CHECK(std::equal(pixels.pixels().begin(), pixels.pixels().end(), rendered.pixels().begin(), rendered.pixels().end()));
}

TEST_CASE("A town that cannot be written says where") {
  const TemporaryFolder folder;
  const vpr::SyntheticTown town({.places = 1, .size = {16, 16}});
  CHECK_THROWS_AS(vpr::write_town(town, folder.write("file") / "below"), vpr::IoError);
  CHECK_THROWS_AS(vpr::write_town(town, folder.path(), ".gif"), vpr::ConfigError);
}
#endif
