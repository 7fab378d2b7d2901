// SPDX-License-Identifier: MIT
#include <vpr/model/image4vpr.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::Image4VprSystems>();
