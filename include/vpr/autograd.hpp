// SPDX-License-Identifier: MIT
/// @file
/// Recording ops and computing gradients.
#pragma once

#include <vpr/autograd/ops.hpp>
#include <vpr/autograd/var.hpp>
