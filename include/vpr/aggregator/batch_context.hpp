// SPDX-License-Identifier: MIT
/// @file
/// Which photos are described together.
#pragma once

#include <vpr/core/tensor.hpp>

#include <cstdint>
#include <locale>
#include <numeric>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The batch context that a photo is described in, for aggregators whose answer depends on the photos beside it (CricaVPR).
template <TensorLike X>
class BatchContext {
 public:
  /// Each photo by itself.
  static BatchContext alone() { return BatchContext(); }
  /// Each photo with the same K photos beside it, given by the aggregator's `regions` of those, `K×R×C`.
  /// @throws ConfigError  for no photos.
  static BatchContext with(X regions) {
    VPR_REQUIRE(ConfigError, regions.shape().rank() == 3 && !regions.empty(), "batch context: got regions ", regions.shape(),
                ", want [photos, regions, channels]");
    BatchContext context;
    context.regions_ = std::move(regions);
    return context;
  }
  /// The photos in blocks of `size` in their order, the last one of what is left: how CricaVPR is evaluated, with 16.
  /// @throws ConfigError  for a size below 1.
  static BatchContext blocks(std::int64_t size) {
    VPR_REQUIRE(ConfigError, size >= 1, "batch context: got blocks of ", size, ", want at least 1");
    BatchContext context;
    context.block_ = size;
    return context;
  }

  /// The size of the blocks; 0 where there are none.
  std::int64_t block() const { return block_; }
  /// The regions of the photos beside each; empty where there are none.
  const X& regions() const& { return regions_; }
  X regions() && { return std::move(regions_); }

  /// What descriptors were made in, as text: two that differ are not to be compared.
  std::string text() const {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    if (block_ > 0) {
      out << "blocks(" << block_ << ')';
    } else if (regions_.empty()) {
      out << "alone";
    } else {
      const std::vector<float> values = regions_.to_vector();
      out << "with(" << regions_.shape()[0] << " photos, " << std::hexfloat << std::accumulate(values.begin(), values.end(), 0.0) << ')';
    }
    return out.str();
  }

 private:
  BatchContext() = default;

  std::int64_t block_ = 0;
  X regions_;
};

}  // namespace vpr
