// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/image/image.hpp>

struct Frame {};
template <>
struct vpr::traits::image<Frame> {
  static int height(const Frame&) { return 0; }
  static int width(const Frame&) { return 0; }
  static const std::uint8_t* row(const Frame&, int) { return nullptr; }
  static PixelOrder order(const Frame&) { return PixelOrder::bgr; }
};
const vpr::ImageView view = Frame{};
