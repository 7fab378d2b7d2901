// SPDX-License-Identifier: MIT
// What makes and loads the models by name of this project's own programs, compiled once for all of them.
#define VPR_MODELS_HERE
#ifdef VPR_WITH_IO
#include <vpr/model/named.hpp>
#else
#include <vpr/model/systems.hpp>
#endif
