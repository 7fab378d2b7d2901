// SPDX-License-Identifier: MIT
// Lists, tables and names that once went wrong.
#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/read_training_places.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/temporary_folder.hpp"

#include <set>

namespace fs = std::filesystem;

namespace {

/// A copy of the cases of a folder, with photos beside them.
class Sets : public TemporaryFolder {
 public:
  explicit Sets(const fs::path& cases) {
    fs::copy(cases, path(), fs::copy_options::recursive);
    for (const char* name : {"db1.jpg", "db2.jpg", "q1.jpg", "q3.jpg"}) write(name);
  }
};

void check(const Sets& sets) {
  std::set<std::string> met;
  const auto meet = [&](const std::string& name) {
    met.insert(name);
    return sets.path() / name;
  };
  for (const char* name : {"xy.csv", "en.csv"}) {
    const auto table = meet(name);
    vpr::DatasetSettings settings{.database = table, .queries = table};
    CHECK_THROWS_WITH(vpr::Dataset::load(settings), ContainsSubstring("looks like degrees") && ContainsSubstring("--positions degrees") &&
                                                        ContainsSubstring("--positions metres"));
    settings.positions = vpr::PositionUnit::degrees;
    CHECK(vpr::Dataset::load(settings).positives == vpr::Positives{{0}, {1}});
    settings.positions = vpr::PositionUnit::metres;
    CHECK(vpr::Dataset::load(settings).positives == vpr::Positives{{0, 1}, {0, 1}});
  }

  const auto semicolons = vpr::read_photos(meet("semi.csv"));
  REQUIRE(semicolons.size() == 1);
  const vpr::Degrees tower = vpr::degrees_from_utm(*semicolons[0].position);
  CHECK(tower.latitude == Approx(48.85837));
  CHECK(tower.longitude == Approx(2.29448));

  const auto pairs = meet("pairs.txt");
  sets.write("database.txt", "db1.jpg\ndb2.jpg\n");
  sets.write("queries.txt", "q1.jpg\nq3.jpg\n");
  const vpr::DatasetSettings settings{.database = sets.path() / "database.txt", .queries = sets.path() / "queries.txt", .pairs = pairs};
  CHECK_THROWS_WITH(vpr::Dataset::load(settings),
                    ContainsSubstring("pairs.txt:2: database photo 'db3.jpg' is not among the database photos"));
  sets.write("db3.jpg");
  CHECK(vpr::Dataset::load(settings).positives == vpr::Positives{{0}, {}});

  CHECK_THROWS_WITH(vpr::read_training_places(meet("gsv_header_only")), ContainsSubstring("gsv_header_only"));
  fs::create_directories(sets.path() / "gsv_header_only/Images/London");
  CHECK_THROWS_WITH(vpr::read_training_places(sets.path() / "gsv_header_only"),
                    ContainsSubstring("London.csv: has no row below its header"));

  for (const auto& entry : fs::directory_iterator(sets.path())) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".jpg") && name != "database.txt" && name != "queries.txt") {
      CAPTURE(name);
      CHECK(met.count(name) == 1);  // no case without its answer
    }
  }
}

}  // namespace

TEST_CASE("Lists and tables that once went wrong are read, or refused with the cause") {
  check(Sets(vpr::test::data("/cases/sets")));
  if (fs::exists(vpr::test::shared("/cases/sets"))) {
    check(Sets(vpr::test::shared("/cases/sets")));
  } else {
    WARN("the folder shared is not here; its cases were not checked");
  }
}

TEST_CASE("Degrees in names are no metres, and another zone is another place") {
  const auto load = [](std::initializer_list<const char*> database, const char* query,
                       vpr::PositionUnit unit = vpr::PositionUnit::automatic) {
    const TemporaryFolder folder;
    for (const char* name : database) folder.write(std::string("database/") + name);
    folder.write(std::string("queries/") + query);
    return vpr::Dataset::load({.database = folder.path() / "database", .queries = folder.path() / "queries", .positions = unit}).positives;
  };
  const auto degrees = {"@120.41230@36.16010@.jpg", "@120.45230@36.19010@.jpg", "@120.51230@36.26010@.jpg"};
  CHECK_THROWS_WITH(load(degrees, "@120.90000@36.90000@.jpg"), ContainsSubstring("looks like degrees"));
  CHECK(load(degrees, "@120.90000@36.90000@.jpg", vpr::PositionUnit::degrees) == vpr::Positives{{}});
  CHECK(load({"@0500000.00@4180000.00@11@S@.jpg"}, "@0500000.00@4180001.00@10@S@.jpg") == vpr::Positives{{}});
}
