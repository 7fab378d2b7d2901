// SPDX-License-Identifier: MIT
#include <vpr/model/cos_place.hpp>
#include <vpr/model/mix_vpr.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::CosPlaceSystems>();
template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::MixVprSystems>();
template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::ConvApSystems>();
