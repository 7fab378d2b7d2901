// SPDX-License-Identifier: MIT
#include <vpr/model/dense_sift.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedBackbone> vpr::backbones_of<vpr::DenseSiftBackbones>();
