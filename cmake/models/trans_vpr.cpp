// SPDX-License-Identifier: MIT
#include <vpr/model/rows.hpp>
#include <vpr/model/trans_vpr.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::TransVprBackbones>();
template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::TransVprSystems>();
