// SPDX-License-Identifier: MIT
// refused: the factory of a registry's row returns its part over backend B by value: what this operator()<B>(...) returns is no such part
#include <vpr/model/named_system.hpp>

vpr::NamedSystem row{.name = "mine", .meaning = "a system that is forgotten", .factory = []<class B>(std::string_view) {}};
