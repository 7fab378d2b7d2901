// SPDX-License-Identifier: MIT
/// @file
/// Where the local features of a database's photos are kept until a candidate is re-ranked.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/local/precision.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// The local features of `size()` photos: `features(id)` gives those of one, ids as in the index. One that holds what it is given
/// also has `add(features)`, which appends a photo under the next id; one whose ids are not 0 to `size()` - 1 has `contains(id)`.
template <class S>
concept LocalStore = requires(const S store, std::int64_t id) {
  { store.size() } -> std::convertible_to<std::int64_t>;
  { store.features(id) } -> std::same_as<LocalFeatures>;
};

/// Keeps them in memory.
class MemoryLocalStore {
 public:
  explicit MemoryLocalStore(LocalPrecision precision = LocalPrecision::float16) : precision_(precision) {}

  std::int64_t size() const { return static_cast<std::int64_t>(photos_.size()); }
  /// Bytes held of all photos.
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const Photo& photo : photos_) sum += photo.bytes.size();
    return sum;
  }

  /// @throws ShapeError, FormatError as `encode`; nothing is added then.
  void add(const LocalFeatures& features) {
    photos_.push_back({features.grid, features.channels, std::ssize(features.keypoints), encode(features, precision_)});
  }

  /// @throws ConfigError for an id that is not here.
  LocalFeatures features(std::int64_t id) const {
    VPR_REQUIRE(ConfigError, id >= 0 && id < size(), "local features: got id ", id, ", ids are 0 to ", size() - 1);
    const Photo& photo = photos_[static_cast<std::size_t>(id)];
    return decode(photo.bytes, precision_, photo.grid, photo.channels, photo.keypoints);
  }

 private:
  struct Photo {
    Grid grid;
    std::int64_t channels, keypoints;
    std::vector<std::byte> bytes;
  };

  LocalPrecision precision_;
  std::vector<Photo> photos_;
};

/// Keeps none: computes them when asked, as `compute(id)` does, such as from the photo's file.
template <class Compute>
class ComputedLocalStore {
 public:
  static_assert(std::is_invocable_r_v<LocalFeatures, const Compute&, std::int64_t>,
                "ComputedLocalStore: compute(id) must give LocalFeatures");

  ComputedLocalStore(std::int64_t size, Compute compute) : size_(size), compute_(std::move(compute)) {}

  std::int64_t size() const { return size_; }
  LocalFeatures features(std::int64_t id) const { return compute_(id); }

 private:
  std::int64_t size_;
  Compute compute_;
};

static_assert(LocalStore<MemoryLocalStore>);

}  // namespace vpr
