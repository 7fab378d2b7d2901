// SPDX-License-Identifier: MIT
/// @file
/// Compiles the rows of a registry: its backbones, aggregators or systems over every backend that models by name run on. Include it beside the header
/// of the rows, in a source of their own where `VPR_MODELS_APART` is defined:
/// `template std::vector<vpr::NamedSystem> vpr::systems_of<vpr::SaladSystems>();`
#pragma once

#include <vpr/autograd.hpp>
#include <vpr/model/named_aggregator.hpp>
#include <vpr/model/named_backbone.hpp>
#include <vpr/model/named_system.hpp>

#include <vector>

namespace vpr {

template <class Family>
std::vector<NamedBackbone> backbones_of() {
  return Family::template rows<NamedBackbone>();
}
template <class Family>
std::vector<NamedAggregator> aggregators_of() {
  return Family::template rows<NamedAggregator>();
}
template <class Family>
std::vector<NamedSystem> systems_of() {
  return Family::template rows<NamedSystem>();
}

}  // namespace vpr
