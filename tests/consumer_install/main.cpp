// SPDX-License-Identifier: MIT
#include <vpr/core/shape.hpp>
#include <vpr/version.hpp>

#include <string_view>

#ifndef VPR_WITH_IO
#error "vpr::io did not tell that it is there"
#endif

#ifdef PACKAGE_VERSION
static_assert(std::string_view(PACKAGE_VERSION) == VPR_VERSION);
#endif

int main() { return vpr::Shape{2, 3}.elements() == 6 ? 0 : 1; }
