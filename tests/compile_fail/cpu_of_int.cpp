// SPDX-License-Identifier: MIT
// refused: Cpu<P>: P must be vpr::f32 or vpr::f64
#include <vpr/backend/cpu.hpp>

vpr::Cpu<int> backend;
