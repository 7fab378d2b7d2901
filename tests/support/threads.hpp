// SPDX-License-Identifier: MIT
/// The number of threads for the length of a scope.
#pragma once

#include <vpr/core/parallel.hpp>

using Threads = vpr::ThreadCount;
