// SPDX-License-Identifier: MIT
/// @file
/// Vectors of floats and their functions for the kernels of each instruction set; a file of kernels that uses them includes this one first.
#pragma once

#include <vpr/backend/cpu/instruction_set.hpp>

#include <cstdint>

/// A function that is part of each kernel that calls it.
#define VPR_INLINE __attribute__((always_inline)) inline

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/vector_math.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
#endif
