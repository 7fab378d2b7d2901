// SPDX-License-Identifier: MIT
// refused: OpSpec: a kernel that backend/concept.hpp asks for needs a spec, and one only
#include "tests/specs/activation.hpp"
#include "tests/specs/layout.hpp"

using namespace vpr::test;

template struct vpr::test::Complete<Joined<ActivationSpecs, LayoutSpecs>::type>;
