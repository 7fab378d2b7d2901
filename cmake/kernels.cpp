// SPDX-License-Identifier: MIT
// The kernels of this project's own programs, compiled once for all of them.
#define VPR_KERNELS_HERE
#include <vpr/backend/cpu/all_kernels.hpp>
