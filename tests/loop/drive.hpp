// SPDX-License-Identifier: MIT
/// A drive for tests of loop closing: descriptors that change slowly along a way which comes back to its beginning some times.
#pragma once

#include <vpr/core/rows.hpp>

#include "tests/support/random.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace vpr::test {

class Drive {
 public:
  /// Places lie on a round of `round` frames; each frame is a place's descriptor, between two of its own, and noise; unit length.
  Drive(std::int64_t frames, std::int64_t dim, std::uint64_t seed, std::int64_t round = 90, float noise = 0.12F,
        std::uint64_t grain_seed = 1000)
      : dim_(dim) {
    const std::vector<float> corners = random_floats((round / 6 + 2) * dim, seed), grain = random_floats(frames * dim, seed + grain_seed);
    for (std::int64_t i = 0; i < frames; ++i) {
      const double at = static_cast<double>(i % round) / 6;
      const auto corner = static_cast<std::size_t>(at);
      const auto share = static_cast<float>(at - static_cast<double>(corner));
      std::vector<float> row;
      double squares = 0;
      for (std::size_t k = 0; k < static_cast<std::size_t>(dim); ++k) {
        const std::size_t d = static_cast<std::size_t>(dim);
        row.push_back((1 - share) * corners[corner * d + k] + share * corners[(corner + 1) * d + k] +
                      noise * grain[static_cast<std::size_t>(i) * d + k]);
        squares += static_cast<double>(row.back()) * static_cast<double>(row.back());
      }
      for (const float value : row) values_.push_back(value / static_cast<float>(std::sqrt(squares)));
    }
  }

  std::int64_t size() const { return std::ssize(values_) / dim_; }
  std::int64_t dim() const { return dim_; }
  Rows rows() const { return {values_.data(), size(), dim_}; }
  std::span<const float> operator[](std::int64_t frame) const {
    return std::span(values_).subspan(static_cast<std::size_t>(frame * dim_), static_cast<std::size_t>(dim_));
  }
  double product(std::int64_t a, std::int64_t b) const {
    double sum = 0;
    for (std::int64_t k = 0; k < dim_; ++k) sum += static_cast<double>(rows()[a][k]) * static_cast<double>(rows()[b][k]);
    return sum;
  }
  double distance(std::int64_t a, std::int64_t b) const {
    double sum = 0;
    for (std::int64_t k = 0; k < dim_; ++k) sum += std::pow(static_cast<double>(rows()[a][k]) - static_cast<double>(rows()[b][k]), 2);
    return std::sqrt(sum);
  }

 private:
  std::int64_t dim_;
  std::vector<float> values_;
};

}  // namespace vpr::test
