// SPDX-License-Identifier: MIT
#include <vpr/dataset/gsv_cities.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {
const std::string header = "place_id,year,month,northdeg,city_id,lat,lon,panoid\n";
}

TEST_CASE("GSV-Cities photos are found whatever digits their names write latitude and longitude in") {
  const TemporaryFolder root;
  root.write("Dataframes/PRS.csv", header + "30,2015,4,90,PRS,48.85,2.290,ab_c-d\n30,2018,11,406,PRS,48.9,2.3,x_\n");
  root.write("Images/PRS/PRS_0000030_2015_04_090_48.850000000000001_2.29_ab_c-d.jpg");
  root.write("Images/PRS/PRS_0000030_2018_11_406_48.9_2.3_x_.JPG");
  root.write("Images/PRS/notes.txt");
  const auto photos = vpr::gsv_cities_photos(root.path());
  REQUIRE(photos.size() == 2);
  CHECK(photos[0].path == (root.path() / "Images/PRS/PRS_0000030_2015_04_090_48.850000000000001_2.29_ab_c-d.jpg").string());
  CHECK(photos[1].path == (root.path() / "Images/PRS/PRS_0000030_2018_11_406_48.9_2.3_x_.JPG").string());
  CHECK(photos[0].group == "PRS");
  CHECK(photos[0].place == "30");
  CHECK(photos[0].time == 12 * 2015 + 3);
  CHECK(photos[1].heading == 406);
}

TEST_CASE("GSV-Cities' cities are read in the order of their names, or as asked") {
  const TemporaryFolder root;
  for (const std::string city : {"OSL", "Bangkok", "TRT"}) {
    root.write("Dataframes/" + city + ".csv", header + "1,2015,4,90," + city + ",1.0,2.0,p\n");
    root.write("Images/" + city + "/" + city + "_0000001_2015_04_090_1.0_2.0_p.jpg");
  }
  root.write("Dataframes/readme.txt");
  const auto groups = [](const std::vector<vpr::TrainingPhoto>& photos) {
    std::string all;
    for (const auto& photo : photos) all += photo.group + " ";
    return all;
  };
  CHECK(groups(vpr::gsv_cities_photos(root.path())) == "Bangkok OSL TRT ");
  CHECK(groups(vpr::gsv_cities_photos(root.path(), {"TRT", "Bangkok"})) == "TRT Bangkok ");
  CHECK_THROWS_AS(vpr::gsv_cities_photos(root.path(), {"Rome"}), vpr::IoError);
}

TEST_CASE("A GSV-Cities photo that is missing keeps its row's name") {
  const TemporaryFolder root;
  root.write("Dataframes/A.csv", header + "1,2015,4,90,A,1.50,2.0,p\n1,2015,5,90,A,1.50,2.0,q\n");
  root.write("Images/A/A_0000001_2015_05_090_1.5_2.0_q.jpg");
  const auto photos = vpr::gsv_cities_photos(root.path());
  CHECK(photos[0].path == (root.path() / "Images/A/A_0000001_2015_04_090_1.50_2.0_p.jpg").string());
}

TEST_CASE("A folder that is not GSV-Cities is refused with what is missing") {
  const TemporaryFolder root;
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("expected GSV-Cities' folders Dataframes and Images"));
  root.write("Dataframes/readme.txt");
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("holds no table CITY.csv"));
  root.write("Dataframes/A.csv", header + "1,2015,4,90,A,1.5,2.0,p\n");
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("Images/A: cannot be read"));
  root.write("Images/A/other_name.jpg");
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()),
                    ContainsSubstring("holds none of the 1 photos of") && ContainsSubstring("A_0000001_2015_04_090_1.5_2.0_p.jpg"));
  root.write("Dataframes/A.csv", header + "1,2015,x,90,A,1.5,2.0,p\n");
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("A.csv:2: found '2015' and 'x' as year and month"));
  root.write("Dataframes/A.csv", header + "one,2015,1,90,A,1.5,2.0,p\n");
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("A.csv:2: found 'one' as place_id"));
  root.write("Dataframes/A.csv", "place_id,year\n1,2015\n");
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("A.csv:1: no column `month`"));
}

TEST_CASE("A table without rows, or an empty one, is named") {
  const TemporaryFolder root;
  root.write("Images/A/x.txt");
  root.write("Dataframes/A.csv", header);
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("A.csv: has no row below its header"));
  root.write("Dataframes/A.csv", "");
  CHECK_THROWS_WITH(vpr::gsv_cities_photos(root.path()), ContainsSubstring("A.csv:1: no column `place_id`"));
}
