// SPDX-License-Identifier: MIT
/// @file
/// Batches of hard triplets, mined with the model as it learns.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/progress.hpp>
#include <vpr/core/rows.hpp>
#include <vpr/core/shape.hpp>
#include <vpr/dataset/photo_loader.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/dataset/triplet_batches.hpp>
#include <vpr/dataset/triplet_miner.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

namespace detail {

/// Whole numbers from -1 up, as a state that a checkpoint keeps in float32.
class WholeNumbers {
 public:
  WholeNumbers(const Shape& shape, std::int64_t all) : shape_(shape), values_(static_cast<std::size_t>(shape.elements()), all) {}

  std::vector<std::int64_t>& values() { return values_; }
  const std::vector<std::int64_t>& values() const { return values_; }

  Shape shape() const { return shape_; }
  void assign(std::span<const float> values) {
    VPR_REQUIRE(FormatError,
                std::all_of(values.begin(), values.end(),
                            [](float value) { return value >= -1 && value <= 0x1p24F && value == std::trunc(value); }),
                "mined batches: what was kept are no indices; is the checkpoint of another training?");
    values_.assign(values.begin(), values.end());
  }
  std::vector<float> to_vector() const { return {values_.begin(), values_.end()}; }

 private:
  Shape shape_;
  std::vector<std::int64_t> values_;
};

}  // namespace detail

struct MinedBatchesSettings {
  std::int64_t triplets = 4;  ///< of a batch; SelaVPR's number
  std::int64_t together = 8;  ///< photos that are described at once when a round is mined
  PrefetchSettings prefetch = {};
};

/// The batches of a training by triplets: those of a round are mined with the model as it then is, read ahead, and once they are used up the next
/// round is mined. Photos that can't be read take no part.
///
/// All that follows from the seeds, the model and the number of batches taken: kept by a `Trainer` (`trainer.keep("triplets", batches)`), a resumed
/// training goes on within its round with the same triplets.
template <PhotoLoader Load, PhotoLoader Plain>
class MinedBatches {
 public:
  /// @param photos  the batches' photos, of the queries and database that the miner counts; they must outlive this
  /// @param plain   reads photos to mine with: as they will be at inference
  /// @throws ConfigError for settings out of range, 2²⁴ photos or more, or a round of more than 2²⁸ photos
  MinedBatches(TripletMiner miner, const TripletBatches<Load>& photos, Plain plain, const MinedBatchesSettings& settings = {})
      : miner_(std::move(miner)),
        photos_(&photos),
        plain_(std::move(plain)),
        settings_(settings),
        mined_(table(miner_.settings().queries, 2 + miner_.settings().negatives), -1) {
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    VPR_REQUIRE(ConfigError, settings.triplets >= 1 && settings.together >= 1 && settings.triplets <= most && settings.together <= most,
                "mined batches: got ", settings.triplets, " triplets and ", settings.together, " photos together, expected 1 to ", most,
                " each");
    if (miner_.settings().full) table(std::ssize(miner_.remembered()), miner_.settings().negatives);
    VPR_REQUIRE(ConfigError, photos_->queries().size() < (1U << 24) && photos_->database().size() < (1U << 24), "mined batches: got ",
                photos_->queries().size(), " queries and ", photos_->database().size(), " database photos, expected less than 2^24");
  }
  MinedBatches(TripletMiner, const TripletBatches<Load>&&, Plain, const MinedBatchesSettings& = {}) = delete;  // as would a temporary
  MinedBatches(const MinedBatches&) = delete;
  MinedBatches& operator=(const MinedBatches&) = delete;

  /// The batch of the next step, of at least one triplet.
  /// @param describe  `describe(shape, values)` gives the B×D numbers of `B×3×H×W` prepared images: the model in training, recording nothing
  /// @param progress  called with the photos that are described, where a round is mined
  /// @throws FormatError, where a whole epoch has no triplet, and as `TripletMiner::mine` does
  template <class Describe>
  TripletBatch next(Describe&& describe, const Progress& progress = {}) {
    for (std::int64_t mined = 0;;) {
      const std::vector<Triplet> triplets = this->triplets();
      const std::int64_t batches = (std::ssize(triplets) + settings_.triplets - 1) / settings_.triplets;
      if (taken() >= batches) {
        if (mined++ > miner_.rounds_per_epoch()) {
          const std::vector<BadPhoto> bad = bad_photos();
          fail<FormatError>("mined batches: a whole epoch has no triplet; ", bad.size(), " photos are bad",
                            bad.empty() ? "" : ", as " + bad.front().reason);
        }
        mine(describe, progress);
        continue;
      }
      if (!ahead_) {
        ahead_ = std::make_unique<Prefetch<TripletBatch>>(
            [this, triplets, epoch = (rounds() - 1) / miner_.rounds_per_epoch()](std::int64_t i) {
              const auto begin = static_cast<std::size_t>(i * settings_.triplets);
              return photos_->read(
                  std::span(triplets).subspan(begin, std::min(triplets.size() - begin, static_cast<std::size_t>(settings_.triplets))),
                  epoch);
            },
            taken(), batches, settings_.prefetch);
      }
      TripletBatch batch = *ahead_->next();
      ++taken();
      if (batch.triplets() > 0) return batch;
    }
  }

  /// Rounds mined so far.
  std::int64_t rounds() const { return progress_.values()[0]; }
  const TripletMiner& miner() const& { return miner_; }
  void miner() const&& = delete;

  /// Every bad photo met so far, once each, by path.
  std::vector<BadPhoto> bad_photos() const {
    std::vector<BadPhoto> all = photos_->bad_photos();
    for (BadPhoto& bad : plain_.bad_photos()) {
      if (std::none_of(all.begin(), all.end(), [&](const BadPhoto& known) { return known.path == bad.path; }))
        all.push_back(std::move(bad));
    }
    return all;
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    const auto progress = progress_.values(), mined = mined_.values();
    visitor(prefix + "progress", progress_);
    visitor(prefix + "triplets", mined_);
    if (progress_.values() != progress || mined_.values() != mined) ahead_.reset();  // it reads another round's, or other batches
    if (!miner_.settings().full) return;
    const std::int64_t width = miner_.settings().negatives;
    std::vector<std::vector<std::int64_t>> remembered = miner_.remembered();
    detail::WholeNumbers kept(Shape{std::ssize(remembered), width}, -1);
    for (std::size_t q = 0; q < remembered.size(); ++q)
      std::copy(remembered[q].begin(), remembered[q].end(), kept.values().begin() + static_cast<std::ptrdiff_t>(q) * width);
    visitor(prefix + "remembered", kept);
    for (std::size_t q = 0; q < remembered.size(); ++q) remembered[q] = row(kept, static_cast<std::int64_t>(q), 0);
    miner_.remember(std::move(remembered));
  }

 private:
  /// The shape of a table of indices. @throws ConfigError where it would be too large to be kept
  static Shape table(std::int64_t queries, std::int64_t photos) {
    constexpr std::int64_t most = 1 << 28;
    VPR_REQUIRE(ConfigError, queries == 0 || photos <= most / queries, "mined batches: got ", queries, " queries with ", photos,
                " photos each, expected at most ", most, " photos in all");
    return {queries, photos};
  }

  std::int64_t& taken() { return progress_.values()[1]; }

  /// A row's numbers from a column on; -1 fills what is not used.
  static std::vector<std::int64_t> row(const detail::WholeNumbers& table, std::int64_t r, std::int64_t column) {
    const std::int64_t width = table.shape()[1];
    const auto begin = table.values().begin() + r * width;
    return {begin + column, std::find(begin + column, begin + width, -1)};
  }

  std::vector<Triplet> triplets() const {
    std::vector<Triplet> all;
    for (std::int64_t r = 0; r < mined_.shape()[0]; ++r) {
      const std::vector<std::int64_t> numbers = row(mined_, r, 0);
      if (numbers.empty()) break;
      const auto within = [](std::int64_t photo, const std::vector<std::string>& photos) { return photo < std::ssize(photos); };
      VPR_REQUIRE(
          FormatError,
          numbers.size() > 2 && within(numbers[0], photos_->queries()) &&
              std::all_of(numbers.begin() + 1, numbers.end(), [&](std::int64_t photo) { return within(photo, photos_->database()); }),
          "mined batches: what was kept as triplet ", r, " is none of these photos; is the checkpoint of another training?");
      all.push_back({numbers[0], numbers[1], {numbers.begin() + 2, numbers.end()}});
    }
    return all;
  }

  template <class Describe>
  void mine(Describe& describe, const Progress& progress) {
    ahead_.reset();
    MiningRound round = miner_.round(rounds());
    const std::vector<float> queries = described(round.queries, photos_->queries(), "mining: queries", describe, progress),
                             database = described(round.database, photos_->database(), "mining: database", describe, progress);
    const auto rows = [](const std::vector<float>& values, const std::vector<std::int64_t>& photos) {
      return Rows(values.data(), std::ssize(photos), photos.empty() ? 0 : std::ssize(values) / std::ssize(photos));
    };
    std::vector<Triplet> triplets;
    if (!round.queries.empty() && !round.database.empty())
      triplets = miner_.mine(round, rows(queries, round.queries), rows(database, round.database));
    std::fill(mined_.values().begin(), mined_.values().end(), -1);
    auto place = mined_.values().begin();
    for (const Triplet& triplet : triplets) {
      place[0] = triplet.query;
      place[1] = triplet.positive;
      std::copy(triplet.negatives.begin(), triplet.negatives.end(), place + 2);
      place += mined_.shape()[1];
    }
    progress_.values() = {rounds() + 1, 0};
  }

  /// The descriptors of photos that can be read; the others are erased from them.
  template <class Describe>
  std::vector<float> described(std::vector<std::int64_t>& photos, const std::vector<std::string>& paths, const char* stage,
                               Describe& describe, const Progress& progress) const {
    struct Chunk {
      std::vector<std::int64_t> photos;
      ImageSize size;
      std::vector<float> values;
    };
    const std::int64_t count = std::ssize(photos);
    const auto read = [&](std::int64_t i) {
      Chunk chunk;
      for (std::int64_t k = i * settings_.together; k < std::min(count, (i + 1) * settings_.together); ++k) {
        const std::int64_t photo = photos[static_cast<std::size_t>(k)];
        VPR_REQUIRE(ConfigError, photo < std::ssize(paths), stage, ": the miner counts to photo ", photo, ", there are ", paths.size());
        const std::string& path = paths[static_cast<std::size_t>(photo)];
        const std::optional<Planes> planes = plain_(path, Random::of({photo}));
        if (!planes) continue;
        detail::append_planes(*planes, path, std::min(count, settings_.together), chunk.size, chunk.values);
        chunk.photos.push_back(photo);
      }
      return chunk;
    };
    std::vector<std::int64_t> kept;
    std::vector<float> descriptors;
    {
      Prefetch<Chunk> ahead(read, 0, (count + settings_.together - 1) / settings_.together, settings_.prefetch);
      for (std::int64_t done = settings_.together; const std::optional<Chunk> chunk = ahead.next(); done += settings_.together) {
        if (!chunk->photos.empty()) {
          const std::vector<float> part =
              describe(Shape{std::ssize(chunk->photos), 3, chunk->size.height, chunk->size.width}, std::span<const float>(chunk->values));
          descriptors.insert(descriptors.end(), part.begin(), part.end());
          kept.insert(kept.end(), chunk->photos.begin(), chunk->photos.end());
        }
        if (progress) progress(stage, std::min(done, count), count);
      }
    }
    photos = std::move(kept);
    return descriptors;
  }

  TripletMiner miner_;
  const TripletBatches<Load>* photos_;
  TolerantLoader<Plain> plain_;
  MinedBatchesSettings settings_;
  detail::WholeNumbers mined_;                  // a triplet a row
  detail::WholeNumbers progress_{Shape{2}, 0};  // rounds mined, and batches of the last one that were taken
  std::unique_ptr<Prefetch<TripletBatch>> ahead_;
};

}  // namespace vpr
