// SPDX-License-Identifier: MIT
/// @file
/// Where the readers of weight files are compiled.
#pragma once

#include <vpr/core/requirements.hpp>

/// The readers of weight files are compiled in every file that uses them, or in one for all: a program all of whose files define `VPR_IO_APART` has
/// one that defines `VPR_IO_HERE` and includes `<vpr/io/all_readers.hpp>`.
#if !defined(VPR_IO_APART)
#define VPR_IO_BODIES 1
#define VPR_IO_FUNCTION inline
#elif defined(VPR_IO_HERE)
#define VPR_IO_BODIES 1
#define VPR_IO_FUNCTION
#else
#define VPR_IO_BODIES 0
#define VPR_IO_FUNCTION
#endif
