// SPDX-License-Identifier: MIT
#include <vpr/model/rows.hpp>
#include <vpr/model/vgg.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::VggBackbones>();
