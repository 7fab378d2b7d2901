// SPDX-License-Identifier: MIT
#include <vpr/model/rows.hpp>
#include <vpr/model/selavprpp.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::SelaVprPpSystems>();
