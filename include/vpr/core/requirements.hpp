// SPDX-License-Identifier: MIT
/// @file
/// What a program must be compiled with. A header that includes no other one of this library includes this one, so that its sentence
/// comes before any other error. Each `VPR_WITH_…` says that a component is there; the CMake targets `vpr::…` define them.
#pragma once

#if __cplusplus < 202002L
#error "vpr is written in C++20: compile with -std=c++20 or later, by g++ 11, clang++ 14 or later (in CMake, linking vpr::vpr does so)"
#elif defined(VPR_WITH_IO) && !(__has_include(<nlohmann/json.hpp>) && __has_include(<zlib.h>))
#error \
    "VPR_WITH_IO needs the headers nlohmann/json.hpp and zlib.h: install them (Debian: nlohmann-json3-dev zlib1g-dev) or leave VPR_WITH_IO out"
#elif defined(VPR_WITH_IMAGE) && !(__has_include(<turbojpeg.h>) && __has_include(<spng.h>))
#error \
    "VPR_WITH_IMAGE needs the headers turbojpeg.h and spng.h: install them (Debian: libturbojpeg0-dev libspng-dev) or leave VPR_WITH_IMAGE out"
#elif defined(VPR_WITH_HASH) && !__has_include(<xxhash.h>)
#error "VPR_WITH_HASH needs the header xxhash.h: install it (Debian: libxxhash-dev) or leave VPR_WITH_HASH out"
#elif defined(VPR_WITH_THRUST) && !__has_include(<thrust/version.h>)
#error "VPR_WITH_THRUST needs Thrust: install it (Debian: libthrust-dev) and pass its folder with -isystem, or leave VPR_WITH_THRUST out"
#elif defined(VPR_WITH_TBB) && !__has_include(<tbb/tbb.h>)
#error "VPR_WITH_TBB needs the header tbb/tbb.h: install it (Debian: libtbb-dev) or leave VPR_WITH_TBB out"
#else
#define VPR_REQUIREMENTS_MET
#endif

#ifndef VPR_REQUIREMENTS_MET
#include "the error above is the cause"  // stops the compiler before hundreds of errors that only follow from that one
#endif
