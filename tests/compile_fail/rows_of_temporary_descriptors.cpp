// SPDX-License-Identifier: MIT
// refused: use of deleted function
#include <vpr/model/descriptors.hpp>

vpr::Descriptors load();
vpr::Rows rows = load().rows();
