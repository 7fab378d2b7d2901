// SPDX-License-Identifier: MIT
#include <vpr/model/rows.hpp>
#include <vpr/model/struct_vpr.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::StructVprSystems>();
