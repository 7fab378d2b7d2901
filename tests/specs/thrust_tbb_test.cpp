// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_TBB
#include <vpr/backend/thrust_tbb.hpp>

#include "tests/specs/checks.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Ops on Thrust with TBB") { check_ops(runs_of<Thrust<float, ThrustTbb>>(AllSpecs())); }
#endif
