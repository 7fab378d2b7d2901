// SPDX-License-Identifier: MIT
/// @file
/// The version of the library. CMake reads it from here; it stands nowhere else.
#pragma once

#define VPR_VERSION_MAJOR 0
#define VPR_VERSION_MINOR 1
#define VPR_VERSION_PATCH 0
#define VPR_VERSION "0.1.0"
