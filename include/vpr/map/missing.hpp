// SPDX-License-Identifier: MIT
/// @file
/// What `<vpr/vpr.hpp>` has in place of the component `map` where that is not linked: its names, each of which says so when it is used.
#pragma once

#include <vpr/core/missing_component.hpp>

#ifndef VPR_WITH_MAP
namespace vpr {
inline namespace without_map {

/// In place of a map of places.
template <class... Arguments>
struct NeedsMap {
  static_assert(detail::component_linked<Arguments...>,
                "maps of places need the component map: link the CMake target vpr::map, or, without CMake, compile with -DVPR_WITH_MAP "
                "-DVPR_WITH_HASH and link lmdb (Debian: liblmdb-dev libxxhash-dev)");
};

struct PlaceMap {
  template <class... Arguments>
  static NeedsMap<Arguments...> create(Arguments&&...);
  template <class... Arguments>
  static NeedsMap<Arguments...> open(Arguments&&...);
};

template <class... Arguments>
NeedsMap<Arguments...> verify_map(Arguments&&...);
template <class... Arguments>
NeedsMap<Arguments...> export_map(Arguments&&...);
template <class... Arguments>
NeedsMap<Arguments...> import_map(Arguments&&...);

}  // namespace without_map
}  // namespace vpr
#endif
