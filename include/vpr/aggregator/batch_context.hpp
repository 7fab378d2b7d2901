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
  /// Each photo among the same companions, given as the aggregator's `regions` of them, `K×R×C`.
  /// @throws ConfigError  for no companions.
  static BatchContext with(X companions) {
    VPR_REQUIRE(ConfigError, companions.shape().rank() == 3 && !companions.empty(), "batch context: got companions ", companions.shape(),
                ", want [photos, regions, channels]");
    BatchContext context;
    context.companions_ = std::move(companions);
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
  /// The companions; empty where there are none.
  const X& companions() const& { return companions_; }
  X companions() && { return std::move(companions_); }

  /// What descriptors were made in, as text: two that differ are not to be compared.
  std::string text() const {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    if (block_ > 0) {
      out << "blocks(" << block_ << ')';
    } else if (companions_.empty()) {
      out << "alone";
    } else {
      const std::vector<float> values = companions_.to_vector();
      out << "with(" << companions_.shape()[0] << " photos, " << std::hexfloat << std::accumulate(values.begin(), values.end(), 0.0) << ')';
    }
    return out.str();
  }

 private:
  BatchContext() = default;

  std::int64_t block_ = 0;
  X companions_;
};

}  // namespace vpr
