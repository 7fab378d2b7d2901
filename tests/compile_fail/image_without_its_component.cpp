// SPDX-License-Identifier: MIT
// refused: vpr/image/jpeg.hpp needs the CMake target vpr::image
#include <vpr/image/jpeg.hpp>
