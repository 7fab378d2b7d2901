// SPDX-License-Identifier: MIT
#include <vpr/model/anyloc.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::AnyLocSystems>();
