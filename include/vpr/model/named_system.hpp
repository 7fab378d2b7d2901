// SPDX-License-Identifier: MIT
/// @file
/// A published system that is known by name.
#pragma once

#include <vpr/backbone/tap.hpp>
#include <vpr/image/image.hpp>
#include <vpr/model/any_system.hpp>
#include <vpr/model/factory.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace vpr {

/// The row of a published system, or of an ablation of it.
struct NamedSystem {
  std::string_view name;                ///< such as `salad`
  std::string_view meaning;             ///< what it is, in a sentence
  std::string_view paper;               ///< authors and venue
  std::string_view weights;             ///< where the authors publish them
  std::string_view licence;             ///< of the authors' code and weights
  std::string_view backbone;            ///< the authors': see `find_backbone`
  std::string_view position_rule = {};  ///< how it resizes positions, where that is another way than the backbone's own
  std::string_view preprocess;          ///< how photos are prepared: see `find_preprocess`
  ImageSize size;
  std::int64_t dimensions;  ///< on the authors' backbone
  std::string_view recipe;  ///< what trains it: see `find_recipe`; empty where none here does
  /// Where a user may choose whether each token is brought to unit length, see `ModelRecord::tokens`: what was published. The factory leaves
  /// tokens as they come then. Empty: there is no choice.
  std::string_view tokens = {};
  Tap tap = {};                     ///< where its features are taken
  bool vocabulary = false;          ///< whether it counts by the words of a vocabulary, which lie apart from the network's weights
  std::string_view published = {};  ///< recall@1 / 5 of this row in percent, by its own paper or the one that is named
  std::string_view checked = {};    ///< what equals the authors' code, and by which reference figures
  std::string_view left_out = {};   ///< what is not covered, and why
  /// Makes it without weights on the backbone of that name. @throws ConfigError  for one that it cannot stand on
  Factory<AnySystem, std::string_view> factory;
};

/// The rows of one paper's systems, such as `SaladSystems`. Defined by `<vpr/model/rows.hpp>` where `Family` is.
template <class Family>
std::vector<NamedSystem> systems_of();

}  // namespace vpr
