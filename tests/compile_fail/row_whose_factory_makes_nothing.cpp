// SPDX-License-Identifier: MIT
// refused: a row of a registry needs a factory: a function object whose operator()<B>(...) makes its part over backend B
#include <vpr/model/named_system.hpp>

vpr::NamedSystem row{.name = "mine", .meaning = "a system that is made over no backend", .factory = [](std::string_view) { return 0; }};
