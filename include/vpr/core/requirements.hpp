// SPDX-License-Identifier: MIT
/// @file
/// What a program must be compiled with. A header that includes no other one of this library includes this one, so that its sentence
/// comes before any other error. Each `VPR_WITH_…` says that a component is there; the CMake targets `vpr::…` define them.
#pragma once

#if __cplusplus < 202002L
#error "vpr is written in C++20: compile with -std=c++20 or later, by g++ 11, clang++ 14 or later (in CMake, linking vpr::vpr does so)"
#elif defined(VPR_WITH_IO) && !(__has_include(<nlohmann/json.hpp>) && __has_include(<zlib.h>))
#error "VPR_WITH_IO needs nlohmann/json.hpp and zlib.h: install them (Debian: nlohmann-json3-dev zlib1g-dev) or leave VPR_WITH_IO out"
#elif defined(VPR_WITH_IMAGE) && !(__has_include(<jpeglib.h>) && __has_include(<spng.h>) && __has_include(<zlib.h>))
#error "VPR_WITH_IMAGE needs jpeglib.h, spng.h and zlib.h: install them (Debian: libjpeg-dev libspng-dev zlib1g-dev) or leave it out"
#elif defined(VPR_WITH_WEBP) && !__has_include(<webp/demux.h>)
#error "VPR_WITH_WEBP needs the header webp/demux.h: install it (Debian: libwebp-dev) or leave VPR_WITH_WEBP out"
#elif defined(VPR_WITH_TIFF) && !__has_include(<tiffio.h>)
#error "VPR_WITH_TIFF needs the header tiffio.h: install it (Debian: libtiff-dev) or leave VPR_WITH_TIFF out"
#elif defined(VPR_WITH_GIF) && !__has_include(<gif_lib.h>)
#error "VPR_WITH_GIF needs the header gif_lib.h: install it (Debian: libgif-dev) or leave VPR_WITH_GIF out"
#elif defined(VPR_WITH_HEIF) && !__has_include(<libheif/heif.h>)
#error "VPR_WITH_HEIF needs the header libheif/heif.h: install it (Debian: libheif-dev) or leave VPR_WITH_HEIF out"
#elif defined(VPR_WITH_HASH) && !__has_include(<xxhash.h>)
#error "VPR_WITH_HASH needs the header xxhash.h: install it (Debian: libxxhash-dev) or leave VPR_WITH_HASH out"
#elif defined(VPR_WITH_MAP) && !(__has_include(<lmdb.h>) && __has_include(<xxhash.h>))
#error "VPR_WITH_MAP needs lmdb.h and xxhash.h: install them (Debian: liblmdb-dev libxxhash-dev) or leave VPR_WITH_MAP out"
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
