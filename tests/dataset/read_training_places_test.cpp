// SPDX-License-Identifier: MIT
#include <vpr/dataset/read_training_places.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

TEST_CASE("Places to train on follow from what a path holds") {
  const TemporaryFolder root;
  for (int i = 0; i < 4; ++i) root.write(std::to_string(i) + ".jpg");
  root.write("gsv/Dataframes/A.csv", "place_id,year,month,northdeg,city_id,lat,lon,panoid\n5,2015,4,90,A,1.5,2.0,p\n");
  root.write("gsv/Images/A/A_0000005_2015_04_090_1.5_2.0_p.jpg");
  CHECK(vpr::read_training_places(root.path() / "gsv").places[0].name == "A 5");

  const auto ids = root.write("ids.csv", "path,place_id\n0.jpg,a\n1.jpg,b\n2.jpg,a\n");
  CHECK(vpr::read_training_places(ids).places.size() == 2);

  const auto video = root.write("video.csv", "path,label,video,frame\n0.jpg,f,v,1\n1.jpg,f,v,2\n2.jpg,f,v,3\n3.jpg,f,v,4\n");
  CHECK(vpr::read_training_places(video, {.sequence = {.frames = 2}}).places.size() == 2);
  CHECK(vpr::read_training_places(video, {.by = vpr::PlacesBy::id}).places.size() == 1);

  root.write("utm/@105@5@@@@@@@10@@@@@@.jpg");
  root.write("utm/@106@6@@@@@@@200@@@@@@.jpg");
  CHECK(vpr::read_training_places(root.path() / "utm").places.size() == 2);
  root.write("utm/@106@6@@@@@@@@@@@@@.jpg");  // of unknown heading
  for (const vpr::PlacesBy by : {vpr::PlacesBy::automatic, vpr::PlacesBy::cell})
    CHECK_THROWS_WITH(vpr::read_training_places(root.path() / "utm", {.by = by}),
                      ContainsSubstring("@106@6@@@@@@@@@@@@@.jpg: its heading is not known"));
  root.write("unknown/@105@5@@@@@@@@@@@@@.jpg");
  root.write("unknown/@106@6@@@@@@@@@@@@@.jpg");
  CHECK(vpr::read_training_places(root.path() / "unknown").places.size() == 1);
}

TEST_CASE("Photos may be held back from training") {
  const TemporaryFolder root;
  for (int i = 0; i < 4; ++i) root.write(std::to_string(i) + ".jpg");
  const auto video = root.write("video.csv", "path,video,frame\n0.jpg,v,1\n1.jpg,v,2\n2.jpg,w,1\n3.jpg,w,2\n");
  const auto without_w =
      vpr::read_training_places(video, {.sequence = {.frames = 2}, .keep = [](const auto& photo) { return photo.group != "w"; }});
  CHECK(without_w.places.size() == 1);
  CHECK(without_w.photos.size() == 2);
  CHECK_THROWS_WITH(vpr::read_training_places(video, {.keep = [](const auto&) { return false; }}),
                    ContainsSubstring("no photo is left to train on"));
}

TEST_CASE("Rules of places have names") {
  CHECK(vpr::places_by("sequence") == vpr::PlacesBy::sequence);
  CHECK(vpr::places_by("automatic") == vpr::PlacesBy::automatic);
  CHECK_THROWS_WITH(vpr::places_by("town"), ContainsSubstring("There are automatic, id, cell, sequence and focal-point"));
  CHECK_THROWS_WITH(vpr::read_training_places("no/such/folder"), ContainsSubstring("no such folder or CSV file"));
}

TEST_CASE("The unit of positions to train on is declared or metres") {
  const TemporaryFolder root;
  for (const char* name : {"a.jpg", "b.jpg", "c.jpg", "d.mp4"}) root.write(name);
  const auto degrees = root.write("t.csv", "path,x,y\na.jpg,120.41230,36.16010\nb.jpg,120.41231,36.16011\nc.jpg,120.45230,36.19010\n");
  CHECK_THROWS_WITH(vpr::read_training_places(degrees), ContainsSubstring("looks like degrees"));
  CHECK(vpr::read_training_places(degrees, {.positions = vpr::PositionUnit::metres}).places.size() == 1);
  CHECK(vpr::read_training_places(degrees, {.cell = {.side = 100}, .positions = vpr::PositionUnit::degrees}).places.size() == 2);
  root.write("@105@5@@@@@@@10@@@@@@.jpg");
  CHECK_THROWS_AS(vpr::read_training_places(root.path()), vpr::ConfigError);  // a.jpg is nowhere
  CHECK_THROWS_WITH(vpr::read_training_places("/dev/zero"), ContainsSubstring("is a device, a pipe or a socket"));
  root.write("utm/@105@5@@@@@@@10@@@@@@.jpg");
  root.write("utm/film.mov");
  CHECK(vpr::read_training_places(root.path() / "utm").left_out.size() == 1);
}
