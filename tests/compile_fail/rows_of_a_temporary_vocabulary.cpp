// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/aggregator/vocabulary.hpp>

vpr::Vocabulary load();
vpr::Rows rows = load().rows();
