// SPDX-License-Identifier: MIT
/// @file
/// The photos of triplets as the planes that a network reads.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/random.hpp>
#include <vpr/core/shape.hpp>
#include <vpr/dataset/photo_loader.hpp>
#include <vpr/dataset/triplet_miner.hpp>
#include <vpr/loss/hard_triplets.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// B photos of T triplets: of each its query, its positive and its negatives, one after the other.
struct TripletBatch {
  ImageSize size;
  std::vector<float> values;            ///< B × 3 × height × width
  std::vector<std::int64_t> begins{0};  ///< triplet t has the photos [begins[t], begins[t + 1]): T + 1 numbers

  Shape shape() const { return {begins.back(), 3, size.height, size.width}; }
  std::int64_t triplets() const { return std::ssize(begins) - 1; }

  /// What a loss compares: each query and its positive with each of its negatives, by their positions among the photos.
  Triplets positions() const {
    Triplets all;
    for (std::size_t t = 0; t + 1 < begins.size(); ++t) {
      for (std::int64_t negative = begins[t] + 2; negative < begins[t + 1]; ++negative) {
        all.anchor.push_back(begins[t]);
        all.positive.push_back(begins[t] + 1);
        all.negative.push_back(negative);
      }
    }
    return all;
  }
};

/// Reads triplets. One whose query or positive can't be read is left out, and so are such negatives; a triplet without any is left out, too. A
/// photo is augmented alike wherever it stands in an epoch. `read` may be called from several threads, as by `Prefetch`.
template <PhotoLoader Load>
class TripletBatches {
 public:
  /// @param queries,database  the photos' paths, as the triplets' indices count them
  TripletBatches(std::vector<std::string> queries, std::vector<std::string> database, Load load, std::uint64_t seed = 0)
      : queries_(std::move(queries)), database_(std::move(database)), load_(std::move(load)), seed_(static_cast<std::int64_t>(seed)) {}

  /// @param epoch  changes the augmentation
  /// @throws ShapeError where two photos' planes differ in size; ConfigError for an index of no photo
  TripletBatch read(std::span<const Triplet> triplets, std::int64_t epoch) const {
    TripletBatch batch;
    std::int64_t in_all = 0;
    for (const Triplet& triplet : triplets) in_all += 2 + std::ssize(triplet.negatives);
    for (const Triplet& triplet : triplets) {
      const std::string& query = path_of(triplet.query, queries_, "query");
      std::vector<std::pair<std::string, Planes>> photos;
      const auto add = [&](const std::string& path, Random random) {
        std::optional<Planes> planes = load_(path, random);
        if (!planes) return false;
        photos.emplace_back(path, *std::move(planes));
        return true;
      };
      const auto add_database = [&](std::int64_t photo) {
        return add(path_of(photo, database_, "database photo"), Random::of({seed_, epoch, 1, photo}));
      };
      if (!add(query, Random::of({seed_, epoch, 0, triplet.query})) || !add_database(triplet.positive)) continue;
      for (const std::int64_t negative : triplet.negatives) add_database(negative);
      if (photos.size() < 3) continue;
      for (const auto& [path, planes] : photos) detail::append_planes(planes, path, in_all, batch.size, batch.values);
      batch.begins.push_back(batch.begins.back() + std::ssize(photos));
    }
    return batch;
  }

  const std::vector<std::string>& queries() const& { return queries_; }
  void queries() const&& = delete;
  const std::vector<std::string>& database() const& { return database_; }
  void database() const&& = delete;

  /// Every bad photo met so far, once each, by path.
  std::vector<BadPhoto> bad_photos() const { return load_.bad_photos(); }

 private:
  static const std::string& path_of(std::int64_t photo, const std::vector<std::string>& paths, const char* role) {
    VPR_REQUIRE(ConfigError, photo >= 0 && photo < std::ssize(paths), "triplet batches: got ", role, " ", photo, ", there are ",
                paths.size());
    return paths[static_cast<std::size_t>(photo)];
  }

  std::vector<std::string> queries_, database_;
  TolerantLoader<Load> load_;
  std::int64_t seed_;
};

}  // namespace vpr
