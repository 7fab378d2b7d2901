// SPDX-License-Identifier: MIT
/// @file
/// R2Former's local head.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/ops/gather.hpp>
#include <vpr/ops/layout.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// The most attended tokens of a photo through a linear map, best first, each one's score being its attention over the largest (Zhu et al.,
/// CVPR 2023, section 3.2). The last of the features' channels is the attention. Rows are as they come, not of unit length. Parameter
/// `local_head`. Goldens r2former_*.
template <class B = Cpu<f32>>
class MostAttended {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @param most  tokens of a photo; all, where there are fewer
  explicit MostAttended(std::int64_t channels = 384, std::int64_t outputs = 128, std::int64_t most = 500)
      : outputs_(outputs), most_(most), linear_(channels, outputs) {
    VPR_REQUIRE(ConfigError, most > 0, "MostAttended: got ", most, " tokens, want one at least");
  }

  std::int64_t channels(std::int64_t) const { return outputs_; }

  /// @throws ShapeError  if the features have other channels.
  LocalTokens<X> operator()(const Features<X>& features) const {
    const Shape& shape = features.patches.shape();
    const std::int64_t batch = shape[0], tokens = shape[1], channels = shape[2] - 1, count = std::min(most_, tokens);
    const std::vector<float> attention = slice(features.patches, 2, channels, channels + 1).to_vector();
    const LocalPlaces grid{features.grid};
    std::vector<std::int64_t> chosen;
    std::vector<float> places;
    for (std::int64_t image = 0; image < batch; ++image) {
      const float* const of_image = attention.data() + image * tokens;
      std::vector<std::int64_t> order(static_cast<std::size_t>(tokens));
      std::iota(order.begin(), order.end(), std::int64_t{0});
      std::stable_sort(order.begin(), order.end(), [of_image](std::int64_t a, std::int64_t b) { return of_image[a] > of_image[b]; });
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t token = order[static_cast<std::size_t>(i)];
        const Keypoint place = grid[token];
        chosen.push_back(image * tokens + token);
        places.insert(places.end(), {place.x, place.y, of_image[token] / of_image[order[0]]});
      }
    }
    const X rows = reshape(slice(features.patches, 2, 0, channels), Shape{batch * tokens, channels});
    return {reshape(linear_(gather(rows, std::span<const std::int64_t>(chosen))), Shape{batch, count, outputs_}), features.grid,
            X::from(Shape{batch, count, 3}, std::span<const float>(places))};
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    linear_.visit(visitor, prefix + "local_head.");
  }

 private:
  std::int64_t outputs_, most_;
  Linear<B> linear_;
};

static_assert(LocalHead<MostAttended<>>);

}  // namespace vpr
