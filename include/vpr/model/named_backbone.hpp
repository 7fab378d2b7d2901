// SPDX-License-Identifier: MIT
/// @file
/// A backbone that is known by name.
#pragma once

#include <vpr/backbone/any.hpp>
#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/backbone_name.hpp>
#include <vpr/model/factory.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// The row of a published backbone.
struct NamedBackbone {
  std::string name;                                     ///< such as `dinov2-vitb14-reg`
  std::string meaning;                                  ///< its sizes in words
  std::string position_rule;                            ///< how it is published to resize its position embeddings; `none` where it has none
  std::string preprocess = std::string(resize_tensor);  ///< how photos are prepared for it, see `find_preprocess`
  bool learned = true;                                  ///< its parameters must be in a weight file; else it has none
  Factory<AnyBackbone, BackboneOptions> factory;
};

/// The rows of one family of backbones, such as `DinoV2Backbones`. Defined by `<vpr/model/rows.hpp>` where `Family` is.
template <class Family>
std::vector<NamedBackbone> backbones_of();

/// The backbone of that name, see `BackboneName`, over backend `B`, without weights. Defined by `<vpr/model/systems.hpp>`.
/// @param position_rule  see `BackboneOptions`
/// @throws ConfigError  for an unknown name, or more parts than it has
template <class B>
AnyBackbone<B> make_backbone(std::string_view text, std::string position_rule = {});

}  // namespace vpr
