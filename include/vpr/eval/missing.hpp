// SPDX-License-Identifier: MIT
/// @file
/// What `<vpr/eval.hpp>` has in place of what needs the components `io` and `image`, where those are not linked.
#pragma once

#include <vpr/image/missing.hpp>
#include <vpr/io/missing.hpp>

namespace vpr {
#ifndef VPR_WITH_IO
inline namespace without_io {

template <class... Arguments>
NeedsIo<Arguments...> evaluation_json(Arguments&&...);

}  // namespace without_io
#endif
#ifndef VPR_WITH_IMAGE
inline namespace without_image {

template <class... Arguments>
NeedsImage<Arguments...> load_thumbnails(Arguments&&...);
template <class... Arguments>
NeedsImage<Arguments...> set_thumbnail(Arguments&&...);

}  // namespace without_image
#endif
}  // namespace vpr
