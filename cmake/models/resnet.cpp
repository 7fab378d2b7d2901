// SPDX-License-Identifier: MIT
#include <vpr/model/resnet.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::ResNetBackbones>();
template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::GclSystems>();
