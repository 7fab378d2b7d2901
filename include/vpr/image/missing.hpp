// SPDX-License-Identifier: MIT
/// @file
/// What `<vpr/image.hpp>` has in place of the component `image` where that is not linked: its names, each of which says so when it is used.
#pragma once

#include <vpr/core/missing_component.hpp>
#include <vpr/image/image.hpp>

#ifndef VPR_WITH_IMAGE
namespace vpr {
inline namespace without_image {

/// In place of a photo.
template <class... Arguments>
struct NeedsImage : Image {
  static_assert(detail::component_linked<Arguments...>,
                "reading and writing photos needs the component image: link the CMake target vpr::image, or, without CMake, compile with "
                "-DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)");
};

template <class... Arguments>
NeedsImage<Arguments...> decode_image(Arguments&&...);
template <class... Arguments>
NeedsImage<Arguments...> encode_jpeg(Arguments&&...);
template <class... Arguments>
NeedsImage<Arguments...> encode_png(Arguments&&...);
template <class... Arguments>
NeedsImage<Arguments...> read_image(Arguments&&...);
template <class... Arguments>
NeedsImage<Arguments...> write_image(Arguments&&...);

}  // namespace without_image
}  // namespace vpr
#endif
