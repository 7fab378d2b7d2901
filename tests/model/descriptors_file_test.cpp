// SPDX-License-Identifier: MIT
#include <vpr/model/descriptors_file.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <limits>
#include <vector>

using namespace vpr;

namespace {
const Descriptors saved{{1, 2, 3, 4, 5, 6}, 3, {.model = "dinov2-vits14+gem", .weights = "m\xFCll.pth", .block = "7", .vpr_version = "0"}};
}

TEST_CASE("Descriptors come back with the record of what made them, whatever else stands beside it") {
  const TemporaryFolder folder;
  save_descriptors(folder.file("D.npy"), saved, {{"photos", 2}, {"left_out", nlohmann::ordered_json::array()}});
  const Descriptors read = load_descriptors(folder.file("D.npy"));
  CHECK(read.values == saved.values);
  CHECK(read.dimensions == 3);
  CHECK(read.record == saved.record);
  const auto json = nlohmann::json::parse(file_content(folder.file("D.json")));
  CHECK(json.at("block") == "7");
  CHECK(json.at("weights") == "m\\xFCll.pth");
  CHECK(json.at("photos") == 2);
}

TEST_CASE("Two matrices that were made differently are not searched in each other") {
  const TemporaryFolder folder;
  save_descriptors(folder.file("database.npy"), saved);
  Descriptors queries = saved;
  queries.record.block = "last";
  save_descriptors(folder.file("queries.npy"), queries);
  CHECK_THROWS_WITH(search(load_descriptors(folder.file("database.npy")), load_descriptors(folder.file("queries.npy")), 1),
                    ContainsSubstring("block: '7' and 'last'"));
}

TEST_CASE("A matrix without a record is read, with one that is damaged it is not") {
  const TemporaryFolder folder;
  write_npy(folder.file("D.npy"), Shape{2, 3}, saved.values);
  CHECK(load_descriptors(folder.file("D.npy")).record == ModelRecord());
  folder.write("D.json", R"({"model": "x", "size": "large"})");
  CHECK(load_descriptors(folder.file("D.npy")).record == ModelRecord());
  for (const char* damaged : {"{\"model\": ", "[]", "7", "\xFF"}) {
    folder.write("D.json", damaged);
    CHECK_THROWS_AS(load_descriptors(folder.file("D.npy")), FormatError);
  }
  write_npy(folder.file("E.npy"), Shape{6}, saved.values);
  CHECK_THROWS_WITH(load_descriptors(folder.file("E.npy")), ContainsSubstring("want a matrix of descriptors"));
}

TEST_CASE("A matrix with values that are not finite is refused, with file and row") {
  const TemporaryFolder folder;
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    write_npy(folder.file("D.npy"), Shape{2, 3}, std::vector<float>{1, 2, 3, 4, odd, 6});
    CHECK_THROWS_AS(load_descriptors(folder.file("D.npy")), FormatError);
    CHECK_THROWS_WITH(load_descriptors(folder.file("D.npy")),
                      ContainsSubstring("D.npy: descriptor 1 holds ") && ContainsSubstring(" at 1, expected finite"));
  }
}

TEST_CASE("A matrix is not written over its own record, nor where it cannot be") {
  CHECK_THROWS_WITH(save_descriptors("D.json", saved), ContainsSubstring("needs another ending than .json"));
  CHECK_THROWS_AS(save_descriptors("no/such/folder/D.npy", saved), IoError);
}
