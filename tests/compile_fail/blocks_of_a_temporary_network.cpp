// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/backbone/dinov2.hpp>

vpr::DinoV2<> network();
auto& blocks = network().blocks();
