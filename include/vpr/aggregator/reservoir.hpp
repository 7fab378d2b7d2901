// SPDX-License-Identifier: MIT
/// @file
/// A sample of any number of descriptors in bounded memory.
#pragma once

#include <vpr/core/random.hpp>
#include <vpr/core/rows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vpr {

/// Keeps `capacity` of all the rows it is shown, any set of so many as likely as any other (Vitter 1985, algorithm R). What it keeps
/// is fixed by the seed and the order of the rows, not by the chunks they come in. Memory: 4 bytes a number kept.
class Reservoir {
 public:
  /// @throws ConfigError for a capacity or dim below 1, or more than 2^40 numbers to keep.
  Reservoir(std::int64_t capacity, std::int64_t dim, std::uint64_t seed) : capacity_(capacity), dim_(dim), random_(seed) {
    constexpr std::int64_t most = std::int64_t{1} << 40;
    VPR_REQUIRE(ConfigError, capacity >= 1 && dim >= 1 && capacity <= most / dim, "Reservoir: got capacity ", capacity, " and dim ", dim,
                ", expected at least 1 each, and at most ", most, " numbers in all");
  }

  /// @throws ShapeError for another dim; FormatError for NaN or infinity; then nothing of `rows` is kept.
  void add(Rows rows) {
    require_finite(rows, dim_, "Reservoir: row");
    for (std::int64_t r = 0; r < rows.size(); ++r, ++seen_) {
      if (seen_ < capacity_) {
        kept_.insert(kept_.end(), rows[r], rows[r] + dim_);
      } else if (const std::int64_t place = random_.below(seen_ + 1); place < capacity_) {
        std::copy_n(rows[r], dim_, kept_.begin() + place * dim_);
      }
    }
  }

  /// How many rows it was shown.
  std::int64_t seen() const { return seen_; }
  std::int64_t dim() const { return dim_; }
  /// The sample: min(seen, capacity) rows, in no order that means anything.
  Rows rows() const& { return {kept_.data(), std::min(seen_, capacity_), dim_}; }
  void rows() const&& = delete;

 private:
  std::int64_t capacity_;
  std::int64_t dim_;
  Random random_;
  std::int64_t seen_ = 0;
  std::vector<float> kept_;
};

}  // namespace vpr
