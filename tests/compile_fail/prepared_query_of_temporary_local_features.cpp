// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/local/store.hpp>
#include <vpr/matcher/mutual_nearest.hpp>

vpr::MemoryLocalStore store;
auto prepared = vpr::MutualNearest<>().prepare(store.features(0));
