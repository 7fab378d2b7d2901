// SPDX-License-Identifier: MIT
#if defined(VPR_WITH_THRUST) && defined(VPR_WITH_OMP)
#include <vpr/backend/thrust_omp.hpp>

#include "tests/specs/checks.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Ops on Thrust with OpenMP") { check_ops(runs_of<Thrust<float, ThrustOmp>>(AllSpecs())); }
#endif
