// SPDX-License-Identifier: MIT
/// @file
/// Batches of P places × K photos: which photos each step of a training sees.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/random.hpp>
#include <vpr/dataset/training_places.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

struct PlaceSamplerSettings {
  std::int64_t places = 60;    ///< in a batch; SALAD's number, CricaVPR takes 72
  std::int64_t photos = 4;     ///< of each place
  double apart = 0;            ///< the least difference between the times of two photos of a place, in their unit (months, frames)
  bool one_group = true;       ///< a batch's places are of one group (city)
  bool short_batches = false;  ///< keep what is left of a group in a batch of its own; otherwise it waits for another epoch
  std::uint64_t seed = 0;
};

/// The places of a batch, and the epoch that it belongs to.
struct PlaceBatch {
  std::int64_t index = 0;
  std::int64_t epoch = 0;
  std::vector<std::int64_t> places;
};

/// Fixes every batch of a training by the seed and the batch's index, counted from 0 through all epochs: to resume, go on at an index.
///
/// In an epoch each place comes up once at most, in random order with random photos. Places that can't give K photos, `apart` in time, are left
/// out and counted. May be asked from several threads. It refers to the places, which must outlive it.
class PlaceSampler {
 public:
  /// @throws ConfigError for settings out of range, such as over 2³¹ - 1 photos in a batch; where `apart` is asked and a photo's time is not known;
  ///   where no batch fills
  PlaceSampler(const TrainingPlaces& all, const PlaceSamplerSettings& settings)
      : all_(&all), settings_(settings), members_(settings.one_group ? all.groups.size() : 1) {
    VPR_REQUIRE(ConfigError, settings.places >= 1 && settings.photos >= 1 && settings.apart >= 0 && is_finite(settings.apart),
                "place sampler: got ", settings.places, " places x ", settings.photos, " photos, ", settings.apart,
                " apart; expected at least 1 x 1, and 0 apart");
    VPR_REQUIRE(ConfigError, settings.places <= most_photos / settings.photos, "place sampler: got ", settings.places, " places x ",
                settings.photos, " photos, expected at most ", most_photos, " photos in a batch");
    for (std::size_t p = 0; p < all.places.size(); ++p) {
      const TrainingPlace& place = all.places[p];
      VPR_REQUIRE(ConfigError, place.group >= 0 && (!settings.one_group || place.group < std::ssize(all.groups)), "place sampler: place '",
                  place.name, "' is of group ", place.group, ", there are ", all.groups.size());
      for (const std::int64_t photo : place.photos) {
        VPR_REQUIRE(ConfigError, photo >= 0 && photo < std::ssize(all.photos), "place sampler: place '", place.name, "' has photo ", photo,
                    ", there are ", all.photos.size());
        VPR_REQUIRE(ConfigError, settings.apart == 0 || is_finite(time(photo)), all.photos[static_cast<std::size_t>(photo)].path,
                    ": its time is not known, so photos of a place can't be ", settings.apart, " apart in time");
      }
      std::vector<std::int64_t> sorted = place.photos;
      std::sort(sorted.begin(), sorted.end());
      const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
      VPR_REQUIRE(ConfigError, twice == sorted.end(), "place sampler: place '", place.name, "' has photo ", *twice, " twice");
      if (most_apart(place.photos) < settings.photos) {
        ++places_left_out_;
        photos_left_out_ += static_cast<std::int64_t>(place.photos.size());
      } else {
        members_[static_cast<std::size_t>(settings.one_group ? place.group : 0)].push_back(static_cast<std::int64_t>(p));
      }
    }
    for (const auto& members : members_) batches_per_epoch_ += batches_of(members);
    if (batches_per_epoch_ == 0) refuse_places();
  }

  template <class Places>
  requires std::same_as<std::remove_const_t<Places>, TrainingPlaces> PlaceSampler(Places&&, const PlaceSamplerSettings&)
  = delete;  // a temporary would not outlive this

  std::int64_t batches_per_epoch() const { return batches_per_epoch_; }
  /// Places that have too few photos (far enough apart in time), and the photos in them.
  std::int64_t places_left_out() const { return places_left_out_; }
  std::int64_t photos_left_out() const { return photos_left_out_; }
  const TrainingPlaces& places() const { return *all_; }
  const PlaceSamplerSettings& settings() const& { return settings_; }
  void settings() const&& = delete;

  PlaceBatch batch(std::int64_t index) const {
    VPR_REQUIRE(ConfigError, index >= 0, "place sampler: got batch ", index, ", batches count from 0");
    const std::int64_t epoch = index / batches_per_epoch_;
    return {index, epoch, (*order_of(epoch))[static_cast<std::size_t>(index % batches_per_epoch_)]};
  }

  /// K photos of a place for an epoch, in random order; none where it has not K without those in `bad`. Those chosen without `bad` stay where they
  /// can.
  std::vector<std::int64_t> choose_photos(std::int64_t place, std::int64_t epoch, const std::vector<std::int64_t>& bad = {}) const {
    Random random = random_of(epoch, 0, place);
    std::vector<std::int64_t> left = all_->places[static_cast<std::size_t>(place)].photos;
    shuffle(left, random);
    std::erase_if(left, [&](std::int64_t photo) { return std::find(bad.begin(), bad.end(), photo) != bad.end(); });
    std::vector<std::int64_t> chosen;
    for (std::int64_t missing = settings_.photos; missing > 0 && !left.empty();) {
      const std::int64_t photo = left.front();
      left.erase(left.begin());
      std::vector<std::int64_t> fitting = left;
      if (settings_.apart > 0)
        std::erase_if(fitting, [&](std::int64_t other) { return std::abs(time(other) - time(photo)) < settings_.apart; });
      if (most_apart(fitting) < missing - 1) continue;  // with this photo the place would not fill
      chosen.push_back(photo);
      left = std::move(fitting);
      --missing;
    }
    if (static_cast<std::int64_t>(chosen.size()) < settings_.photos) chosen.clear();
    return chosen;
  }

  /// The places that may take the place of one of the batch's, the first to be tried first: those of its group that are not in it.
  std::vector<std::int64_t> spare_places(const PlaceBatch& batch) const {
    const std::int64_t group = settings_.one_group ? all_->places[static_cast<std::size_t>(batch.places.front())].group : 0;
    std::vector<std::int64_t> spares = members_[static_cast<std::size_t>(group)];
    std::erase_if(spares,
                  [&](std::int64_t place) { return std::find(batch.places.begin(), batch.places.end(), place) != batch.places.end(); });
    Random random = random_of(batch.epoch, 1, batch.index);
    shuffle(spares, random);
    return spares;
  }

  /// The random numbers that a photo's augmentation draws from in an epoch, whichever batch, thread or order it is read in.
  Random augmentation(std::int64_t photo, std::int64_t epoch) const { return random_of(epoch, 2, photo); }

 private:
  using Batches = std::vector<std::vector<std::int64_t>>;
  static constexpr std::int64_t most_photos = std::numeric_limits<std::int32_t>::max();

  Random random_of(std::int64_t epoch, std::int64_t purpose, std::int64_t item) const {
    return Random::of({static_cast<std::int64_t>(settings_.seed), epoch, purpose, item});
  }
  double time(std::int64_t photo) const { return all_->photos[static_cast<std::size_t>(photo)].time; }

  /// How many of the photos can be chosen `apart` in time: from the earliest on, always the next one far enough.
  std::int64_t most_apart(const std::vector<std::int64_t>& photos) const {
    if (settings_.apart == 0) return static_cast<std::int64_t>(photos.size());
    std::vector<double> times;
    for (const std::int64_t photo : photos) times.push_back(time(photo));
    std::sort(times.begin(), times.end());
    std::int64_t count = 0;
    double last = 0;
    for (const double t : times) {
      if (count > 0 && t - last < settings_.apart) continue;
      last = t;
      ++count;
    }
    return count;
  }

  /// Says why no batch fills.
  [[noreturn]] void refuse_places() const {
    std::size_t members = 0;
    std::int64_t photos = 0;  // of one place
    for (const auto& of_group : members_) members = std::max(members, of_group.size());
    for (const TrainingPlace& place : all_->places) photos = std::max(photos, most_apart(place.photos));
    const std::string apart = settings_.apart > 0 ? text_of(" that are ", settings_.apart, " apart in time") : std::string();
    fail<ConfigError>("place sampler: no batch fills: it takes ", settings_.places, " places", settings_.one_group ? " of one group" : "",
                      " with ", settings_.photos, " photos or more each", apart, "; the largest of ", all_->places.size(), " places has ",
                      photos, ", and ", members, " have enough", settings_.one_group ? " in the best group" : "",
                      "; ask for fewer places or photos a batch (--places, --photos), or give more photos");
  }

  std::int64_t batches_of(const std::vector<std::int64_t>& members) const {
    const auto count = static_cast<std::int64_t>(members.size());
    return count / settings_.places + (settings_.short_batches && count % settings_.places != 0 ? 1 : 0);
  }

  /// All batches of an epoch; kept until another epoch is asked for.
  std::shared_ptr<const Batches> order_of(std::int64_t epoch) const {
    const std::lock_guard lock(mutex_);
    if (order_ && order_epoch_ == epoch) return order_;
    Random random = random_of(epoch, 3, 0);
    auto order = std::make_shared<Batches>();
    for (std::vector<std::int64_t> members : members_) {
      shuffle(members, random);
      for (std::int64_t b = 0; b < batches_of(members); ++b) {
        const auto begin = members.begin() + b * settings_.places;
        order->emplace_back(begin, begin + std::min<std::int64_t>(settings_.places, members.end() - begin));
      }
    }
    shuffle(*order, random);
    order_epoch_ = epoch;
    return order_ = std::move(order);
  }

  const TrainingPlaces* all_;
  PlaceSamplerSettings settings_;
  std::vector<std::vector<std::int64_t>> members_;  // of each group, the places that fill
  std::int64_t batches_per_epoch_ = 0;
  std::int64_t places_left_out_ = 0;
  std::int64_t photos_left_out_ = 0;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Batches> order_;
  mutable std::int64_t order_epoch_ = 0;
};

}  // namespace vpr
