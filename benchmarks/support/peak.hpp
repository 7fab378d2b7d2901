// SPDX-License-Identifier: MIT
/// @file
/// What this machine can do at best, measured in the process that reports a ratio to it.
#pragma once

#include <vpr/backend/precision.hpp>

namespace vpr::bench {

/// Multiply-adds in registers on one core by the instruction set that runs, in operations a second: the best of `runs` short runs.
double peak(Precision precision = Precision::f32, int runs = 5);

/// In floating-point operations a second.
inline double peak_flops() { return peak(); }

}  // namespace vpr::bench
