// SPDX-License-Identifier: MIT
// refused: deleted
#define VPR_WITH_IO
#include <vpr/io/safetensors.hpp>

auto format = vpr::read_safetensors("weights.safetensors").metadata().find("format");
