// SPDX-License-Identifier: MIT
// refused: use of deleted function
#include <vpr/aggregator/vocabulary.hpp>

vpr::Vocabulary load();
vpr::Rows rows = load().rows();
