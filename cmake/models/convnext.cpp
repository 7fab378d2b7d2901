// SPDX-License-Identifier: MIT
#include <vpr/model/convnext.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::ConvNextBackbones>();
