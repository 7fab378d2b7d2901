// SPDX-License-Identifier: MIT
#include <vpr/model/r2former.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::R2FormerBackbones>();
template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::R2FormerSystems>();
