// SPDX-License-Identifier: MIT
#include <vpr/model/mobile_net.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::MobileNetBackbones>();
