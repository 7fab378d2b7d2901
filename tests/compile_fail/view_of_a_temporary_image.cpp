// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/image/image.hpp>

vpr::Image read_image();
void gather(std::vector<vpr::ImageView>& views) { views.push_back(read_image()); }
