// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_THRUST
#include <vpr/backend/thrust.hpp>

#include "tests/specs/checks.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Ops on Thrust") { check_ops(runs_of<Thrust<float>>(AllSpecs())); }
#endif
