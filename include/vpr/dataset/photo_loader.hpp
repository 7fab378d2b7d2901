// SPDX-License-Identifier: MIT
/// @file
/// What reads photos to train on, and what becomes of those that can't be read.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/random.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/image/image.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// What gives a photo's planes, augmented with the random numbers that it is handed: `load(path, random)`. A photo that it can't read is an
/// `IoError`, `FormatError` or `ShapeError`. May be called from several threads.
template <class L>
concept PhotoLoader = requires(const L& load, const std::string& path, Random& random) {
  { load(path, random) } -> std::same_as<Planes>;
};

/// Reads photos and remembers those that can't be read, instead of failing. May be used from several threads.
template <PhotoLoader Load>
class TolerantLoader {
 public:
  explicit TolerantLoader(Load load) : load_(std::move(load)) {}

  /// A photo's planes, or nothing. Other errors than the photo's pass.
  std::optional<Planes> operator()(const std::string& path, Random random) const {
    try {
      return load_(path, random);
    } catch (const IoError& error) {
      note(path, error);
    } catch (const FormatError& error) {
      note(path, error);
    } catch (const ShapeError& error) {
      note(path, error);
    }
    return std::nullopt;
  }

  /// Every bad photo met so far, once each, by path.
  std::vector<BadPhoto> bad_photos() const {
    const std::lock_guard lock(mutex_);
    std::vector<BadPhoto> all;
    for (const auto& [path, reason] : bad_) all.push_back({path, reason});
    return all;
  }

 private:
  void note(const std::string& path, const Error& error) const {
    const std::lock_guard lock(mutex_);
    bad_[path] = error.what();
  }

  Load load_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::string> bad_;
};

namespace detail {

/// Adds a photo's planes to those of a batch of `photos` in all.
inline void append_planes(const Planes& planes, const std::string& path, std::int64_t photos, ImageSize& size, std::vector<float>& values) {
  const auto too_large = [&] {
    fail<ShapeError>(path, ": a batch of ", photos, " photos of ", planes.size, " does not fit this machine's memory");
  };
  if (values.empty()) size = planes.size;
  VPR_REQUIRE(ShapeError, planes.size == size, path, ": its planes are ", planes.size, ", the batch's are ", size,
              "; let the augmentation or preprocessing give all photos one size");
  try {
    if (values.empty()) values.reserve(planes.values.size() * static_cast<std::size_t>(photos));
    values.insert(values.end(), planes.values.begin(), planes.values.end());
  } catch (const std::bad_alloc&) {
    too_large();
  } catch (const std::length_error&) {
    too_large();
  }
}

}  // namespace detail
}  // namespace vpr
