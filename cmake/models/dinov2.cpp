// SPDX-License-Identifier: MIT
#include <vpr/model/dinov2.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::DinoV2Backbones>();
