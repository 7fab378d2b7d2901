// SPDX-License-Identifier: MIT
/// @file
/// Photos from files as a network trains on them. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/dataset/read_photo.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/dataset/photo_loader.hpp>
#include <vpr/image/augment.hpp>
#include <vpr/image/preprocess.hpp>
#include <vpr/image/read.hpp>

#include <string>

namespace vpr {

/// Reads a photo, changes it at random, prepares it: the `PhotoLoader` for files. Without a preprocessing it is normalised at the size that the
/// augmentation gives.
///
/// `ReadPhoto{Augmentations{ResizeAsPil{{224, 224}}, RandAugment{}}}` is what SALAD and CricaVPR train on;
/// `ReadPhoto{NoAugmentation{}, NormaliseThenResize<>{{{224, 224}}}}` is SelaVPR's.
template <Augmentation A = NoAugmentation, Preprocess P = NormaliseThenResize<OriginalSize>>
struct ReadPhoto {
  A augment;
  P preprocess{};
  ReadOptions options{};

  /// @throws IoError, FormatError as `read_image` does
  Planes operator()(const std::string& path, Random& random) const { return preprocess(augment(read_image(path, options), random)); }
};

template <class A>
ReadPhoto(A) -> ReadPhoto<A>;
template <class A, class P>
ReadPhoto(A, P) -> ReadPhoto<A, P>;
template <class A, class P>
ReadPhoto(A, P, ReadOptions) -> ReadPhoto<A, P>;

static_assert(PhotoLoader<ReadPhoto<RandAugment>>);

}  // namespace vpr
