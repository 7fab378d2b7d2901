// SPDX-License-Identifier: MIT
#include <vpr/dataset/photo_batches.hpp>
#include <vpr/dataset/prefetch.hpp>

#include "tests/support/catch.hpp"

#include <set>

using Indices = std::vector<std::int64_t>;

namespace {

vpr::TrainingPlaces town(std::int64_t places, std::int64_t photos_each) {
  vpr::TrainingPlaces all{{}, {}, {"town"}};
  for (std::int64_t p = 0; p < places; ++p) {
    vpr::TrainingPlace& place = all.places.emplace_back(vpr::TrainingPlace{"", 0, {}});
    for (std::int64_t i = 0; i < photos_each; ++i) {
      place.photos.push_back(static_cast<std::int64_t>(all.photos.size()));
      all.photos.push_back({.path = std::to_string(all.photos.size())});
    }
  }
  return all;
}

/// Planes of the photo's number and a random one; photos in `bad` can't be read.
struct Numbers {
  std::set<std::string> bad;

  vpr::Planes operator()(const std::string& path, vpr::Random& random) const {
    VPR_REQUIRE(vpr::FormatError, bad.count(path) == 0, path, ": is broken");
    vpr::Planes planes({1, 2});
    planes.values[0] = std::stof(path);
    planes.values[5] = static_cast<float>(random.uniform());
    return planes;
  }
};

}  // namespace

TEST_CASE("A batch holds its photos' planes, place by place") {
  const auto all = town(3, 4);
  const vpr::PlaceSampler sampler(all, {.places = 2, .photos = 3});
  const vpr::PhotoBatches batches(sampler, Numbers{});
  const auto batch = batches.read(4);
  CHECK(batch.index == 4);
  CHECK(batch.epoch == 4);
  CHECK(batch.shape() == vpr::Shape{6, 3, 1, 2});
  REQUIRE(batch.values.size() == 36);
  const auto places = sampler.batch(4).places;
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(batch.labels[i] == places[i / 3]);
    CHECK(batch.photos[i] == sampler.choose_photos(places[i / 3], 4)[i % 3]);
    CHECK(batch.values[6 * i] == static_cast<float>(batch.photos[i]));
  }
  CHECK(batches.bad_photos().empty());
}

TEST_CASE("Batches are the same read ahead by many threads, with bad photos among them") {
  const auto all = town(12, 4);
  const vpr::PlaceSampler sampler(all, {.places = 3, .photos = 3, .seed = 5});
  const Numbers load{{"0", "13", "14", "47"}};
  const vpr::PhotoBatches in_order(sampler, load), ahead(sampler, load);
  vpr::Prefetch<vpr::PhotoBatch> prefetched([&](std::int64_t i) { return ahead.read(i); }, 2, 20, {.threads = 4, .depth = 6});
  for (std::int64_t i = 2; i < 20; ++i) {
    const auto expected = in_order.read(i), batch = *prefetched.next();
    CHECK(batch.index == i);
    CHECK(batch.photos == expected.photos);
    CHECK(batch.values == expected.values);
    CHECK(batch.photos.size() == 9);
  }
  CHECK(in_order.bad_photos().size() == ahead.bad_photos().size());
}

TEST_CASE("A bad photo's slot is filled from its place") {
  const auto all = town(1, 4);
  const vpr::PlaceSampler sampler(all, {.places = 1, .photos = 3});
  const vpr::PhotoBatches batches(sampler, Numbers{{"2"}});
  for (std::int64_t i = 0; i < 20; ++i) {
    const auto batch = batches.read(i);
    CHECK(std::set<std::int64_t>(batch.photos.begin(), batch.photos.end()) == std::set<std::int64_t>{0, 1, 3});
  }
  const auto bad = batches.bad_photos();
  REQUIRE(bad.size() == 1);
  CHECK(bad[0].path == "2");
  CHECK(bad[0].reason == "2: is broken");
}

TEST_CASE("A place that bad photos leave too small is replaced, and the batch is shorter where there is no other") {
  const auto all = town(3, 2);
  const Numbers load{{"0"}};
  const vpr::PlaceSampler two(all, {.places = 2, .photos = 2}), three(all, {.places = 3, .photos = 2});
  const vpr::PhotoBatches of_two(two, load), of_three(three, load);
  for (std::int64_t i = 0; i < 10; ++i) {
    CHECK(of_two.read(i).photos.size() == 4);
    const auto shorter = of_three.read(i);
    CHECK(shorter.photos.size() == 4);
    CHECK(std::count(shorter.labels.begin(), shorter.labels.end(), 0) == 0);
  }
}

TEST_CASE("A batch of which nothing can be read names a photo") {
  const auto all = town(2, 2);
  const vpr::PlaceSampler sampler(all, {.places = 1, .photos = 2});
  const vpr::PhotoBatches batches(sampler, Numbers{{"0", "1", "2", "3"}});
  CHECK_THROWS_WITH(batches.read(0), ContainsSubstring("batch 0: no place could be read; 4 photos are bad, as 0: is broken"));
}

TEST_CASE("Planes of different sizes in a batch and failures that are not the photo's end the reading") {
  const auto all = town(1, 2);
  const vpr::PlaceSampler sampler(all, {.places = 1, .photos = 2});
  const auto sizes = [](const std::string& path, vpr::Random&) { return vpr::Planes({1, path == "0" ? 1 : 2}); };
  CHECK_THROWS_WITH(vpr::PhotoBatches(sampler, sizes).read(0),
                    ContainsSubstring("let the augmentation or preprocessing give all photos one size"));
  const auto misconfigured = [](const std::string&, vpr::Random&) -> vpr::Planes { throw vpr::ConfigError("no such operation"); };
  CHECK_THROWS_AS(vpr::PhotoBatches(sampler, misconfigured).read(0), vpr::ConfigError);
}

TEST_CASE("A short batch takes the memory of its own photos, not of a full one's") {
  std::vector<vpr::TrainingPhoto> photos;
  for (int i = 0; i < 4; ++i) photos.push_back({.path = std::to_string(i), .place = std::to_string(i / 2)});
  const vpr::TrainingPlaces places = vpr::places_by_id(std::move(photos));
  const vpr::PlaceSampler sampler(places, {.places = 1 << 29, .photos = 2, .short_batches = true});
  const auto load = [](const std::string&, vpr::Random&) { return vpr::Planes({64, 64}); };
  CHECK(vpr::PhotoBatches(sampler, load).read(0).photos.size() == 4);
}
