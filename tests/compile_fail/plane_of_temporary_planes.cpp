// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/image/image.hpp>

vpr::Planes prepared();
const float* red = prepared().plane(0);
