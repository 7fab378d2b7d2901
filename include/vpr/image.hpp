// SPDX-License-Identifier: MIT
/// @file
/// Photos: resizing, preprocessing, augmentation and, where the CMake target `vpr::image` is linked, reading and writing.
#pragma once

#include <vpr/image/augment.hpp>
#include <vpr/image/bmp.hpp>
#include <vpr/image/colour.hpp>
#include <vpr/image/crop.hpp>
#include <vpr/image/exif.hpp>
#include <vpr/image/image.hpp>
#include <vpr/image/missing.hpp>
#include <vpr/image/named_preprocess.hpp>
#include <vpr/image/ppm.hpp>
#include <vpr/image/preprocess.hpp>
#include <vpr/image/read_options.hpp>
#include <vpr/image/resize.hpp>
#include <vpr/image/size_rule.hpp>
#include <vpr/image/taps.hpp>
#include <vpr/image/tone.hpp>
#include <vpr/image/warp.hpp>

#ifdef VPR_WITH_IMAGE
#include <vpr/image/jpeg.hpp>
#include <vpr/image/jpeg_markers.hpp>
#include <vpr/image/png.hpp>
#include <vpr/image/png_chunks.hpp>
#include <vpr/image/read.hpp>
#include <vpr/image/write.hpp>
#endif
