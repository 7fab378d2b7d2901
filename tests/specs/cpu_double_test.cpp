// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu.hpp>

#include "tests/specs/checks.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Ops on the processor in double") { check_ops(runs_of<Cpu<f64>>(AllSpecs())); }
