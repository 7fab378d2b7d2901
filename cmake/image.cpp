// SPDX-License-Identifier: MIT
// The decoders of photos of this project's own programs, compiled once for all of them.
#define VPR_IMAGE_HERE
#include <vpr/image/read.hpp>
