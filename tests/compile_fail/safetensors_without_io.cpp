// SPDX-License-Identifier: MIT
// refused: vpr/io/safetensors.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO
#include <vpr/io/safetensors.hpp>
