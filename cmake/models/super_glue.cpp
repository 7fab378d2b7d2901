// SPDX-License-Identifier: MIT
#include <vpr/model/rows.hpp>
#include <vpr/model/super_glue.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::SuperPointBackbones>();
template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::SuperGlueSystems>();
