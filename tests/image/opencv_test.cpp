// SPDX-License-Identifier: MIT
#include <vpr/image/opencv.hpp>

#include "tests/support/catch.hpp"

#if __has_include(<opencv2/core.hpp>)
#include <vpr/image/preprocess.hpp>

TEST_CASE("A cv::Mat is a photo of BGR, BGRA or grey, whatever its step") {
  cv::Mat large(6, 8, CV_8UC3);
  for (int i = 0; i < 6 * 8 * 3; ++i) large.data[i] = static_cast<unsigned char>(i);
  const cv::Mat part = large(cv::Rect(2, 1, 4, 3));
  const vpr::ImageView view = part;
  CHECK(view.data == part.data);
  CHECK(view.size() == vpr::ImageSize{3, 4});
  CHECK(view.row_bytes == 24);
  CHECK(view.order == vpr::PixelOrder::bgr);
  const vpr::Image rgb = vpr::to_rgb(part);
  CHECK(rgb.row(1)[3] == part.at<cv::Vec3b>(1, 1)[2]);
  CHECK(vpr::normalise(part).values == vpr::normalise(rgb).values);
  CHECK(vpr::NormaliseThenResize<>{{{2, 2}}}(part).values == vpr::NormaliseThenResize<>{{{2, 2}}}(rgb).values);

  const cv::Mat_<unsigned char> grey(large.rows, 24, large.data);
  CHECK(vpr::ImageView(grey).order == vpr::PixelOrder::grey);
  const cv::Mat alpha(6, 6, CV_8UC4, large.data);
  CHECK(vpr::ImageView(alpha).order == vpr::PixelOrder::bgra);
  const vpr::ImageView said{large.data, large.rows, large.cols, large.step};
  CHECK(said.order == vpr::PixelOrder::rgb);
  const cv::Mat none;
  CHECK(vpr::ImageView(none).size() == vpr::ImageSize{0, 0});
  const cv::Mat wide(4, 4, CV_16UC3), two(4, 4, CV_8UC2);
  CHECK_THROWS_AS(vpr::ImageView(wide), vpr::ShapeError);
  CHECK_THROWS_WITH(vpr::ImageView(two), ContainsSubstring("2 channels; expected"));
}
#else
TEST_CASE("OpenCV is not installed: its frames are not tested") { WARN("no opencv2/core.hpp"); }
#endif
