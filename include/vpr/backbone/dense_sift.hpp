// SPDX-License-Identifier: MIT
/// @file
/// SIFT on a regular grid, as a backbone. Needs the component vpr::opencv.
#pragma once

#ifndef VPR_WITH_OPENCV
#error \
    "vpr/backbone/dense_sift.hpp needs the component opencv: link the CMake target vpr::opencv, or, without CMake, compile with -DVPR_WITH_OPENCV and link opencv_features2d, opencv_imgproc and opencv_core (Debian: libopencv-features2d-dev)"
#endif

#include <vpr/backbone/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/setting.hpp>
#include <vpr/image/preprocess.hpp>

#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

struct DenseSiftSettings {
  std::int64_t step = 8;                      ///< pixels between the positions of the grid
  std::vector<float> widths{16, 24, 32, 40};  ///< of the square regions that are described at each position, in pixels
};

namespace detail {

inline constexpr std::int64_t sift_channels = 128;

/// The grey photo of 8 bits behind planes of RGB under ImageNet's normalisation.
inline cv::Mat grey_photo(const float* planes, ImageSize size) {
  const Normalisation normalisation;
  const std::int64_t pixels = size.height * size.width;
  cv::Mat rgb(static_cast<int>(size.height), static_cast<int>(size.width), CV_8UC3), grey;
  for (std::int64_t i = 0; i < pixels; ++i) {
    for (std::int64_t c = 0; c < 3; ++c) {
      const float value = planes[c * pixels + i] * normalisation.deviation[static_cast<std::size_t>(c)];
      rgb.data[3 * i + c] = cv::saturate_cast<std::uint8_t>(255 * (value + normalisation.mean[static_cast<std::size_t>(c)]));
    }
  }
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  return grey;
}

/// Writes the square root of each row's values over their sum. A row of zeros, of a region without gradients, stays.
inline void write_root_sift(const cv::Mat& descriptors, float* out) {
  for (int row = 0; row < descriptors.rows; ++row, out += sift_channels) {
    const float* const sift = descriptors.ptr<float>(row);
    const float sum = std::max(std::accumulate(sift, sift + sift_channels, 0.0F), 1e-12F);
    std::transform(sift, sift + sift_channels, out, [sum](float value) { return std::sqrt(value / sum); });
  }
}

}  // namespace detail

/// RootSIFT (Lowe, IJCV 2004; Arandjelović and Zisserman, CVPR 2012) by OpenCV, of regions of several widths at each position of a regular grid: the
/// local features of DenseVLAD (Torii et al., CVPR 2015, section 3), which `Vlad` makes descriptors of. It has no parameters. C = 128; each token has
/// unit length, or is zero where its region has no gradient.
///
/// The image is cut into cells of about step × step pixels, and a position is a cell's middle. Its widths stand side by side in the grid, which
/// therefore has ⌊H / step⌋ rows and ⌊W / step⌋ · widths columns: a token lies in the grid where its region lies in the image. Gradients are those of
/// OpenCV's first octave, smoothed by σ = 1.6 for every width; a region that reaches beyond the image counts the pixels within. Orientation is
/// upright.
///
/// Images are planes of RGB under ImageNet's normalisation, as for other networks. They are brought back to bytes, and these to grey as OpenCV does:
/// of a photo that was resized in 8 bits (`ResizeThenNormalise`) nothing is lost. Recorded, features are constants. OpenCV's own threads compute
/// them (`cv::setNumThreads`); their number changes no bit.
/// @note  The authors take every second pixel, 128 words and a PCA to 4096 dimensions.
template <class B = Cpu<f32>>
class DenseSift {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for a step below 1, no width or one that is not above 0
  explicit DenseSift(DenseSiftSettings settings = {}) : settings_(std::move(settings)) {
    VPR_REQUIRE(ConfigError, settings_.step > 0 && !settings_.widths.empty(), "DenseSift: got a step of ", settings_.step, " pixels and ",
                settings_.widths.size(), " widths, want a step of 1 or more and a width or more");
    for (const float width : settings_.widths) detail::require_positive_setting("DenseSift", "width", width);
  }

  std::int64_t channels() const { return detail::sift_channels; }
  std::int64_t multiple() const { return 1; }
  bool has_class_token() const { return false; }
  /// @throws ShapeError  for an image that is smaller than a region
  Grid grid(std::int64_t height, std::int64_t width) const {
    const float largest = *std::max_element(settings_.widths.begin(), settings_.widths.end());
    const std::int64_t least = std::max(settings_.step, static_cast<std::int64_t>(std::ceil(largest)));
    VPR_REQUIRE(ShapeError, height >= least && width >= least, "DenseSift: got an image of ", ImageSize{height, width}, ", want sides of ",
                least, " at least, for regions of ", largest, " pixels");
    return {height / settings_.step, width / settings_.step * std::ssize(settings_.widths)};
  }

  /// @throws ShapeError  unless the images are B×3×H×W, with sides as `grid` wants them
  Features<X> operator()(const X& images) const {
    const Shape& shape = images.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 4 && shape[1] == 3, "DenseSift: got images ", shape, ", want [batch, 3, height, width]");
    const ImageSize size{shape[2], shape[3]};
    const Grid map = grid(size.height, size.width);
    const std::vector<float> planes = images.to_vector();
    const Shape tokens{shape[0], map.patches(), detail::sift_channels};
    std::vector<float> values(static_cast<std::size_t>(tokens.elements()));
    std::vector<cv::KeyPoint> regions = regions_of(size);
    const cv::Ptr<cv::SIFT> sift = cv::SIFT::create();
    for (std::int64_t b = 0; b < shape[0]; ++b) {
      cv::Mat descriptors;
      sift->compute(detail::grey_photo(planes.data() + b * 3 * size.height * size.width, size), regions, descriptors);
      detail::write_root_sift(descriptors, values.data() + b * tokens[1] * tokens[2]);
    }
    return {X(), X::from(tokens, std::span<const float>(values)), map};
  }

  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}

 private:
  /// The regions of an image, in the grid's order. A region of SIFT is 6 times as wide as OpenCV's size of a keypoint.
  std::vector<cv::KeyPoint> regions_of(ImageSize size) const {
    const std::int64_t rows = size.height / settings_.step, columns = size.width / settings_.step;
    const auto middle = [](std::int64_t cell, std::int64_t cells, std::int64_t pixels) {
      return static_cast<float>((2 * cell + 1) * pixels / (2 * cells));
    };
    std::vector<cv::KeyPoint> regions;
    for (std::int64_t y = 0; y < rows; ++y) {
      for (std::int64_t x = 0; x < columns; ++x) {
        for (const float width : settings_.widths)
          regions.emplace_back(middle(x, columns, size.width), middle(y, rows, size.height), width / 6, 0.0F);
      }
    }
    return regions;
  }

  DenseSiftSettings settings_;
};

static_assert(Backbone<DenseSift<>>);

}  // namespace vpr
