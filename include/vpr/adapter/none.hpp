// SPDX-License-Identifier: MIT
/// @file
/// The adapter that is none.
#pragma once

#include <vpr/backbone/block.hpp>

namespace vpr::adapter {

/// No adapter; compiles to nothing.
template <class B>
using None = NoAdapter<B>;

}  // namespace vpr::adapter
