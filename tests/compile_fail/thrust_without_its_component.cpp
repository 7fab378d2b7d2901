// SPDX-License-Identifier: MIT
// refused: vpr/backend/thrust.hpp needs the component thrust: link the CMake target vpr::thrust, or, without CMake, compile with -DVPR_WITH_THRUST
#include <vpr/backend/thrust.hpp>
