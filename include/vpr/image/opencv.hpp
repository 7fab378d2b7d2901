// SPDX-License-Identifier: MIT
/// @file
/// OpenCV's frames as photos: after this header a `cv::Mat` goes wherever a photo goes. Empty where OpenCV's headers are not there.
#pragma once

#include <vpr/image/image.hpp>

#if __has_include(<opencv2/core.hpp>)
#include <opencv2/core.hpp>

namespace vpr::traits {

/// 8-bit matrices of 1, 3 or 4 channels, as OpenCV reads and shows them: grey, BGR or BGRA. A matrix that was converted to RGB enters as
/// `ImageView{m.data, m.rows, m.cols, m.step}`, one of RGBA with `PixelOrder::rgba` after these.
/// @throws ShapeError  for another type or more than two dimensions
template <>
struct image<cv::Mat> {
  static int height(const cv::Mat& frame) { return frame.rows; }
  static int width(const cv::Mat& frame) { return frame.cols; }
  static const std::uint8_t* row(const cv::Mat& frame, std::int64_t y) { return frame.data + y * static_cast<std::int64_t>(frame.step[0]); }
  static PixelOrder order(const cv::Mat& frame) {
    const int channels = frame.channels();
    VPR_REQUIRE(ShapeError, frame.dims <= 2 && frame.depth() == CV_8U && (channels == 1 || channels == 3 || channels == 4), "cv::Mat: got ",
                frame.dims, " dimensions, OpenCV's depth ", frame.depth(), ", ", channels,
                " channels; expected 2 dimensions, 8 bits (CV_8U), 1, 3 or 4 channels");
    return channels == 1 ? PixelOrder::grey : channels == 3 ? PixelOrder::bgr : PixelOrder::bgra;
  }
};

template <class Pixel>
struct image<cv::Mat_<Pixel>> : image<cv::Mat> {};

}  // namespace vpr::traits
#endif
