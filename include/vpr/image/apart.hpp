// SPDX-License-Identifier: MIT
/// @file
/// Where the decoders of photos are compiled.
#pragma once

#include <vpr/core/requirements.hpp>

/// The decoders of photos are compiled in every file that reads photos, or in one for all: a program all of whose files define `VPR_IMAGE_APART` has
/// one that defines `VPR_IMAGE_HERE` and includes `<vpr/image/read.hpp>`.
#if !defined(VPR_IMAGE_APART)
#define VPR_IMAGE_BODIES 1
#define VPR_IMAGE_FUNCTION inline
#elif defined(VPR_IMAGE_HERE)
#define VPR_IMAGE_BODIES 1
#define VPR_IMAGE_FUNCTION
#else
#define VPR_IMAGE_BODIES 0
#define VPR_IMAGE_FUNCTION
#endif
