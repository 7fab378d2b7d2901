// SPDX-License-Identifier: MIT
/// @file
/// What `<vpr/dataset.hpp>` has in place of what needs the components `image` and `hash`, where those are not linked.
#pragma once

#include <vpr/image/missing.hpp>
#include <vpr/io/missing.hpp>

#ifndef VPR_WITH_IMAGE
namespace vpr {
inline namespace without_image {

template <class... Parts>
struct ReadPhoto {
  template <class... Arguments>
  ReadPhoto(Arguments&&...) {
    NeedsImage<Arguments...>();
  }
};
template <class... Arguments>
ReadPhoto(Arguments&&...) -> ReadPhoto<Arguments...>;

template <class... Arguments>
NeedsImage<Arguments...> write_town(Arguments&&...);

}  // namespace without_image
}  // namespace vpr
#endif

#ifndef VPR_WITH_HASH
namespace vpr {
inline namespace without_hash {

struct FeatureCache {
  template <class... Arguments>
  FeatureCache(Arguments&&...) {
    NeedsHash<Arguments...>();
  }
};

template <class... Parts>
struct FrozenBlocks {
  template <class... Arguments>
  FrozenBlocks(Arguments&&...) {
    NeedsHash<Arguments...>();
  }
};
template <class... Arguments>
FrozenBlocks(Arguments&&...) -> FrozenBlocks<Arguments...>;

template <class... Arguments>
NeedsHash<Arguments...> frozen_blocks(Arguments&&...);

}  // namespace without_hash
}  // namespace vpr
#endif
