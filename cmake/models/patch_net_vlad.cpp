// SPDX-License-Identifier: MIT
#include <vpr/model/patch_net_vlad.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::PatchNetVladSystems>();
