// SPDX-License-Identifier: MIT
#include <vpr/dataset/triplet_photos.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>

using Indices = std::vector<std::int64_t>;

TEST_CASE("A folder's queries and database make triplets by distance") {
  const TemporaryFolder folder;
  folder.write("queries/@0000100.0@0000000.0@.jpg");
  for (const char* east : {"0000105.0", "0000110.0", "0000111.0", "0000125.0", "0000126.0"})
    folder.write("database/@" + std::string(east) + "@0000000.0@.jpg");
  const auto photos = vpr::triplet_photos_in_folder(folder.path());
  REQUIRE(photos.queries.size() == 1);
  REQUIRE(photos.database.size() == 5);
  CHECK(photos.near == vpr::Positives{{0, 1}});
  CHECK(photos.far == vpr::Positives{{0, 1, 2, 3}});
  CHECK(vpr::triplet_photos_in_folder(folder.path(), {.near = 4, .far = 5}).far == vpr::Positives{{0}});
}

TEST_CASE("A folder to mine triplets from holds queries and a database with positions") {
  const TemporaryFolder folder;
  folder.write("queries/@0000100.0@0000000.0@.jpg");
  CHECK_THROWS_WITH(vpr::triplet_photos_in_folder(folder.path()), ContainsSubstring("database"));
  folder.write("database/a.jpg");
  CHECK_THROWS_WITH(vpr::triplet_photos_in_folder(folder.path()), ContainsSubstring("a.jpg: its position is not known"));
}

TEST_CASE("A photo of a place has its place's other photos as positives, and negatives elsewhere") {
  const auto places =
      vpr::places_by_id({{.path = "a", .place = "1"}, {.path = "b", .place = "2"}, {.path = "c", .place = "1"}, {.path = "d"}});
  const auto photos = vpr::triplet_photos_of_places(places);
  CHECK(photos.queries == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(photos.database == photos.queries);
  CHECK(photos.near == vpr::Positives{{2}, {}, {0}, {}});
  CHECK(photos.far == vpr::Positives{{0, 2}, {1}, {0, 2}, {}});
}

TEST_CASE("Places beside one another in a video make no negatives") {
  std::vector<vpr::TrainingPhoto> frames;
  for (const char* video : {"x", "y"}) {
    for (int frame = 0; frame < 6; ++frame)
      frames.push_back({.path = video + std::to_string(frame), .group = video, .time = static_cast<double>(frame)});
  }
  const auto photos = vpr::triplet_photos_of_places(vpr::places_by_sequence(std::move(frames), {.frames = 2}));
  CHECK(photos.near[0] == Indices{1});
  CHECK(photos.far[0] == Indices{0, 1, 2, 3});
  CHECK(photos.far[2] == Indices{0, 1, 2, 3, 4, 5});
  CHECK(photos.far[4] == Indices{2, 3, 4, 5});
  CHECK(photos.far[6] == Indices{6, 7, 8, 9});
}

TEST_CASE("Where positions are known, photos close by make no negatives, whatever their place") {
  std::vector<vpr::TrainingPhoto> taken;
  for (const double east : {0.0, 1.0, 20.0, 60.0})
    taken.push_back({.path = std::to_string(east), .place = east < 2 ? "left" : "right", .position = vpr::Position{east, 0}});
  const auto photos = vpr::triplet_photos_of_places(vpr::places_by_id(std::move(taken)));
  CHECK(photos.near == vpr::Positives{{1}, {0}, {3}, {2}});
  CHECK(photos.far == vpr::Positives{{0, 1, 2}, {0, 1, 2}, {0, 1, 2, 3}, {2, 3}});
}

TEST_CASE("No places make no triplets") { CHECK(vpr::triplet_photos_of_places({}).queries.empty()); }

TEST_CASE("Triplets are not mined by degrees that pass for metres") {
  const TemporaryFolder folder;
  folder.write("queries/@120.41230@36.16010@.jpg");
  folder.write("database/@120.41235@36.16010@.jpg");
  folder.write("database/@120.45230@36.19010@.jpg");
  folder.write("database/film.mp4");
  CHECK_THROWS_WITH(vpr::triplet_photos_in_folder(folder.path()), ContainsSubstring("looks like degrees"));
  const auto photos = vpr::triplet_photos_in_folder(folder.path(), {}, vpr::PositionUnit::degrees);
  CHECK(photos.near == vpr::Positives{{0}});
  CHECK(photos.left_out.size() == 1);

  std::vector<vpr::TrainingPhoto> taken;
  for (const double east : {120.4123, 120.4523}) taken.push_back({.path = "p", .place = "x", .position = vpr::Position{east, 36.1601}});
  CHECK_THROWS_AS(vpr::triplet_photos_of_places(vpr::places_by_id(std::move(taken))), vpr::FormatError);
}

TEST_CASE("Places without photos, or of photos that are not there, make no triplets") {
  vpr::TrainingPlaces places{{{.path = "a"}}, {{"empty", 0, {}}}, {"town"}};
  CHECK_THROWS_WITH(vpr::triplet_photos_of_places(places), ContainsSubstring("'empty' has no photo"));
  places.places[0].photos = {1};
  CHECK_THROWS_WITH(vpr::triplet_photos_of_places(places), ContainsSubstring("has photo 1, there are 1"));
}
