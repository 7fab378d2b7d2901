// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu.hpp>

#include "tests/specs/checks.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Ops on the processor in float") { check_ops(runs_of<Cpu<f32>>(AllSpecs())); }
