// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_IMAGE
#include <vpr/eval/report_thumbnails.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

TEST_CASE("Thumbnails keep the photo's shape within their size, however odd it is") {
  const auto size_of = [](vpr::ImageSize size) {
    vpr::ReportPhoto entry;
    vpr::set_thumbnail(entry, vpr::Image(size), 64);
    CHECK(entry.aspect > 0);
    return vpr::decode_image(entry.jpeg, "thumbnail").size();
  };
  CHECK(size_of({480, 640}) == vpr::ImageSize{48, 64});
  CHECK(size_of({20, 10}) == vpr::ImageSize{20, 10});
  CHECK(size_of({1, 1000}) == vpr::ImageSize{1, 64});
}

TEST_CASE("A photo that cannot be read leaves an empty frame") {
  const TemporaryFolder folder;
  vpr::Report report;
  report.database = {{"bad", folder.write("bad.jpg", "no photo")}};
  vpr::write_image((folder.path() / "good.png").string(), vpr::Image({8, 16}));
  report.queries = {{{"good", folder.path() / "good.png"}, {}}, {{"none", folder.path() / "none.jpg"}, {}}};
  vpr::load_thumbnails(report);
  CHECK(report.database[0].jpeg.empty());
  CHECK(report.queries[0].photo.aspect == 2);
  CHECK(report.queries[1].photo.jpeg.empty());
}
#endif
