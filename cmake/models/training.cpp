// SPDX-License-Identifier: MIT
// What trains them, likewise.
#ifdef VPR_WITH_IO
#define VPR_MODELS_HERE
#include <vpr/model/recipes.hpp>
#include <vpr/model/training.hpp>
#endif
