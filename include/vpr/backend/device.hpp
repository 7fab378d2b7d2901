// SPDX-License-Identifier: MIT
/// @file
/// Marks functions that CUDA may also run on the device.
#pragma once

#include <vpr/core/requirements.hpp>

#ifdef __CUDACC__
#define VPR_HD __host__ __device__
#else
#define VPR_HD
#endif
