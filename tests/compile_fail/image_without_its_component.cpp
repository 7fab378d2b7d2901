// SPDX-License-Identifier: MIT
// refused: vpr/image/jpeg.hpp needs the component image: link the CMake target vpr::image
#include <vpr/image/jpeg.hpp>
