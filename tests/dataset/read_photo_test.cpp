// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_IMAGE
#include <vpr/dataset/photo_batches.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/dataset/read_photo.hpp>
#include <vpr/image/write.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>

namespace {

/// Photos of a flat colour each, two a place, in a folder.
vpr::TrainingPlaces town(const TemporaryFolder& folder, int places) {
  std::vector<vpr::TrainingPhoto> photos;
  for (int i = 0; i < 2 * places; ++i) {
    vpr::Image photo({20 + i, 30});
    std::fill(photo.pixels().begin(), photo.pixels().end(), static_cast<std::uint8_t>(10 * i));
    const std::string path = (folder.path() / (std::to_string(i) + ".png")).string();
    vpr::write_image(path, photo);
    photos.push_back({.path = path, .place = std::to_string(i / 2)});
  }
  return vpr::places_by_id(std::move(photos));
}

}  // namespace

TEST_CASE("Photos are read, augmented and prepared from files") {
  const TemporaryFolder folder;
  const auto all = town(folder, 2);
  const vpr::PlaceSampler sampler(all, {.places = 2, .photos = 2});
  const vpr::PhotoBatches batches(sampler, vpr::ReadPhoto{vpr::ResizeAsPil{{14, 28}}});
  const auto batch = batches.read(0);
  CHECK(batch.shape() == vpr::Shape{4, 3, 14, 28});
  for (std::size_t i = 0; i < 4; ++i) {
    const float red = (static_cast<float>(10 * batch.photos[i]) / 255 - 0.485F) / 0.229F;
    CHECK(batch.values[i * 3 * 14 * 28] == Approx(red));
  }
  vpr::Random random(1);
  const auto planes = vpr::ReadPhoto{vpr::NoAugmentation{}, vpr::NormaliseThenResize<>{{{7, 9}}}}(all.photos[1].path, random);
  CHECK(planes.size == vpr::ImageSize{7, 9});
}

TEST_CASE("Augmented batches are the same however many threads read them, and again when resumed") {
  const TemporaryFolder folder;
  const auto all = town(folder, 6);
  const vpr::PlaceSampler sampler(all, {.places = 2, .photos = 2, .seed = 4});
  const vpr::PhotoBatches batches(sampler, vpr::ReadPhoto{vpr::Augmentations{vpr::ResizeAsPil{{16, 16}}, vpr::RandAugment{}}});
  std::vector<std::vector<float>> expected;
  for (std::int64_t i = 0; i < 9; ++i) expected.push_back(batches.read(i).values);
  CHECK(expected[0] != expected[3]);
  for (const std::int64_t first : {0, 4}) {
    vpr::Prefetch<vpr::PhotoBatch> ahead([&](std::int64_t i) { return batches.read(i); }, first, 9, {.threads = 3, .depth = 3});
    for (std::int64_t i = first; i < 9; ++i) CHECK(ahead.next()->values == expected[static_cast<std::size_t>(i)]);
  }
}

TEST_CASE("Photos that are missing or broken are left out and named") {
  const TemporaryFolder folder;
  auto all = town(folder, 3);
  std::filesystem::remove(all.photos[0].path);
  folder.write("3.png", "not a photo");
  const vpr::PlaceSampler sampler(all, {.places = 3, .photos = 2});
  const vpr::PhotoBatches batches(sampler, vpr::ReadPhoto{vpr::ResizeAsPil{{8, 8}}});
  const auto batch = batches.read(0);
  CHECK(batch.labels == std::vector<std::int64_t>{2, 2});
  const auto bad = batches.bad_photos();
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].path == all.photos[0].path);
  CHECK_THAT(bad[0].reason, ContainsSubstring("0.png: cannot be opened"));
  CHECK_THAT(bad[1].reason, ContainsSubstring("3.png: byte 0: neither a JPEG nor a PNG"));
}
#endif
