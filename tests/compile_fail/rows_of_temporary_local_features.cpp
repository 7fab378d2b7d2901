// SPDX-License-Identifier: MIT
// refused: use of deleted function
#include <vpr/local/store.hpp>

vpr::MemoryLocalStore store;
vpr::Rows rows = store.features(0);
