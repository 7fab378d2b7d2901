// SPDX-License-Identifier: MIT
/// @file
/// What every op must do on a backend: agree with the reference, give the same bits however it is run, hide no NaN.
#pragma once

#include "tests/specs/runs.hpp"
#include "tests/support/catch.hpp"

#include <vector>

namespace vpr::test {

/// How far apart they are, in rounding errors of a type of this epsilon at the largest magnitude.
double roundings(const std::vector<double>& values, const std::vector<double>& reference, double epsilon);

/// Every op and its gradients agree with the reference within the spec's tolerances.
void check_parity(const std::vector<Run>& runs);

/// That, and all that checks_test.cpp has beside it.
void check_ops(const std::vector<Run>& runs);

}  // namespace vpr::test
