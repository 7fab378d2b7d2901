// SPDX-License-Identifier: MIT
#include <vpr/model/named_aggregators.hpp>
#include <vpr/model/rows.hpp>

template std::vector<vpr::NamedAggregator> vpr::aggregators_of<vpr::CommonAggregators>();
