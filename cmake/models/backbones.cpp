// SPDX-License-Identifier: MIT
#include <vpr/model/systems.hpp>

template vpr::AnyBackbone<vpr::Cpu<vpr::f32>> vpr::make_backbone(std::string_view, std::string);
template vpr::AnyBackbone<vpr::Recorded<vpr::Cpu<vpr::f32>>> vpr::make_backbone(std::string_view, std::string);
template vpr::AnyBackbone<vpr::Shapes> vpr::make_backbone(std::string_view, std::string);
