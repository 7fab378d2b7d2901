// SPDX-License-Identifier: MIT
/// @file
/// How names of a component that is not linked say so: they are declared, and a static_assert refuses their use with a sentence.
/// They stand in inline namespaces of their own, so that files with and without the component may be linked together.
#pragma once

#include <vpr/core/requirements.hpp>

namespace vpr::detail {

/// False, but only known to be once a template that asks for it is used.
template <class... Arguments>
inline constexpr bool component_linked = false;

}  // namespace vpr::detail
