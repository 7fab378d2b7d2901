// SPDX-License-Identifier: MIT
/// @file
/// The published systems and the papers' ablations, by name.
#pragma once

#include <vpr/adapter/convpass.hpp>
#include <vpr/model/cricavpr.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/salad.hpp>
#include <vpr/model/selavpr.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace vpr {

/// A system's name, what it is, the authors' network (see `find_vit`), and how photos are prepared (see `find_preprocess`).
struct NamedSystem {
  std::string_view name;
  std::string_view meaning;
  std::string_view backbone;
  std::string_view preprocess;
  ImageSize size;
};

namespace detail {
inline constexpr std::string_view resize_8_bit = "resize-8-bit-then-normalise", resize_tensor = "normalise-then-resize-tensor";
}

inline constexpr std::array<NamedSystem, 10> named_systems{{
    {"salad", "DINOv2 SALAD: ViT-B/14, 8192 + 256 dimensions", "dinov2-vitb14", detail::resize_8_bit, {322, 322}},
    {"salad-2048", "SALAD of 2048 + 64 dimensions", "dinov2-vitb14", detail::resize_8_bit, {322, 322}},
    {"salad-512", "SALAD of 512 + 32 dimensions", "dinov2-vitb14", detail::resize_8_bit, {322, 322}},
    {"salad-no-dustbin", "SALAD whose patches all go to the clusters", "dinov2-vitb14", detail::resize_8_bit, {322, 322}},
    {"salad-no-token", "SALAD without the class token, 8192 dimensions", "dinov2-vitb14", detail::resize_8_bit, {322, 322}},
    {"cricavpr",
     "CricaVPR: ViT-B/14, MulConv adapters, 14 regions across photos, 10752 dimensions",
     "dinov2-vitb14",
     detail::resize_tensor,
     {224, 224}},
    {"cricavpr-convpass", "CricaVPR with Convpass in place of MulConv", "dinov2-vitb14", detail::resize_tensor, {224, 224}},
    {"selavpr",
     "SelaVPR: ViT-L/14, 1024 dimensions, and local features to re-rank with",
     "dinov2-vitl14",
     detail::resize_tensor,
     {224, 224}},
    {"selavpr-global", "SelaVPR's global adaptation alone", "dinov2-vitl14", detail::resize_tensor, {224, 224}},
    {"selavpr-local",
     "SelaVPR's local adaptation alone: the frozen network and the local head",
     "dinov2-vitl14",
     detail::resize_tensor,
     {224, 224}},
}};

/// The system of that name, or none.
inline const NamedSystem* find_system(std::string_view name) {
  const auto* const found =
      std::find_if(named_systems.begin(), named_systems.end(), [name](const NamedSystem& system) { return system.name == name; });
  return found == named_systems.end() ? nullptr : found;
}

/// A system's name and the network that it stands on: `salad`, or `salad@dinov2-vits14` for another than the authors'.
struct SystemName {
  std::string_view system;
  std::string_view backbone;  ///< empty for the authors'

  explicit SystemName(std::string_view text) : system(text.substr(0, text.find('@'))) {
    if (system.size() < text.size()) backbone = text.substr(system.size() + 1);
  }
};

/// Calls `use(system)` with the system of that name over backend `B`, a `Pipeline` or a `TwoStage`, without weights.
/// @throws ConfigError  for a name that is not in `named_systems`, or a backbone that `find_vit` doesn't know.
template <class B, class Use>
void with_system(std::string_view text, Use&& use) {
  const SystemName name(text);
  const NamedSystem* const named = find_system(name.system);
  VPR_REQUIRE(ConfigError, named != nullptr, "there is no system '", name.system, "'");
  const VitConfig network = find_vit(name.backbone.empty() ? named->backbone : name.backbone);
  if (name.system.starts_with("salad")) {
    SaladSettings settings;
    if (name.system == "salad-2048") settings = settings.of_2112();
    if (name.system == "salad-512") settings = settings.of_544();
    if (name.system == "salad-no-dustbin") settings.dustbin = false;
    if (name.system == "salad-no-token") settings.token_dim = 0;
    use(make_salad<B>(settings, network));
  }
  if (name.system == "cricavpr") use(make_cricavpr<B, MulConvAdapter>(network));
  if (name.system == "cricavpr-convpass") use(make_cricavpr<B, ConvpassAdapter>(network));
  if (name.system == "selavpr") use(make_selavpr<B, SelaAdapters>(network));
  if (name.system == "selavpr-global") use(std::move(make_selavpr<B, SelaAdapters>(network).pipeline));
  if (name.system == "selavpr-local") use(make_selavpr<B, NoAdapter>(network));
}

/// The pipeline of a system, which may be one itself.
template <class System>
auto& first_stage_of(System& system) {
  if constexpr (requires { system.pipeline; }) {
    return system.pipeline;
  } else {
    return system;
  }
}

}  // namespace vpr
