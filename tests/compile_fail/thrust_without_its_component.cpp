// SPDX-License-Identifier: MIT
// refused: vpr/backend/thrust.hpp needs Thrust's headers: link the target vpr::thrust
#include <vpr/backend/thrust.hpp>
