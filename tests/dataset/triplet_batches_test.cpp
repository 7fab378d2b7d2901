// SPDX-License-Identifier: MIT
#include <vpr/dataset/triplet_batches.hpp>

#include "tests/support/catch.hpp"

namespace {

/// Planes of the path's number and a random one; "bad" can't be read.
vpr::Planes load(const std::string& path, vpr::Random& random) {
  VPR_REQUIRE(vpr::IoError, path != "bad", path, ": cannot be opened");
  vpr::Planes planes({1, path == "large" ? 2 : 1});
  planes.values[0] = path == "large" ? 0 : std::stof(path);
  planes.values[1] = static_cast<float>(random.uniform());
  return planes;
}

}  // namespace

TEST_CASE("Triplets' photos stand one after the other") {
  const vpr::TripletBatches batches({"0", "1"}, {"10", "11", "12", "13"}, load, 3);
  const std::vector<vpr::Triplet> triplets{{1, 2, {0, 3}}, {0, 0, {1}}};
  const auto batch = batches.read(triplets, 5);
  CHECK(batch.begins == std::vector<std::int64_t>{0, 4, 7});
  CHECK(batch.triplets() == 2);
  REQUIRE(batch.shape() == vpr::Shape{7, 3, 1, 1});
  const float expected[] = {1, 12, 10, 13, 0, 10, 11};
  for (std::size_t i = 0; i < 7; ++i) CHECK(batch.values[3 * i] == expected[i]);
  CHECK(batch.values[3 * 2 + 1] == batch.values[3 * 5 + 1]);  // photo 10 is augmented alike in an epoch
  CHECK(batch.values[3 * 2 + 1] != batch.values[3 * 3 + 1]);
  CHECK(batches.read(triplets, 6).values != batch.values);
  CHECK(batches.read(triplets, 5).values == batch.values);
}

TEST_CASE("A loss compares each query and its positive with each negative") {
  const vpr::TripletBatches batches({"0", "1"}, {"10", "11", "12", "13"}, load);
  const auto positions = batches.read(std::vector<vpr::Triplet>{{1, 2, {0, 3}}, {0, 0, {1}}}, 0).positions();
  CHECK(positions.anchor == std::vector<std::int64_t>{0, 0, 4});
  CHECK(positions.positive == std::vector<std::int64_t>{1, 1, 5});
  CHECK(positions.negative == std::vector<std::int64_t>{2, 3, 6});
  CHECK(vpr::TripletBatch().positions().anchor.empty());
}

TEST_CASE("Triplets with bad photos are left out, or lose their negatives") {
  const vpr::TripletBatches batches({"0", "bad"}, {"10", "bad", "12", "13"}, load);
  const std::vector<vpr::Triplet> triplets{{1, 0, {2}}, {0, 1, {2}}, {0, 0, {1}}, {0, 0, {1, 2}}};
  const auto batch = batches.read(triplets, 0);
  CHECK(batch.begins == std::vector<std::int64_t>{0, 3});
  REQUIRE(batches.bad_photos().size() == 1);
  CHECK(batches.bad_photos()[0].reason == "bad: cannot be opened");
  CHECK(batches.read({}, 0).triplets() == 0);
}

TEST_CASE("Triplets' planes are of one size") {
  const vpr::TripletBatches batches({"0"}, {"1", "large"}, load);
  CHECK_THROWS_WITH(batches.read(std::vector<vpr::Triplet>{{0, 0, {1}}}, 0),
                    ContainsSubstring("large: its planes are 1x2, the batch's are 1x1"));
}

TEST_CASE("A triplet of photos that are not there is refused") {
  const auto load = [](const std::string&, vpr::Random&) { return vpr::Planes({1, 1}); };
  const vpr::TripletBatches batches({"q"}, {"a", "b"}, load);
  for (const vpr::Triplet& bad : {vpr::Triplet{1, 0, {1}}, vpr::Triplet{-1, 0, {1}}, vpr::Triplet{0, 2, {1}}, vpr::Triplet{0, 0, {-5}}})
    CHECK_THROWS_AS(batches.read(std::vector{bad}, 0), vpr::ConfigError);
}
