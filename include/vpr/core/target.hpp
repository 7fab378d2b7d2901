// SPDX-License-Identifier: MIT
/// @file
/// The name of what a file is compiled for.
#pragma once

#include <vpr/core/requirements.hpp>

#if defined(__AVX512F__)
#define VPR_TARGET_VECTORS _avx512
#elif defined(__AVX__)
#define VPR_TARGET_VECTORS _avx
#else
#define VPR_TARGET_VECTORS
#endif

#if defined(__FMA__)
#define VPR_TARGET_FUSED _fma
#else
#define VPR_TARGET_FUSED
#endif

#define VPR_TARGET_JOINED(vectors, fused) target##vectors##fused
#define VPR_TARGET_NAME(vectors, fused) VPR_TARGET_JOINED(vectors, fused)

/// The inline namespace, such as `target_avx_fma`, of all whose code depends on the compiler's flags: on the instruction set. Files of one
/// program may be compiled with different flags, and of two functions of one name the linker keeps either.
#define VPR_TARGET VPR_TARGET_NAME(VPR_TARGET_VECTORS, VPR_TARGET_FUSED)
