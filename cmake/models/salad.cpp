// SPDX-License-Identifier: MIT
#include <vpr/model/rows.hpp>
#include <vpr/model/salad.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::SaladSystems>();
