// SPDX-License-Identifier: MIT
/// @file
/// Batches of places as the planes that a network reads, whatever photos are broken.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/shape.hpp>
#include <vpr/dataset/photo_loader.hpp>
#include <vpr/dataset/place_sampler.hpp>
#include <vpr/image/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// A batch of B photos, place by place.
struct PhotoBatch {
  std::int64_t index = 0;
  std::int64_t epoch = 0;
  ImageSize size;
  std::vector<float> values;         ///< B × 3 × height × width
  std::vector<std::int64_t> labels;  ///< of each photo, the index of its place
  std::vector<std::int64_t> photos;  ///< their indices

  Shape shape() const { return {static_cast<std::int64_t>(photos.size()), 3, size.height, size.width}; }
};

/// Reads the batches that a sampler fixes.
///
/// A photo that can't be read is left out and remembered: another photo of its place fills the slot; where the place has no other, another place of
/// the group takes its place; where there is none either, the batch is shorter. What a batch holds depends on its index and the files alone,
/// not on threads or on which batches were read before. `read` may be called from several threads, as by `Prefetch`.
template <PhotoLoader Load>
class PhotoBatches {
 public:
  /// The sampler must outlive this.
  PhotoBatches(const PlaceSampler& sampler, Load load) : sampler_(&sampler), load_(std::move(load)) {}
  PhotoBatches(const PlaceSampler&&, Load) = delete;  // a temporary would not outlive this

  /// @throws FormatError, naming a bad photo, where no place of the batch or its group could be read;
  ///         ShapeError where two photos' planes differ in size
  PhotoBatch read(std::int64_t index) const {
    const PlaceBatch plan = sampler_->batch(index);
    PhotoBatch batch{plan.index, plan.epoch, {}, {}, {}, {}};
    std::vector<std::int64_t> spares;
    bool spares_known = false;
    for (std::int64_t place : plan.places) {
      while (!append(place, std::ssize(plan.places) * sampler_->settings().photos, batch)) {
        if (!std::exchange(spares_known, true)) {
          spares = sampler_->spare_places(plan);
          std::reverse(spares.begin(), spares.end());
        }
        if (spares.empty()) break;
        place = spares.back();
        spares.pop_back();
      }
    }
    if (batch.photos.empty()) {
      const std::vector<BadPhoto> bad = bad_photos();
      fail<FormatError>("batch ", index, ": no place could be read; ", bad.size(), " photos are bad, as ", bad.front().reason);
    }
    return batch;
  }

  /// Every bad photo met so far, once each, by path.
  std::vector<BadPhoto> bad_photos() const { return load_.bad_photos(); }

 private:
  const std::string& path(std::int64_t photo) const { return sampler_->places().photos[static_cast<std::size_t>(photo)].path; }

  /// Adds a place's photos; nothing and false where too few can be read.
  bool append(std::int64_t place, std::int64_t photos_in_all, PhotoBatch& batch) const {
    std::map<std::int64_t, Planes> read;
    std::vector<std::int64_t> bad, chosen;
    for (bool again = true; again;) {
      again = false;
      chosen = sampler_->choose_photos(place, batch.epoch, bad);
      for (const std::int64_t photo : chosen) {
        if (read.count(photo) != 0) continue;
        if (std::optional<Planes> planes = load_(path(photo), sampler_->augmentation(photo, batch.epoch))) {
          read[photo] = *std::move(planes);
        } else {
          bad.push_back(photo);
          again = true;
        }
      }
    }
    for (const std::int64_t photo : chosen) {
      const Planes& planes = read[photo];
      detail::append_planes(planes, path(photo), photos_in_all, batch.size, batch.values);
      batch.labels.push_back(place);
      batch.photos.push_back(photo);
    }
    return !chosen.empty();
  }

  const PlaceSampler* sampler_;
  TolerantLoader<Load> load_;
};

}  // namespace vpr
