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
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
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

/// A named system and the function that makes it: `make(std::type_identity<B>(), network)` gives it over backend `B`, without weights.
template <class Make>
struct SystemRow {
  NamedSystem named;
  Make make;
};

inline constexpr std::string_view resize_8_bit = "resize-8-bit-then-normalise", resize_tensor = "normalise-then-resize-tensor";

inline constexpr auto salad_row(std::string_view name, std::string_view meaning, SaladSettings settings) {
  const auto make = [settings]<class B>(std::type_identity<B>, const VitConfig& network) { return make_salad<B>(settings, network); };
  return SystemRow<decltype(make)>{{name, meaning, "dinov2-vitb14", resize_8_bit, {322, 322}}, make};
}
template <class Make>
constexpr SystemRow<Make> resized_row(std::string_view name, std::string_view meaning, std::string_view backbone, Make make) {
  return {{name, meaning, backbone, resize_tensor, {224, 224}}, make};
}

/// Every system, a row each.
inline constexpr std::tuple system_rows{
    salad_row("salad", "DINOv2 SALAD: ViT-B/14, 8192 + 256 dimensions", {}),
    salad_row("salad-2048", "SALAD of 2048 + 64 dimensions", SaladSettings().of_2112()),
    salad_row("salad-512", "SALAD of 512 + 32 dimensions", SaladSettings().of_544()),
    salad_row("salad-no-dustbin", "SALAD whose patches all go to the clusters", {.dustbin = false}),
    salad_row("salad-no-token", "SALAD without the class token, 8192 dimensions", {.token_dim = 0}),
    resized_row("cricavpr", "CricaVPR: ViT-B/14, MulConv adapters, 14 regions across photos, 10752 dimensions", "dinov2-vitb14",
                []<class B>(std::type_identity<B>, const VitConfig& network) { return make_cricavpr<B, MulConvAdapter>(network); }),
    resized_row("cricavpr-convpass", "CricaVPR with Convpass in place of MulConv", "dinov2-vitb14",
                []<class B>(std::type_identity<B>, const VitConfig& network) { return make_cricavpr<B, ConvpassAdapter>(network); }),
    resized_row("selavpr", "SelaVPR: ViT-L/14, 1024 dimensions, and local features to re-rank with", "dinov2-vitl14",
                []<class B>(std::type_identity<B>, const VitConfig& network) { return make_selavpr<B, SelaAdapters>(network); }),
    resized_row("selavpr-global", "SelaVPR's global adaptation alone", "dinov2-vitl14",
                []<class B>(std::type_identity<B>, const VitConfig& network) {
                  return std::move(make_selavpr<B, SelaAdapters>(network).pipeline);
                }),
    resized_row("selavpr-local", "SelaVPR's local adaptation alone: the frozen network and the local head", "dinov2-vitl14",
                []<class B>(std::type_identity<B>, const VitConfig& network) { return make_selavpr<B, NoAdapter>(network); }),
};

}  // namespace detail

/// The table of all named systems.
inline constexpr auto named_systems =
    std::apply([](const auto&... rows) { return std::array<NamedSystem, sizeof...(rows)>{rows.named...}; }, detail::system_rows);

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

/// The name without a backbone that is the authors' anyway, so that a system has one name.
inline std::string canonical_name(std::string_view text) {
  const SystemName name(text);
  const NamedSystem* const named = find_system(name.system);
  return std::string(named != nullptr && name.backbone == named->backbone ? name.system : text);
}

/// Calls `use(system)` with the system of that name over backend `B`, a `Pipeline` or a `TwoStage`, without weights.
/// @throws ConfigError  for a name that is not in `named_systems`, or a backbone that `find_vit` doesn't know.
template <class B, class Use>
void with_system(std::string_view text, Use&& use) {
  const SystemName name(text);
  const NamedSystem* const named = find_system(name.system);
  VPR_REQUIRE(ConfigError, named != nullptr, "there is no system '", name.system, "'");
  const VitConfig network = find_vit(name.backbone.empty() ? named->backbone : name.backbone);
  const auto use_if_named = [&](const auto& row) {
    if (row.named.name != name.system) return false;
    use(row.make(std::type_identity<B>(), network));
    return true;
  };
  std::apply([&](const auto&... rows) { static_cast<void>((use_if_named(rows) || ...)); }, detail::system_rows);
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
