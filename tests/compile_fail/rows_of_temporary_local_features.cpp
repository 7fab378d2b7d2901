// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/local/store.hpp>

vpr::MemoryLocalStore store;
vpr::Rows rows = store.features(0);
