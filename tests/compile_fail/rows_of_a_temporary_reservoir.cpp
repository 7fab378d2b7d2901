// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/aggregator/reservoir.hpp>

vpr::Reservoir sample();
vpr::Rows rows = sample().rows();
