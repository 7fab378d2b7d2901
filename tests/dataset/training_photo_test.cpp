// SPDX-License-Identifier: MIT
#include <vpr/dataset/training_photo.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>

TEST_CASE("Training photos take position, heading and month from their UTM names") {
  const TemporaryFolder folder;
  folder.write("a@b/@0584940.37@4477000.00@17@T@040.44000@-079.99970@pano@03@270@004@@@20130712_101010@note@.jpg");
  folder.write("c/@0@000025.0@@@@@7@@1e300@@@@@@.jpg");
  folder.write("d/plain.jpg");
  const auto photos = vpr::training_photos_in_folder(folder.path());
  REQUIRE(photos.size() == 3);
  CHECK(photos[0].position->east == 584940.37);
  CHECK(photos[0].heading == 270);
  CHECK(photos[0].time == 12 * 2013 + 6);
  CHECK(photos[1].position->north == 25);
  CHECK(std::isnan(photos[1].heading));
  CHECK(std::isnan(photos[1].time));
  CHECK_FALSE(photos[2].position);
  CHECK(photos[2].path == (folder.path() / "d/plain.jpg").string());
}

TEST_CASE("A timestamp whose month is none leaves the time unknown") {
  const TemporaryFolder folder;
  folder.write("@1@2@@@@@@@@@@@201313@@.jpg");
  folder.write("@1@3@@@@@@@@@@@2013@@.jpg");
  for (const auto& photo : vpr::training_photos_in_folder(folder.path())) CHECK(std::isnan(photo.time));
}

TEST_CASE("Training photos take place, group, time and heading from a CSV file") {
  const TemporaryFolder folder;
  for (const char* name : {"1.jpg", "2.jpg"}) folder.write(name);
  const auto videos =
      vpr::training_photos_in_csv(folder.write("v.csv", "image_path,label,video,frame\n1.jpg,floor1, hall,7\n2.jpg,,hall,8\n"));
  REQUIRE(videos.size() == 2);
  CHECK(videos[0].path == (folder.path() / "1.jpg").string());
  CHECK(videos[0].place == "floor1");
  CHECK(videos[0].group == "hall");
  CHECK(videos[1].time == 8);
  CHECK(std::isnan(videos[1].heading));

  const auto dated =
      vpr::training_photos_in_csv(folder.write("d.csv", "path,Year,Month,x,y,heading\n1.jpg,2000,1,5,6,90\n2.jpg,2001,13,5,6,-45.5\n"));
  CHECK(dated[0].time == 24000);
  CHECK(dated[0].heading == 90);
  CHECK(dated[0].position->north == 6);
  CHECK(std::isnan(dated[1].time));
  CHECK(dated[1].heading == -45.5);
}

TEST_CASE("A frame that is no number is told with its line") {
  const TemporaryFolder folder;
  folder.write("1.jpg");
  CHECK_THROWS_WITH(vpr::training_photos_in_csv(folder.write("v.csv", "path,frame\n1.jpg,one\n")),
                    ContainsSubstring("v.csv:2: found 'one' as frame"));
}

TEST_CASE("A heading that is none, or is blank though not in all rows, is refused with its line") {
  const TemporaryFolder folder;
  for (const char* name : {"1.jpg", "2.jpg"}) folder.write(name);
  const auto headings = [&](const std::string& first, const std::string& second) {
    return vpr::training_photos_in_csv(folder.write("t.csv", "path,northdeg,view\n1.jpg," + first + ",0\n2.jpg," + second + ",0\n"));
  };
  for (const char* bad : {"north", "nan", "inf", "1e300", "361", "-360.5"})
    CHECK_THROWS_WITH(headings("90", bad), ContainsSubstring("t.csv:3: found '" + std::string(bad) + "' as northdeg, expected "));
  CHECK_THROWS_WITH(headings(" ", "90"), ContainsSubstring("t.csv:2: the northdeg is blank, and other rows have one"));
  for (const vpr::TrainingPhoto& photo : headings("", " ")) CHECK(std::isnan(photo.heading));
  CHECK(headings("360", "-360")[1].heading == -360);
}

TEST_CASE("Training tables may have semicolons and decimal commas, and folders name what is not read") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  folder.write("b.mp4");
  const auto photos = vpr::training_photos_in_csv(folder.write("t.csv", "path;heading;frame\na.jpg;12,5;3,5\n"));
  CHECK(photos[0].heading == 12.5);
  CHECK(photos[0].time == 3.5);
  std::vector<vpr::BadPhoto> left_out;
  CHECK(vpr::training_photos_in_folder(folder.path(), &left_out).size() == 1);
  REQUIRE(left_out.size() == 1);
  CHECK(left_out[0].path == folder.file("b.mp4"));
}
