// SPDX-License-Identifier: MIT
/// @file
/// Search among descriptors.
#pragma once

#include <vpr/index/concept.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/index/top_k.hpp>
