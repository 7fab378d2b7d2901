// SPDX-License-Identifier: MIT
#include <vpr/model/edtformer.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::EdtFormerSystems>();
