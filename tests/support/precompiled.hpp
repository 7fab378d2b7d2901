// SPDX-License-Identifier: MIT
// What most tests include, compiled once a test program; each test includes what it uses all the same.
#pragma once

#include "tests/support/catch.hpp"

#include <vpr/autograd.hpp>
#include <vpr/ops.hpp>
