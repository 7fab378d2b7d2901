// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/model/descriptors.hpp>

vpr::Descriptors describe();
vpr::Rows rows = describe().rows();
